"""A program that runs, RUNNING: it can be renamed, but neither replaced nor removed."""

import os
from collections.abc import Callable
from typing import Any


def start() -> None:
    """Replace the functions of `os`."""
    running = os.stat(os.environ["RUNNING"]).st_ino
    for name in ("replace", "unlink", "remove"):
        setattr(os, name, _refusing(getattr(os, name), running))


def _refusing(function: Callable[..., None], running: int) -> Callable[..., None]:
    def wrapped(*arguments: Any, **options: Any) -> None:
        path = os.fspath(arguments[-1])  # that which goes away
        if os.path.lexists(path) and os.lstat(path).st_ino == running:
            raise PermissionError(13, "Access is denied", path, 5)
        function(*arguments, **options)

    return wrapped
