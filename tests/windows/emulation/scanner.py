"""A virus scanner: in the directory SCANNED, it holds what is new for a moment."""

import os
from collections.abc import Callable
from typing import Any

_ACCESS_DENIED, _SHARING_VIOLATION = 5, 32
_REFUSALS = 2
"""How often each path is refused."""


def start() -> None:
    """Replace the functions of `os`."""
    for name in ("rename", "replace", "unlink", "remove", "rmdir"):
        setattr(os, name, _refused_at_first(getattr(os, name)))


def _refused_at_first(function: Callable[..., None]) -> Callable[..., None]:
    seen: dict[str, int] = {}

    def wrapped(path: Any, *arguments: Any, **options: Any) -> None:
        text = os.fspath(path)
        if not text.startswith(os.environ["SCANNED"]):
            return function(path, *arguments, **options)
        seen[text] = seen.get(text, 0) + 1
        if os.path.lexists(text) and seen[text] <= _REFUSALS:
            number = _ACCESS_DENIED if os.path.isdir(text) else _SHARING_VIOLATION
            message = "The process cannot access the file"
            raise PermissionError(13, message, text, number)
        return function(path, *arguments, **options)

    return wrapped
