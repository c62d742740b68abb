"""FAT: the number of a file says where its entry is, so a rename changes it."""

import os
import zlib
from typing import Any


def start() -> None:
    """Replace `os.lstat`."""
    original = os.lstat

    def lstat(path: Any, **options: Any) -> os.stat_result:
        found = original(path, **options)
        values = list(found)
        values[1] = zlib.crc32(os.path.normcase(os.path.abspath(path)).encode())
        times = [found.st_atime, found.st_mtime, found.st_ctime]
        names = ("st_atime_ns", "st_mtime_ns", "st_file_attributes", "st_reparse_tag")
        named = {name: getattr(found, name) for name in names}
        return os.stat_result([*values[:10], *times], named)

    os.lstat = lstat
