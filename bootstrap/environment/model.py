"""The target as data: an environment, and the scheme in it that is installed to."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from bootstrap._vendor.packaging.tags import Tag
from bootstrap._vendor.packaging.version import Version
from bootstrap.dataclasses import dataclass
from bootstrap.environment.interpreter import Interpreter, Scheme

__all__ = ["Scheme", "TargetEnvironment"]


@dataclass(frozen=True)
class TargetEnvironment:
    """The Python environment that is installed into."""

    executable: Path
    """The absolute path of the interpreter; of a foreign target, its name."""
    script_executable: str
    """The interpreter in the first line of scripts; with `--root`, its path in that root. A name
    without a directory is searched on PATH when a script is started."""
    version_info: tuple[int, int, int]
    implementation: str
    """`sys.implementation.name`; `cpython` for CPython 2.7."""
    markers: Mapping[str, str]
    """The marker environment of PEP 508, without `extra`."""
    tags: tuple[Tag, ...]
    """PEP 425 tags, best first."""
    scheme: Scheme
    prefix: Path
    base_prefix: Path
    search_path: tuple[Path, ...]
    """Where distributions count as installed: the target's own `sys.path`, or only the scheme if it
    is not on it (`--target`, `--prefix`, `--root`). Nothing for a dry run for a foreign target."""
    src: Path | None = None
    """Where editable repositories are checked out, if not in the environment: `--src`, or `src` in
    the working directory."""
    externally_managed: str | None = None
    """The localised message of PEP 668, or None where the environment is not managed or that does
    not matter (a virtual environment, root, target, prefix, --break-system-packages)."""
    hidden_by: Path | None = None
    """The `._pth` file because of which nothing that is installed here can be imported, if any."""
    running: bool = False
    """Whether this is the interpreter that runs us."""
    runnable: bool = True
    """False where only a description is known: build-details.json (PEP 739), or `--platform` and
    the like."""
    interpreter: Interpreter | None = None
    """The interpreter as it describes itself; a virtual environment of it is created from this."""
    venv_to_create: Path | None = None
    """The directory of the virtual environment that this describes, if it does not exist yet."""

    @property
    def platform(self) -> str:
        """The platform, in the words of its description."""
        return self.interpreter.build.platform if self.interpreter is not None else ""

    @property
    def is_virtual(self) -> bool:
        """Whether this is a virtual environment (PEP 405)."""
        return self.prefix != self.base_prefix

    @property
    def hides_user_site(self) -> bool:
        """Whether this is the user site of a virtual environment, whose own one comes first."""
        user = self.interpreter.schemes.get("user") if self.interpreter else None
        return self.is_virtual and user is not None and self.scheme == user

    @cached_property
    def python_version(self) -> Version:
        """The full version, for comparison with Requires-Python."""
        return Version(self.markers["python_full_version"].rstrip("+"))

    @cached_property
    def tag_ranks(self) -> Mapping[Tag, int]:
        """Each supported tag's rank; 0 is best."""
        return {tag: rank for rank, tag in reversed(list(enumerate(self.tags)))}
