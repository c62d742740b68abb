"""MAX_PATH, which Wine does not know: 260 characters, 248 for a new directory."""

import builtins
import io
import os
from collections.abc import Callable
from typing import Any

_MAX_PATH, _MAX_NEW_DIRECTORY = 260, 248
_PATH_NOT_FOUND, _FILENAME_EXCED_RANGE = 3, 206
_FUNCTIONS = {
    "link": _MAX_PATH,
    "listdir": _MAX_PATH,
    "lstat": _MAX_PATH,
    "mkdir": _MAX_NEW_DIRECTORY,
    "open": _MAX_PATH,
    "remove": _MAX_PATH,
    "rename": _MAX_PATH,
    "replace": _MAX_PATH,
    "rmdir": _MAX_PATH,
    "scandir": _MAX_PATH,
    "stat": _MAX_PATH,
    "unlink": _MAX_PATH,
}


def start() -> None:
    """Replace the functions of `os`, and `open`."""
    for name, limit in _FUNCTIONS.items():
        setattr(os, name, _limited(getattr(os, name), limit))
    builtins.open = io.open = _limited(builtins.open, _MAX_PATH)


def _limited(function: Callable[..., Any], limit: int) -> Callable[..., Any]:
    number = _PATH_NOT_FOUND if limit == _MAX_PATH else _FILENAME_EXCED_RANGE

    def wrapped(*arguments: Any, **options: Any) -> Any:
        for path in arguments[:2]:
            if isinstance(path, (str, os.PathLike)):
                full = os.path.abspath(os.fspath(path))
                if not full.startswith("\\\\?\\") and len(full) >= limit:
                    message = "The system cannot find the path specified"
                    raise FileNotFoundError(2, message, full, number)
        return function(*arguments, **options)

    return wrapped
