"""What the target room wants to be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bootstrap.provenance import Sourced


@dataclass(frozen=True)
class TargetSettings:
    """Which environment is meant, and which place in it."""

    python: Sourced[str] | None = None
    """An interpreter, a virtual environment, or a version; nothing: the Python running us."""
    venv: Sourced[str] | None = None
    """A virtual environment to make first when there is none."""
    user: bool | None = None
    """`--user`, `--no-user`, or None: where the environment cannot be written, as pip does."""
    root: Path | None = None
    prefix: Path | None = None
    directory: Path | None = None
    """`--target DIR`."""
    break_system_packages: bool = False
    require_virtualenv: bool = False
    fix_pth: bool = False
    """Let a Python that lives by a `._pth` file find what is installed."""
    search_path: str = ""
    """PATH of the caller, for looking an interpreter up by name or version."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """The caller's variables: other interpreters run with them, but for what would bend them."""
    language: str = ""
    """The locale of the caller's messages (LC_MESSAGES), like `de_DE`; any encoding is ignored."""
    timeout: float = 30.0
    """Seconds until an interpreter that does not say what it is is given up."""
