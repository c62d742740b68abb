"""Finds the Pythons of this machine, also those that pyenv installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

_VERSION = re.compile(r"Python (\d+)\.(\d+)")
_NAMES = ("python2.7", *(f"python3.{minor}" for minor in range(6, 20)))


def interpreters() -> dict[tuple[int, int], Path]:
    """Find one interpreter for each (major, minor), the oldest first."""
    found: dict[tuple[int, int], Path] = {}
    for program in _candidates():
        version = _version_of(program)
        if version is not None:
            found.setdefault(version, program)
    return dict(sorted(found.items()))


def _candidates() -> Iterator[Path]:
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    yield from sorted(versions.glob("*/bin/python"))
    for name in _NAMES:
        if program := shutil.which(name):
            yield Path(program)


def _version_of(program: Path) -> tuple[int, int] | None:
    """Return the version; None for a pyenv shim of a version that is not selected, which fails."""
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    match = _VERSION.match(done.stdout or done.stderr)  # 2.7 prints it to stderr
    return (int(match[1]), int(match[2])) if match and done.returncode == 0 else None
