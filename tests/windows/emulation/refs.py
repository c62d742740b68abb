"""ReFS: a file's number has 128 bits; since Python 3.12 `os.lstat` tells all, `os.DirEntry` 64."""

import os

from tests.windows.emulation.file_numbers import renumbered


def start() -> None:
    """Replace `os.lstat`, `os.stat` and `os.fstat`."""
    for name in ("lstat", "stat", "fstat"):
        setattr(os, name, renumbered(getattr(os, name), lambda _, found: found | 5 << 64))
