"""The target as data: what the probe found out, in the words of sysconfig and the PEPs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bootstrap._vendor.packaging.tags import Tag
from bootstrap._vendor.packaging.version import Version


@dataclass(frozen=True)
class Scheme:
    """The directories a wheel's parts go to, in sysconfig's words."""

    purelib: Path
    platlib: Path
    scripts: Path
    data: Path
    headers: Path
    """The parent directory; a distribution's own headers go to `headers / name`."""


@dataclass(frozen=True)
class TargetEnvironment:
    """One Python environment and the place in it that is installed to."""

    executable: Path
    """The interpreter to run, as an absolute path."""
    script_executable: str
    """What a script's first line names: the same, or where `--root` says otherwise."""
    version_info: tuple[int, int, int]
    implementation: str
    """`sys.implementation.name`, `cpython` for Python 2.7's CPython."""
    markers: Mapping[str, str]
    """The marker environment of PEP 508, without `extra`."""
    tags: tuple[Tag, ...]
    """PEP 425 tags, best first."""
    scheme: Scheme
    prefix: Path
    base_prefix: Path
    search_path: tuple[Path, ...]
    """`sys.path` of the target as it starts by itself: where installed distributions are found."""
    externally_managed: str | None = None
    """PEP 668: the message to show (already localised), or None where nobody manages it or the
    marker does not bind (a virtual environment, root, target, prefix, --break-system-packages)."""
    running: bool = False
    """Whether this is the interpreter that runs us."""

    @property
    def is_virtual(self) -> bool:
        """Whether this is a virtual environment (PEP 405)."""
        return self.prefix != self.base_prefix

    @cached_property
    def python_version(self) -> Version:
        """The full version, as Requires-Python judges it."""
        return Version(self.markers["python_full_version"].rstrip("+"))

    @cached_property
    def tag_ranks(self) -> Mapping[Tag, int]:
        """Each supported tag's rank; 0 is best."""
        return {tag: rank for rank, tag in reversed(list(enumerate(self.tags)))}
