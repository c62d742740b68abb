"""Lines for the user's shell: to activate an environment, and to add a directory to PATH."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

_CSH = frozenset({"csh", "tcsh"})
_SOURCING = frozenset({"bash", "zsh", "fish", "csh", "tcsh"})
"""Shells that have `source`; others have only the dot of POSIX."""


def activation_line(directory: Path, cwd: Path, environ: Mapping[str, str]) -> str | None:
    """Return the line that activates a virtual environment; None where that is no use.

    It is no use where the environment is active already, or has no script for the shell.
    """
    if environ.get("VIRTUAL_ENV") == str(directory):
        return None
    shown = directory.relative_to(cwd) if directory.is_relative_to(cwd) else directory
    if os.name == "nt":  # cmd finds activate.bat, PowerShell Activate.ps1
        path = shown / "Scripts" / "activate"
        return f'"{path}"' if " " in str(path) else str(path)
    shell = _name_of(environ.get("SHELL", ""))
    suffix = ".fish" if shell == "fish" else ".csh" if shell in _CSH else ""
    script = f"bin/activate{suffix}"
    if not (directory / script).is_file():
        return None
    return f"{'source' if shell in _SOURCING else '.'} {shlex.quote(str(shown / script))}"


def path_line(directory: Path, shell: str) -> str | None:
    """Return the line that adds a directory to PATH in a shell; None on Windows.

    :param shell: the value of SHELL; one of POSIX is assumed where it is not known
    """
    if os.name == "nt":
        return None
    name, quoted = _name_of(shell), shlex.quote(str(directory))
    if name == "fish":
        return f"fish_add_path {quoted}"
    if name in _CSH:
        return f"setenv PATH {quoted}:$PATH"
    return f'export PATH={quoted}:"$PATH"'


def _name_of(shell: str) -> str:
    return PurePosixPath(shell).name or "sh"
