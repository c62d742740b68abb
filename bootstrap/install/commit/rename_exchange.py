"""Exchange two paths atomically: renameat2(2) on Linux, renamex_np(2) on macOS."""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import Any

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2
_RENAME_SWAP = 2
_UNSUPPORTED = frozenset({22, 38, 45, 95})
"""EINVAL (a file system without it), ENOSYS, ENOTSUP of macOS and of Linux."""
_PLATFORM: str = sys.platform


class ExchangeUnsupportedError(OSError):
    """The system or the file system cannot exchange two paths."""


def exchange(one: str, other: str) -> None:
    """Exchange the files or directories at two paths of one file system, atomically.

    Raises `ExchangeUnsupportedError` where that is not possible, OSError where it fails.
    """
    # Renames raise audit events (PEP 578); one through ctypes would not.
    sys.audit("bootstrap.install.exchange", one, other)
    function = _find_function()
    if function is None:
        raise ExchangeUnsupportedError("there is no system call for it")
    number = function(os.fsencode(one), os.fsencode(other))
    if number == 0:
        return
    if number in _UNSUPPORTED:
        raise ExchangeUnsupportedError(number, os.strerror(number))
    raise OSError(number, os.strerror(number), one, None, other)


@cache
def _find_function() -> Any:
    """Return a function of two paths that returns 0 or an errno; or None."""
    try:
        import ctypes  # Python is built without it where libffi is missing

        library = ctypes.CDLL(None, use_errno=True)
        if _PLATFORM == "linux":
            call = library.renameat2
            call.argtypes = (
                ctypes.c_int,
                ctypes.c_char_p,
                ctypes.c_int,
                ctypes.c_char_p,
                ctypes.c_uint,
            )
            return lambda a, b: (
                call(_AT_FDCWD, a, _AT_FDCWD, b, _RENAME_EXCHANGE) and ctypes.get_errno()
            )
        if _PLATFORM == "darwin":
            call = library.renamex_np
            call.argtypes = (ctypes.c_char_p, ctypes.c_char_p, ctypes.c_uint)
            return lambda a, b: call(a, b, _RENAME_SWAP) and ctypes.get_errno()
    except (ImportError, AttributeError, OSError, TypeError):  # an old libc; no CDLL(None)
        return None
    return None
