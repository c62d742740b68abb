"""Imported by every Python that Wine runs: corrects what Wine 8 does otherwise than Windows."""

import errno
import msvcrt
import os
from collections.abc import Callable


def _corrected(locking: Callable[[int, int, int], None]) -> Callable[[int, int, int], None]:
    """Return `msvcrt.locking` with the error of Windows: Wine's has any number, or none."""

    def wrapped(descriptor: int, mode: int, length: int) -> None:
        try:
            locking(descriptor, mode, length)
        except OSError:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES)) from None

    return wrapped


if os.name == "nt":
    msvcrt.locking = _corrected(msvcrt.locking)  # type: ignore[attr-defined]  # there it exists
