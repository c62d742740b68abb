"""ReFS: a file's number has 128 bits; since Python 3.12 `os.lstat` tells all, `os.DirEntry` 64."""

import os
from typing import Any

_NANOSECONDS = ("st_atime_ns", "st_mtime_ns", "st_ctime_ns")
_OTHER = ("st_file_attributes", "st_reparse_tag")


def start() -> None:
    """Replace `os.lstat`, `os.stat` and `os.fstat`."""
    for name in ("lstat", "stat", "fstat"):
        setattr(os, name, _extended(getattr(os, name)))


def _extended(function: Any) -> Any:
    def wrapped(path: Any, **options: Any) -> os.stat_result:
        found = function(path, **options)
        values = list(found)
        values[1] |= 5 << 64
        times = [found.st_atime, found.st_mtime, found.st_ctime]
        named = {name: getattr(found, name) for name in (*_NANOSECONDS, *_OTHER)}
        return os.stat_result([*values[:10], *times], named)

    return wrapped
