"""FAT: the number of a file says where its entry is, so a rename changes it."""

import os
import zlib
from typing import Any

from tests.windows.emulation.file_numbers import renumbered


def start() -> None:
    """Replace `os.lstat`."""
    os.lstat = renumbered(os.lstat, _number_of_entry)


def _number_of_entry(path: Any, _: int) -> int:
    return zlib.crc32(os.path.normcase(os.path.abspath(path)).encode())
