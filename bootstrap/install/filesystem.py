"""Questions about file systems: what a rename would do, and which names they keep.

POSIX requires that a rename to `.` fails, as does one of a file onto a directory or of a directory
onto one that is not empty; but a reason against any rename at all is reported first. Such renames
reveal permissions, immutable files, sticky directories, mount points and overlay layers without
changing anything.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Callable, Collection
from functools import cache

from bootstrap.file_changes import remove_tree, rename
from bootstrap.install.errors import MissingDriveError
from bootstrap.install.strict_zip.names import fold

MAX_PATH = 260
"""How long a path on Windows may be, with the NUL at its end, unless more is allowed."""
_EXPECTED = {errno.EISDIR, errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR, errno.EINVAL}
"""The errors of a rename that would succeed with another destination."""

_MOUNT_POINT_TAG = 0xA0000003
"""`stat.IO_REPARSE_TAG_MOUNT_POINT`, which only Windows has."""
TRIAL = "trial"
"""The name of the directory by which it is found out what a file system does."""


def is_same_mount(source: str, directory: str) -> bool:
    """Whether a rename from one directory into another is possible at all."""
    if os.stat(source).st_dev != os.stat(directory).st_dev:
        return False
    try:
        os.rename(source, os.path.join(directory, "."))
    except OSError as exc:
        return exc.errno != errno.EXDEV
    raise AssertionError("a rename to '.' succeeded")


def keeps_inodes(directory: str, other: str) -> bool:
    """Whether a directory has the same inode after a rename. On FAT, it says where the entry is.

    False too where all files have the same, as by some network redirectors of Windows: 0 mostly.

    `directory` and `other` are directories of ours, one file system's.
    """
    path, moved = os.path.join(directory, TRIAL), os.path.join(other, TRIAL)
    os.mkdir(path)
    before = os.lstat(path).st_ino
    rename(path, moved)
    after = os.lstat(moved).st_ino
    remove_tree(moved)
    return before == after and after not in {0, os.lstat(directory).st_ino}


def is_junction(path: str) -> bool:
    """Whether a path is a junction of Windows, or a directory that a volume is mounted in."""
    return getattr(os.lstat(path), "st_reparse_tag", 0) == _MOUNT_POINT_TAG


def has_mount(directory: str, mount_points: Collection[str] | None) -> bool:
    """Whether something is mounted in a directory; where that is unknown, another file system.

    On Windows, also whether the directory or one in it is a junction.
    """
    if os.name == "nt":
        walk = os.walk(directory)
        below = (os.path.join(around, name) for around, names, _ in walk for name in names)
        if is_junction(directory) or any(map(is_junction, below)):
            return True
    if mount_points is not None:
        return any(mount.startswith(directory + os.sep) for mount in mount_points)
    device = os.lstat(directory).st_dev
    return any(os.lstat(around).st_dev != device for around, _, _ in os.walk(directory))


def is_movable(path: str, full_directory: str) -> bool:
    """Whether a file or directory may be renamed; `full_directory` is any that is not empty.

    False for a directory whose content may be renamed but not the directory itself (a lower layer
    of overlayfs). Raises OSError where nothing may be renamed.
    """
    if os.name == "nt":  # a rename onto a directory fails there before anything is checked
        return True
    try:
        os.rename(path, full_directory)
    except OSError as exc:
        if exc.errno == errno.EXDEV and stat.S_ISDIR(os.lstat(path).st_mode):
            return False
        if exc.errno not in _EXPECTED:
            raise OSError(exc.errno, exc.strerror, path) from exc
    return True


def has_exact_name(path: str, parts: int) -> bool:
    """Whether the last parts of a path are spelt so in their directories.

    Windows and some file systems (vfat) create `x` for `x.`, and find it by both names.
    """
    for _ in range(parts):
        directory, name = os.path.split(path)
        if name not in os.listdir(directory):
            return False
        path = directory
    return True


@cache
def allows_long_paths() -> bool:
    """Whether a path may be longer than `MAX_PATH`; on Windows, an administrator allows it."""
    if sys.platform == "win32":
        try:
            import ctypes

            return bool(ctypes.WinDLL("ntdll").RtlAreLongPathsEnabled() & 0xFF)
        except (ImportError, AttributeError, OSError):  # before Windows 10
            return False
    return True


def find_existing(path: str, exists: Callable[[str], bool] = os.path.lexists) -> str:
    """Return a path, or the innermost one around it that exists.

    Raises `MissingDriveError`.
    """
    existing = path
    while not exists(existing):
        around = os.path.dirname(existing)
        if around == existing:
            raise MissingDriveError(path, existing)
        existing = around
    return existing


class NameSpeller:
    """Finds how a file system spells what it finds by another name; reads each directory once.

    The other name may differ in upper and lower case, in the form of Unicode characters, or be a
    short one (`PROGRA~1`).
    """

    def __init__(self) -> None:
        self._names: dict[str, frozenset[str]] = {}
        self._spelled: dict[str, str] = {}

    def spell(self, path: str, directory: str) -> str:
        """Return a path in or at a directory, spelt as the file system does from there on.

        What does not exist stays as it is.
        """
        if path not in self._spelled:
            found, rest = directory, path[len(directory) :].strip(os.sep)
            while rest and os.path.lexists(found):
                name, _, rest = rest.partition(os.sep)
                found = self.spell_name(found, name)
            self._spelled[path] = os.path.join(found, rest) if rest else found
        return self._spelled[path]

    def spell_name(self, directory: str, name: str) -> str:
        """Return the path of a name in a directory, spelt as the file system does."""
        if directory not in self._names:
            try:
                self._names[directory] = frozenset(os.listdir(directory))
            except OSError:
                self._names[directory] = frozenset()
        return find_spelling(os.path.join(directory, name), self._names[directory])


def find_spelling(path: str, names: Collection[str]) -> str:
    """Return what a path finds, with its last part spelt as among the names of its directory."""
    directory, name = os.path.split(path)
    if name in names:
        return path
    try:
        found = os.lstat(path)
    except (OSError, ValueError):
        return path
    folded = fold(name)
    others = sorted(names, key=lambda other: (fold(other) != folded, other))
    for other in others if found.st_ino else ():  # 0 is the number of every file there
        existing = os.path.join(directory, other)
        if os.path.lexists(existing) and os.path.samestat(os.lstat(existing), found):
            return existing
    # Some file systems have an inode for each spelling.
    is_folded = others and fold(others[0]) == folded
    return os.path.join(directory, others[0]) if is_folded else path
