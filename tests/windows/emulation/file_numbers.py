"""Results of `os.stat` and its like with another number of the file (`st_ino`)."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

_TIMES = ("st_atime", "st_mtime", "st_ctime")
_NAMED = (
    *("st_atime_ns", "st_mtime_ns", "st_ctime_ns", "st_birthtime_ns"),
    *("st_birthtime", "st_file_attributes", "st_reparse_tag"),
)
"""What follows the fields with a position; of Windows."""


def renumbered(
    function: Callable[..., os.stat_result], number: Callable[[Any, int], int]
) -> Callable[..., os.stat_result]:
    """Return a function that gives each file the number made of its path and its real number."""

    def wrapped(path: Any, **options: Any) -> os.stat_result:
        found = function(path, **options)
        values = [*found[:10], *(getattr(found, name) for name in _TIMES)]
        values[1] = number(path, found.st_ino)
        named = {name: getattr(found, name) for name in _NAMED if hasattr(found, name)}
        return os.stat_result(values, named)

    return wrapped
