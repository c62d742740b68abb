"""Finding programs by name: on PATH, and never in the current directory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

DEFAULT_SEARCH_PATH = "" if os.name == "nt" else os.defpath
r"""Where programs are without PATH. Python itself says `C:\bin`, which anybody may create."""
_SUFFIXES = (".exe", ".bat", ".cmd", "") if os.name == "nt" else ("",)


def find_programs(name: str, search_path: str) -> Iterator[Path]:
    """Yield the programs of that name on the search path, first to last.

    Relative directories are left out. (`shutil.which` searches them, and on Windows the current
    directory first.)
    """
    for directory in map(Path, search_path.split(os.pathsep)):
        for suffix in _SUFFIXES if directory.is_absolute() else ():
            path = directory / f"{name}{suffix}"
            if path.is_file() and os.access(path, os.X_OK):
                yield path
