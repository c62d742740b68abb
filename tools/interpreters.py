"""The Pythons of this machine, those that pyenv installed included."""

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
    """Ask it; a pyenv shim for a version that is not selected fails, and is none."""
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    match = _VERSION.match(told.stdout or told.stderr)  # 2.7 tells it on stderr
    return (int(match[1]), int(match[2])) if match and told.returncode == 0 else None
