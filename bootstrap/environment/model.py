"""The target as data: one environment and the place in it, in the words of the PEPs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bootstrap._vendor.packaging.tags import Tag
from bootstrap._vendor.packaging.version import Version
from bootstrap.environment.interpreter import Interpreter, Scheme

__all__ = ["Scheme", "TargetEnvironment"]


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
    """Where installed distributions count: the target's own `sys.path` as it starts by itself, or,
    where that does not hold the scheme (`--target`, `--prefix`, `--root`), the scheme alone."""
    externally_managed: str | None = None
    """PEP 668: the message to show (already localised), or None where nobody manages it or the
    marker does not bind (a virtual environment, root, target, prefix, --break-system-packages)."""
    hidden_by: Path | None = None
    """The `._pth` file that keeps what is installed here from being imported, if one does."""
    running: bool = False
    """Whether this is the interpreter that runs us."""
    runnable: bool = True
    """False where the target is known by its build-details.json alone (PEP 739)."""
    interpreter: Interpreter | None = None
    """All the interpreter said of itself: what a virtual environment of it is made from."""
    to_make: Path | None = None
    """The directory of a virtual environment that is described here but not made yet."""

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

    def holds(self, location: Path) -> bool:
        """Say whether a distribution lies where we install to, so that it may be replaced.

        One that lies elsewhere on the search path (a distributor's own directory, the base of a
        virtual environment, what `--user` only hides) is left alone, as pip leaves it.
        """
        return location in {self.scheme.purelib, self.scheme.platlib}
