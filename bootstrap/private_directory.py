"""Directories whose files only we can change: caches, lock directories, staging directories.

What other users can write to must not be believed. A directory is private if it is ours, and if
nobody else can write to it or rename it or one of its parents.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

PRIVATE_MODE = 0o777 if os.name == "nt" else 0o700
"""The mode of a new private directory. On Windows it inherits the access rights of the directory
around it: for 0o700, newer Pythons make a list of rights that is inherited by, and moves with, what
is created in it. After an installation by an administrator, nobody else could import it."""


class NotPrivateError(Exception):
    """Other users could change the files in a directory."""


def check_private(directory: Path) -> Path:
    """Return the real path of a directory that is private, or that we could create as such.

    Creates nothing. On Windows nothing is checked: access control lists are inherited from the
    user's profile. Raises `NotPrivateError`, and `OSError` if the directory is inaccessible.
    """
    real = Path(os.path.realpath(directory))
    if not hasattr(os, "geteuid"):
        return real
    trusted = _trusted_owners()
    for path in (real, *real.parents):  # who can rename one of them can replace the directory
        try:
            status = os.lstat(path)
        except FileNotFoundError:
            continue
        if not stat.S_ISDIR(status.st_mode):
            raise NotADirectoryError(f"{path} is not a directory")
        owners = {os.geteuid()} if path == real else trusted
        if status.st_uid not in owners:
            raise NotPrivateError(f"{path} belongs to another user")
        # In a sticky directory (/tmp) nobody can rename the files of another user.
        is_sticky = path != real and bool(status.st_mode & stat.S_ISVTX)
        if _is_shared(path, status) and not is_sticky:
            raise NotPrivateError(f"other users can write to {path}")
    return real


def check_private_in_shared(directory: Path) -> None:
    """Refuse a directory that is not ours alone, in one that we may share with a group.

    For what has to lie beside files that others manage, too: the site-packages of a system's Python
    are often writable by a group (`root:staff` on Debian). Who is in that group changes what that
    Python runs anyway, so the group is trusted there. A link is refused. Raises `NotPrivateError`,
    and `OSError` if the directory does not exist.
    """
    status = os.lstat(directory)
    if not stat.S_ISDIR(status.st_mode):
        raise NotPrivateError(f"{directory} is not a directory")
    if not hasattr(os, "geteuid"):
        return
    if status.st_uid != os.geteuid():
        raise NotPrivateError(f"{directory} belongs to another user")
    if _is_shared(directory, status):
        raise NotPrivateError(f"other users can write to {directory}")
    trusted, parent = _trusted_owners(), Path(os.path.realpath(directory.parent))
    for path in (parent, *parent.parents):  # who can rename one of them can replace the directory
        status = os.lstat(path)
        if status.st_uid not in trusted and not _is_shared_with_us(status):
            raise NotPrivateError(f"{path} belongs to another user")
        if status.st_mode & stat.S_IWOTH and not status.st_mode & stat.S_ISVTX:
            raise NotPrivateError(f"other users can write to {path}")


def make_private(directory: Path) -> Path:
    """Create a directory if it is missing, with its parents, and return its real path.

    Raises `NotPrivateError` where other users could change its files, and then nothing is created;
    `OSError` where it cannot be created.
    """
    real = check_private(directory)
    missing = [path for path in (real, *real.parents) if not path.exists()]
    for path in reversed(missing):
        # Not mkdir(parents=True): that ignores the mode, and a umask of 002 lets the group write.
        with suppress(FileExistsError):
            path.mkdir(mode=PRIVATE_MODE)
    return check_private(real)


def open_private(path: Path) -> BinaryIO:
    """Open a regular file of ours, in a private directory, that nobody else can write to.

    Links are not followed; neither a pipe nor a device is waited for. Raises `OSError` and
    `NotPrivateError`.
    """
    flags = [getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY")]
    descriptor = os.open(path, os.O_RDONLY | sum(flags))
    if not is_private_file(descriptor):
        os.close(descriptor)
        raise NotPrivateError(f"{path} is not a regular file that only we can change")
    return os.fdopen(descriptor, "rb")


def create_private(path: Path) -> BinaryIO:
    """Create a file that only we can read and change. Raises `OSError`, also if it exists."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags, 0o600), "wb")


def is_private_file(descriptor: int) -> bool:
    """Return whether an open file is private; on Windows every regular file is."""
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        return False
    if not hasattr(os, "geteuid"):
        return True
    return status.st_uid == os.geteuid() and not _is_shared(descriptor, status)


def _trusted_owners() -> set[int]:
    # The owner of "/" owns everything; inside a user namespace that need not be number 0.
    return {os.geteuid(), 0, os.lstat("/").st_uid}


def _is_shared_with_us(status: os.stat_result) -> bool:
    """Return whether a group may write that we are in. Root trusts nobody for that reason."""
    groups = {os.getegid(), *os.getgroups()}
    return os.geteuid() != 0 and bool(status.st_mode & stat.S_IWGRP) and status.st_gid in groups


def _is_shared(file: Path | int, status: os.stat_result) -> bool:
    """Return whether others than the owner can write."""
    if status.st_mode & stat.S_IWOTH:
        return True
    if not status.st_mode & stat.S_IWGRP:
        return False
    return _has_access_list(file) or not _is_own_group(status.st_gid)


def _has_access_list(file: Path | int) -> bool:
    """Return whether the bits of the group are those of an access control list (Linux)."""
    if not hasattr(os, "getxattr"):
        return False
    try:
        return bool(os.getxattr(file, "system.posix_acl_access"))
    except OSError:  # there is none, or the file system knows none
        return False


def _is_own_group(number: int) -> bool:
    """Return whether we are a group's only member: the group of our name that many systems create.

    There the umask is 002, so that each directory of ours is writable by that group.
    """
    import grp
    import pwd

    try:
        user, group = pwd.getpwuid(os.geteuid()), grp.getgrgid(number)
    except KeyError:
        return False
    is_primary = user.pw_gid == number and group.gr_name == user.pw_name
    return is_primary and set(group.gr_mem) <= {user.pw_name}
