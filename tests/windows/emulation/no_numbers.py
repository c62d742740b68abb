"""A network redirector that knows no numbers of files: each is 0."""

import os

from tests.windows.emulation.file_numbers import renumbered


def start() -> None:
    """Replace `os.lstat`, `os.stat` and `os.fstat`."""
    for name in ("lstat", "stat", "fstat"):
        setattr(os, name, renumbered(getattr(os, name), lambda _path, _found: 0))
