"""Renames and removals, also where another program looks at the file just then.

A virus scanner or an indexer opens each new file for some milliseconds. Windows refuses to rename
or remove what is open, and to read what its program lets nobody read; so it is tried again for two
seconds. POSIX does not refuse it.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
import time
from collections.abc import Callable, Collection, Iterable
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import Any, TypeVar

ACCESS_DENIED, SHARING_VIOLATION, LOCK_VIOLATION = 5, 32, 33
"""Windows' errors; it reports the first one for a directory in which something is open, too."""
_DIRECTORY_NOT_EMPTY = 145
"""A file in it was removed but is still open."""
_EXTENDED = "\\\\?\\"
_MOUNTS = "/proc/self/mountinfo"
_ESCAPE = re.compile(rb"\\([0-7]{3})")
_PAUSES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.6, 0.8)
_AnyPath = str | Path
_Result = TypeVar("_Result")


def extended_path(path: str) -> str:
    r"""Return an absolute path in the form in which Windows does not limit its length, `\\?\C:\x`.

    Only its own functions understand that form, and only with backslashes. On POSIX it stays as it
    is.
    """
    if os.name != "nt" or path.startswith(_EXTENDED):
        return path
    return f"{_EXTENDED}UNC{path[1:]}" if path.startswith("\\\\") else f"{_EXTENDED}{path}"


def plain_path(path: str) -> str:
    """Return a path in the form that users know, from either form."""
    if os.name != "nt" or not path.startswith(_EXTENDED):
        return path
    rest = path.removeprefix(_EXTENDED)
    return f"\\{rest.removeprefix('UNC')}" if rest.startswith("UNC\\") else rest


def canonical_path(path: _AnyPath) -> str:
    """Return a path without links; on Windows in the form that users know, if it has one."""
    real = os.path.realpath(path)
    plain = plain_path(real)
    if real.startswith(_EXTENDED) and os.path.abspath(plain) != plain:
        return real  # `x.` has none
    return os.path.abspath(plain)  # `x` for the `x.` that does not exist


def rename(source: _AnyPath, destination: _AnyPath) -> None:
    """Rename a file or directory to a path where nothing is. Raises OSError."""
    patiently(os.rename, source, destination)


def replace(source: _AnyPath, destination: _AnyPath) -> None:
    """Rename a file to a path where another one may be. Raises OSError."""
    patiently(os.replace, source, destination)


def unlink(path: _AnyPath) -> None:
    """Remove a file or link. Raises OSError."""
    patiently(os.unlink, path)


def rmdir(path: _AnyPath) -> None:
    """Remove an empty directory. Raises OSError."""
    patiently(os.rmdir, path)


class Patience:
    """Waits until other programs have closed what is to be changed: two seconds in all.

    One for a whole tree: of a program that runs, hundreds of files may be open for hours.
    """

    def __init__(self, pauses: Iterable[float] | None = None) -> None:
        self._pauses = iter(_PAUSES if pauses is None else pauses)

    def call(self, change: Callable[..., _Result], *arguments: object) -> _Result:
        """Call a function, again and again while Windows refuses what it does. Raises OSError."""
        while True:
            try:
                return change(*arguments)
            except OSError as exc:
                number = getattr(exc, "winerror", None)
                # `open` tells no more than EACCES.
                is_bare = os.name == "nt" and number is None and exc.errno == errno.EACCES
                if not (is_violation(exc) or is_bare or number == _DIRECTORY_NOT_EMPTY):
                    raise
                pause = next(self._pauses, None)
                if pause is None:
                    raise
            time.sleep(pause)


def patiently(change: Callable[..., _Result], *arguments: object) -> _Result:
    """Call a function again for two seconds while Windows refuses what it does. Raises OSError."""
    return Patience().call(change, *arguments)


def find_mount_points() -> frozenset[str] | None:
    """Return where something is mounted, also from the same file system; None if unknown."""
    if os.name == "nt":  # there it is a junction, which `shutil.rmtree` does not enter
        return frozenset()
    try:
        with open(_MOUNTS, "rb") as file:
            fields = [line.split(b" ")[4] for line in file]
    except (OSError, IndexError):
        return None
    return frozenset(
        os.fsdecode(_ESCAPE.sub(lambda found: bytes([int(found[1], 8)]), field)) for field in fields
    )


def remove_content(
    directory: _AnyPath, keep: Collection[str], patience: Patience | None = None
) -> None:
    """Remove what is in a directory but some names, as `remove_tree` does."""
    directory = extended_path(_without_links_around(directory))
    _TreeRemoval(patience or Patience(), find_mount_points() or ()).remove_content(directory, keep)


def remove_tree(path: _AnyPath) -> None:
    """Remove a directory with its content, read-only files too.

    What cannot be removed is left, and so is what is mounted in it.
    """
    path = extended_path(_without_links_around(path))
    _TreeRemoval(Patience(), find_mount_points() or ()).remove(path)


def _without_links_around(path: _AnyPath) -> str:
    """Return an absolute path as the system names mount points; a link itself stays one."""
    parent, name = os.path.split(os.path.abspath(path))
    return os.path.join(parent if os.name == "nt" else os.path.realpath(parent), name)


class _TreeRemoval:
    """The removal of a tree; what cannot be removed is left."""

    def __init__(self, patience: Patience, mounted: Collection[str]) -> None:
        self._patience, self._mounted = patience, mounted

    def remove_content(self, directory: str, keep: Collection[str]) -> None:
        with suppress(OSError):
            for name in os.listdir(directory):
                path = os.path.join(directory, name)
                if name in keep or path in self._mounted:
                    continue
                if os.path.isdir(path) and not os.path.islink(path):
                    self.remove(path)
                else:
                    with suppress(OSError):
                        self._patience.call(os.unlink, path)

    def remove(self, path: str) -> None:
        import shutil  # with all formats of archives

        if any(mount.startswith(path + os.sep) for mount in self._mounted):
            self.remove_content(path, ())
        elif sys.platform != "win32":
            shutil.rmtree(path, ignore_errors=True)
        elif sys.version_info >= (3, 12):
            shutil.rmtree(path, onexc=self._remove_again)
        else:
            shutil.rmtree(path, onerror=self._remove_again)

    def _remove_again(self, function: Callable[..., None], path: str, _: Any) -> None:
        """Try again to remove a path, without the attribute that makes it read-only."""
        if function not in {os.unlink, os.rmdir}:
            return
        with suppress(OSError):
            found = os.lstat(path)
            attributes = getattr(found, "st_file_attributes", 0)
            is_read_only = bool(attributes & stat.FILE_ATTRIBUTE_READONLY)
            # Not that of what a link or a junction leads to.
            if not is_read_only or attributes & stat.FILE_ATTRIBUTE_REPARSE_POINT:
                self._patience.call(function, path)
                return
            preserved: AbstractContextManager[None] = nullcontext()
            if found.st_nlink > 1:  # its other names may be anybody's
                from bootstrap.file_attributes import preserved_attributes

                preserved = preserved_attributes(path, attributes)
            with preserved:
                os.chmod(path, stat.S_IWRITE | stat.S_IREAD)
                self._patience.call(function, path)


def can_create_in(directory: _AnyPath) -> bool:
    """Whether files can be created in a directory: found out by creating one, which is removed.

    `os.access` does not know the access lists of Windows, nor what a file server allows.
    """
    directory = os.fspath(directory)
    if not os.access(directory, os.W_OK | os.X_OK):
        return False
    with suppress(OSError, AttributeError):  # Linux: a file without a name, so that nothing changes
        os.close(os.open(directory, os.O_RDWR | os.O_TMPFILE, 0o600))
        return True
    before = os.stat(directory)
    path = os.path.join(directory, f".get-installer-{os.urandom(8).hex()}")
    # Windows removes it by itself, even if we are killed.
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_TEMPORARY", 0)
    try:
        os.close(os.open(path, flags, 0o600))
    except OSError:
        return False
    with suppress(OSError):
        os.unlink(path)
    with suppress(OSError):
        os.utime(directory, ns=(before.st_atime_ns, before.st_mtime_ns))
    return True


def is_violation(error: OSError) -> bool:
    """Whether a change may have failed because another program has the file open (Windows)."""
    number = getattr(error, "winerror", None)
    return number in {ACCESS_DENIED, SHARING_VIOLATION, LOCK_VIOLATION}
