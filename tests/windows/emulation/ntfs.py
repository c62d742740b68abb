"""NTFS: a directory cannot be renamed while anything in it is open."""

import os
from collections.abc import Callable
from typing import Any

_GENERIC_READ, _OPEN_EXISTING, _BACKUP_SEMANTICS = 0x80000000, 3, 0x02000000
_ACCESS_DENIED, _SHARING_VIOLATION = 5, 32


def start() -> None:
    """Replace the functions of `os`."""
    os.rename, os.replace = _refusing(os.rename), _refusing(os.replace)


def _refusing(rename: Callable[..., None]) -> Callable[..., None]:
    def wrapped(source: Any, destination: Any, **options: Any) -> None:
        path = os.fspath(source)
        if os.path.isdir(path) and any(map(_is_open, _files_below(path))):
            message = "Access is denied"
            raise PermissionError(13, message, path, _ACCESS_DENIED, os.fspath(destination))
        rename(source, destination, **options)

    return wrapped


def _files_below(directory: str) -> list[str]:
    return [os.path.join(parent, name) for parent, _, names in os.walk(directory) for name in names]


def _is_open(path: str) -> bool:
    """Whether another handle of a file exists: it cannot be opened for nobody else then."""
    import ctypes
    from ctypes import wintypes

    kernel = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined]  # Windows
    kernel.CreateFileW.restype = wintypes.HANDLE
    text, number, pointer = wintypes.LPCWSTR, wintypes.DWORD, ctypes.c_void_p
    kernel.CreateFileW.argtypes = [text, number, number, pointer, number, number, wintypes.HANDLE]
    handle = kernel.CreateFileW(
        path, _GENERIC_READ, 0, None, _OPEN_EXISTING, _BACKUP_SEMANTICS, None
    )
    if handle == ctypes.c_void_p(-1).value:
        return bool(ctypes.get_last_error() == _SHARING_VIOLATION)  # type: ignore[attr-defined]  # Windows
    kernel.CloseHandle(handle)
    return False
