"""A junction, JUNCTION: a directory that `os.lstat` describes as Windows does."""

import os
import stat
from typing import Any

_TIMES = ("st_atime_ns", "st_mtime_ns", "st_ctime_ns")
_REPARSE_POINT, _MOUNT_POINT = 0x400, 0xA0000003


def start() -> None:
    """Replace `os.lstat`."""
    junction, lstat = os.path.normcase(os.environ["JUNCTION"]), os.lstat

    def wrapped(path: Any, **options: Any) -> os.stat_result:
        found = lstat(path, **options)
        is_path = isinstance(path, (str, os.PathLike))
        if not is_path or os.path.normcase(os.path.abspath(path)) != junction:
            return found
        assert stat.S_ISDIR(found.st_mode)
        named = {name: getattr(found, name) for name in _TIMES}
        named["st_file_attributes"] = getattr(found, "st_file_attributes", 0) | _REPARSE_POINT
        named["st_reparse_tag"] = _MOUNT_POINT
        times = (found.st_atime, found.st_mtime, found.st_ctime)
        return os.stat_result([*found[:10], *times], named)

    os.lstat = wrapped
