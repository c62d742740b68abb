"""What the target room wants to be told."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bootstrap.provenance import Given


@dataclass(frozen=True)
class TargetSettings:
    """Which environment is meant, and which place in it."""

    python: Given[str] | None = None
    """An interpreter, a virtual environment, or a version; nothing: the Python running us."""
    venv: Given[str] | None = None
    """A virtual environment to make first when there is none."""
    user: bool = False
    root: Path | None = None
    prefix: Path | None = None
    directory: Path | None = None
    """`--target DIR`."""
    break_system_packages: bool = False
    require_virtualenv: bool = False
    search_path: str = ""
    """PATH of the caller, for looking an interpreter up by name or version."""
