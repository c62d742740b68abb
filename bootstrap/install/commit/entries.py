"""What is at a path, asked without following a link, and how it gets a second name."""

from __future__ import annotations

import os
import stat

from bootstrap.file_changes import is_violation


def is_bytecode(path: str) -> bool:
    """Whether a path is of compiled code, which Python makes again."""
    around, name = os.path.split(path)
    return name.endswith(".pyc") or "__pycache__" in {name, os.path.basename(around)}


def inode_at(path: str) -> int | None:
    """Return the inode of what is at a path; None where nothing is."""
    try:
        return os.lstat(path).st_ino
    except (FileNotFoundError, NotADirectoryError):
        return None


def is_directory(path: str) -> bool:
    """Whether there is a directory at a path, not a link to one. Raises OSError for nothing."""
    return stat.S_ISDIR(os.lstat(path).st_mode)


def is_real_directory(path: str) -> bool:
    """Whether there is a directory at a path, not a link to one and not nothing."""
    return os.path.isdir(path) and not os.path.islink(path)


def replace_if_closed(source: str, path: str) -> bool:
    """Replace a file; return False where Windows refuses it, as for a program that runs.

    Such a file can be renamed.
    """
    try:
        os.replace(source, path)  # at once: there is another way, and many may be open
    except PermissionError as exc:
        if not is_violation(exc):
            raise
        return False
    return True


def link_or_copy(path: str, new: str) -> None:
    """Give a file a second name, or copy it where the file system has no hard links."""
    try:
        os.link(path, new, follow_symlinks=False)
    except (OSError, NotImplementedError):
        from shutil import copy2

        copy2(path, new, follow_symlinks=False)
