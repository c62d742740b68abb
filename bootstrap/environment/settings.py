"""What the package takes from its callers: settings, and a receiver of messages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from bootstrap.dataclasses import dataclass, field
from bootstrap.environment.foreign import ForeignTarget
from bootstrap.provenance import Sourced


@dataclass(frozen=True)
class TargetSettings:
    """Which environment to install into, and which of its schemes."""

    python: Sourced[str] | None = None
    """An interpreter, a virtual environment, or a version; None: the Python that runs us."""
    venv: Sourced[str] | None = None
    """A virtual environment, created first where there is none."""
    user: bool | None = None
    """`--user`, `--no-user`, or None: as in pip, where the environment is not writable."""
    root: Path | None = None
    prefix: Path | None = None
    directory: Path | None = None
    """`--target DIR`."""
    foreign: ForeignTarget | None = None
    """`--platform` and the like; with `directory`, or for a dry run."""
    src: Path | None = None
    """`--src`: where editable repositories are checked out."""
    working_directory: Path | None = None
    """In its `src`, they are checked out without `--src` if the target is not virtual, as in pip.
    None: in the target, also then."""
    break_system_packages: bool = False
    require_virtualenv: bool = False
    fix_pth: bool = False
    """Whether a `._pth` file may be changed so that the Python finds what is installed."""
    search_path: str = ""
    """PATH of the caller, in which interpreters are searched by name or version."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """The caller's variables; other interpreters run with them, see `isolated_environment`."""
    language: str = ""
    """The locale of the caller's messages (LC_MESSAGES), like `de_DE`; an encoding is ignored."""
    timeout: float = 30.0
    """Seconds that an interpreter may take to describe itself."""

    @property
    def is_nowhere(self) -> bool:
        """Whether the target is only described, for a dry run: it has no place of its own."""
        return self.foreign is not None and self.directory is None


class Messages(Protocol):
    """Receives messages, by level of detail (`ui.Ui` is one)."""

    def info(self, message: str) -> None:
        """Report what was done."""

    def detail(self, message: str) -> None:
        """Report how it is done (`-v`)."""

    def trace(self, message: str) -> None:
        """Report what helps to find an error (`-vv`)."""

    def warn(self, message: str) -> None:
        """Report a problem that does not stop the run."""
