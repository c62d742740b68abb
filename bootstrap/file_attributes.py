"""Attributes of files on Windows, which belong to a file and not to one of its names."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

_WRITE_ATTRIBUTES, _SHARED_BY_ALL, _EXISTING, _NO_LINK = 0x100, 7, 3, 0x00200000
_BASIC_INFORMATION = 0


@contextmanager
def preserved_attributes(path: str, attributes: int) -> Iterator[None]:
    """Give a file its attributes back after the block, even if that removes this name of it.

    Where Python has no ctypes, they stay as the block leaves them.
    """
    if sys.platform == "win32":
        try:
            import ctypes
            from ctypes import wintypes
        except ImportError:
            yield
            return

        class BasicInformation(ctypes.Structure):
            _fields_ = (("times", ctypes.c_longlong * 4), ("attributes", wintypes.DWORD))

        kernel = ctypes.WinDLL("kernel32")
        number, pointer, handle_type = wintypes.DWORD, ctypes.c_void_p, wintypes.HANDLE
        kernel.CreateFileW.restype = handle_type
        kernel.CreateFileW.argtypes = (
            *(wintypes.LPCWSTR, number, number),
            *(pointer, number, number, handle_type),
        )
        kernel.SetFileInformationByHandle.argtypes = (handle_type, ctypes.c_int, pointer, number)
        kernel.CloseHandle.argtypes = (handle_type,)
        handle = kernel.CreateFileW(
            path, _WRITE_ATTRIBUTES, _SHARED_BY_ALL, None, _EXISTING, _NO_LINK, None
        )
        information = BasicInformation(attributes=attributes)  # times of 0 stay as they are
        try:
            yield
        finally:
            size = ctypes.sizeof(information)
            kernel.SetFileInformationByHandle(
                handle, _BASIC_INFORMATION, ctypes.byref(information), size
            )
            kernel.CloseHandle(handle)  # both do nothing where it could not be opened
    else:
        yield
