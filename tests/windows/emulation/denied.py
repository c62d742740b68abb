"""Access rights: in the directory DENIED nothing may be created, though `os.access` allows it."""

import os
from collections.abc import Callable
from typing import Any


def start() -> None:
    """Replace the functions of `os`."""
    os.open = _refusing(os.open)
    os.mkdir = _refusing(os.mkdir)


def _refusing(function: Callable[..., Any]) -> Callable[..., Any]:
    denied = os.path.normcase(os.environ["DENIED"])

    def wrapped(path: Any, *arguments: Any, **options: Any) -> Any:
        around = os.path.dirname(os.path.normcase(os.fspath(path)))
        if around == denied and not os.path.lexists(path):
            raise PermissionError(13, "Access is denied", os.fspath(path), 5)
        return function(path, *arguments, **options)

    return wrapped
