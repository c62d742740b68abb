"""What a rename could do, asked of the kernel by renames that can never succeed.

POSIX demands that a rename to `.` fails, as does one of a file onto a directory or of a directory
onto one that is not empty; but what would forbid any rename at all is reported first. So we learn
of permissions, immutable files, sticky directories, mount points and overlay layers without
touching anything.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable
from enum import Enum

from bootstrap.install.strict_zip.names import folded


class Movable(Enum):
    """What a rename would do."""

    YES = "it can be renamed"
    NOT_WHOLE = "its content can be renamed, but not the directory itself (overlayfs)"


_HARMLESS = {errno.EISDIR, errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR, errno.EINVAL}


def shares_mount(area: str, directory: str) -> bool:
    """Whether a rename from one directory to another is possible at all."""
    if os.stat(area).st_dev != os.stat(directory).st_dev:
        return False
    try:
        os.rename(area, os.path.join(directory, "."))
    except OSError as exc:
        return exc.errno != errno.EXDEV
    raise AssertionError("a rename to '.' succeeded")


def movable(path: str, full_directory: str) -> Movable:
    """Ask whether a file or directory may be renamed away; `full_directory` is not empty.

    Raises OSError saying why not.
    """
    if os.name == "nt":  # a rename onto a directory fails there before anything is checked
        return Movable.YES
    try:
        os.rename(path, full_directory)
    except OSError as exc:
        if exc.errno == errno.EXDEV and stat.S_ISDIR(os.lstat(path).st_mode):
            return Movable.NOT_WHOLE
        if exc.errno not in _HARMLESS:
            raise OSError(exc.errno, exc.strerror, path) from exc
    return Movable.YES


# FOLDED from bootstrap/install/environment/collisions.py
def ignores_case(directory: str) -> bool:
    """Whether the file system of a directory finds it under another spelling of its name, too."""
    parent, name = os.path.split(directory)
    return os.path.lexists(os.path.join(parent, name.swapcase()))


def other_spelling(name: str, present: Iterable[str]) -> str | None:
    """Return the name under which a directory holds a file already, if that is spelt otherwise."""
    present = set(present)
    if name in present:
        return None
    return next((each for each in sorted(present) if folded(each) == folded(name)), None)
