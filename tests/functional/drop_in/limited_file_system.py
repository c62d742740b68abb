"""Runs a command without the system calls that some file systems do not support.

`python limited_file_system.py [--no-symlinks] COMMAND...`. A seccomp filter fails as
the FAT driver does: no hard links (EPERM), no exchange of two names (EINVAL), and with the option
no symbolic links (EPERM).
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys

_LINK, _LINKAT, _RENAMEAT2, _SYMLINK, _SYMLINKAT = {
    "x86_64": (86, 265, 316, 88, 266),
    "aarch64": (-1, 37, 276, -1, 36),
}[platform.machine()]
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_NUMBER, _FLAGS = 0, 16 + 8 * 4  # in struct seccomp_data: the call, and its fifth argument
_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2


def instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    """Return one `struct sock_filter`."""
    return struct.pack("=HBBI", code, if_true, if_false, value & 0xFFFFFFFF)


def program(refused: list[int]) -> bytes:
    """Return a filter that refuses some calls, and renameat2 where it has flags."""
    code = [instruction(_LOAD, _NUMBER)]
    for number in refused:
        code.append(instruction(_JUMP_IF_EQUAL, number, 0, 1))
        code.append(instruction(_RETURN, _ERRNO | errno.EPERM))
    code += [
        instruction(_JUMP_IF_EQUAL, _RENAMEAT2, 1, 0),
        instruction(_RETURN, _ALLOW),
        instruction(_LOAD, _FLAGS),
        instruction(_JUMP_IF_EQUAL, 0, 0, 1),
        instruction(_RETURN, _ALLOW),
        instruction(_RETURN, _ERRNO | errno.EINVAL),
    ]
    return b"".join(code)


def refuse(calls: list[int]) -> None:
    """Apply the filter to this process and its children."""
    code = program(calls)
    buffer = ctypes.create_string_buffer(code, len(code))
    filter_program = ctypes.create_string_buffer(
        struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(buffer))
    )
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]
    address = ctypes.addressof(filter_program)
    for arguments in ((_NO_NEW_PRIVILEGES, 1, 0), (_SET_SECCOMP, _FILTER, address)):
        if libc.prctl(*arguments, 0, 0) != 0:
            sys.exit(f"prctl: {os.strerror(ctypes.get_errno())}")


if __name__ == "__main__":
    words = sys.argv[1:]
    without_symlinks = words[0] == "--no-symlinks"
    refuse([_LINK, _LINKAT, *([_SYMLINK, _SYMLINKAT] if without_symlinks else [])])
    command = words[1:] if without_symlinks else words
    os.execvp(command[0], command)
