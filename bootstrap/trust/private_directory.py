"""Directories nobody else can write to, in which a file stays what we made it."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path


class NotPrivateError(Exception):
    """Somebody else could change what lies in the directory."""


def make_private(directory: Path) -> Path:
    """Make a directory, where it is missing, and return its real path.

    Raises `NotPrivateError` where others could put their files in the place of ours, and
    `OSError` where it cannot be made.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    real = Path(os.path.realpath(directory))
    if hasattr(os, "geteuid"):  # Windows: access control lists are inherited from the profile
        _require_private(real)
    return real


def private_temporary() -> Path:
    """Return a private directory among the temporary files, the same one in every run.

    It has a name of its own, so that runs share it and none leaves another behind; where
    somebody else took that name, it is a fresh one. Raises `OSError` where there is none at all,
    and `NotPrivateError` where others may rename what lies among them.
    """
    user = os.geteuid() if hasattr(os, "geteuid") else "user"
    place = Path(tempfile.gettempdir(), f"get-installer-{user}")
    try:
        if not place.is_symlink():
            return make_private(place)
    except (NotPrivateError, OSError):
        pass
    fresh = Path(tempfile.mkdtemp(prefix="get-installer-"))
    try:
        return make_private(fresh)
    except NotPrivateError:
        fresh.rmdir()
        raise


def _require_private(directory: Path) -> None:
    """Check the directory and all above it: whoever can rename one of them can replace it."""
    if os.lstat(directory).st_uid != os.geteuid():
        raise NotPrivateError(f"{directory} belongs to somebody else")
    # Whoever owns "/" owns all; inside a user namespace that need not be number 0.
    believed = {os.geteuid(), 0, os.lstat(directory.anchor).st_uid}
    for place in (directory, *directory.parents):
        found = os.lstat(place)
        if found.st_uid not in believed:
            raise NotPrivateError(f"{place} belongs to somebody else")
        shared = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        # In a sticky directory (/tmp) nobody can rename what belongs to another.
        if shared and (place == directory or not found.st_mode & stat.S_ISVTX):
            raise NotPrivateError(f"others can write to {place}")
