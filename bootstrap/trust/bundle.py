"""Keep a bundle of CA certificates at a stable path: `<cache>/trust/cacert-<sha256>.pem`.

Children get the path, so it must stay valid while anything else changes: an upgrade, the removal
of the .pyz, a kill. Therefore a bundle is named by its content, written to a temporary name and
renamed, never rewritten in place, and compared with its name whenever it is used. Processes need
no lock, because all would write the same bytes to the same path.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from bootstrap.atomic_file import write_atomically

_HOUR, _DAY = 3600, 86400
_TEMPORARY_PREFIX = ".cacert-"
_STALE_TEMPORARY = _HOUR
"""Seconds after which a temporary file belongs to a process that was killed."""
_IN_USE = _DAY
"""Seconds since its last use for which a bundle is never removed."""
_UNUSED = 90 * _DAY
_MAX_BUNDLES = 16
"""Bundles to keep, besides those in use."""


class NotPrivateError(Exception):
    """Other users could change the files in a directory."""


def stable_bundle(
    cache: Path | None, pem: bytes, note: Callable[[str], None] = lambda _: None
) -> Path | None:
    """Return the path of a file with these bytes; write it if needed.

    It is in `trust/` in the cache, or in a private temporary directory where the cache cannot be
    used; None where no directory can be used. `note` receives the reason (for `-v`).
    """
    if cache is not None:
        try:
            return _store(_make_private(cache / "trust"), pem)
        except (NotPrivateError, OSError) as exc:
            note(f"The CA bundle cannot be stored in {cache / 'trust'}: {exc}")
    try:
        return _store(_private_temporary(), pem)
    except (NotPrivateError, OSError) as exc:
        note(f"The CA bundle cannot be written to any directory: {exc}")
        return None


def _private_temporary() -> Path:
    """Return a private directory in the temporary directory, the same one in every run.

    Its name is fixed, so that runs share it and none leaves another behind; if another user owns
    that name, it is a new directory. Raises `OSError` if none can be made, and `NotPrivateError`
    if other users can rename files in the temporary directory.
    """
    user = os.geteuid() if hasattr(os, "geteuid") else "user"
    shared = Path(tempfile.gettempdir(), f"get-installer-{user}")
    with suppress(NotPrivateError, OSError):
        if not shared.is_symlink():
            return _make_private(shared)
    new = Path(tempfile.mkdtemp(prefix="get-installer-"))
    try:
        return _make_private(new)
    except NotPrivateError:
        new.rmdir()
        raise


def _make_private(directory: Path) -> Path:
    """Make a directory if it is missing, and return its real path.

    Raises `NotPrivateError` if other users could replace its files, and `OSError` if it cannot be
    made.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    real = Path(os.path.realpath(directory))
    if not hasattr(os, "geteuid"):  # Windows: access control lists are inherited from the profile
        return real
    if os.lstat(real).st_uid != os.geteuid():
        raise NotPrivateError(f"{real} belongs to another user")
    # The owner of "/" owns everything; inside a user namespace that need not be number 0.
    trusted = {os.geteuid(), 0, os.lstat(real.anchor).st_uid}
    for path in (real, *real.parents):  # who can rename one of them can replace the directory
        status = os.lstat(path)
        if status.st_uid not in trusted:
            raise NotPrivateError(f"{path} belongs to another user")
        is_shared = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        # In a sticky directory (/tmp) nobody can rename the files of another user.
        if is_shared and (path == real or not status.st_mode & stat.S_ISVTX):
            raise NotPrivateError(f"other users can write to {path}")
    return real


def _store(directory: Path, pem: bytes) -> Path:
    path = directory / f"cacert-{hashlib.sha256(pem).hexdigest()}.pem"
    if _contains(path, pem):
        with suppress(OSError):  # mark it as used, at most once an hour
            if time.time() - path.stat().st_mtime > _HOUR:
                os.utime(path)
        return path
    try:
        write_atomically(path, pem, mode=0o600, sync=True, prefix=_TEMPORARY_PREFIX)
    except PermissionError:
        # Windows: a bundle that another process is reading cannot be replaced.
        if not _contains(path, pem):
            raise
    _remove_unused(directory, path)
    return path


def _contains(path: Path, pem: bytes) -> bool:
    """Return whether this is our own regular file with these bytes, and no link."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return False
    with os.fdopen(descriptor, "rb") as stream:
        status = os.fstat(descriptor)
        is_private = not hasattr(os, "geteuid") or (
            status.st_uid == os.geteuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        )
        return stat.S_ISREG(status.st_mode) and is_private and stream.read(len(pem) + 1) == pem


def _remove_unused(directory: Path, new: Path) -> None:
    """Remove old bundles; called only after a bundle was written, which is rare."""
    ages = _ages(directory.glob("cacert-*.pem"))
    ages.pop(new, None)
    newest_first = sorted(ages, key=lambda path: ages[path])
    old = {path for path in newest_first[_MAX_BUNDLES - 1 :] if ages[path] > _IN_USE}
    old |= {path for path, age in ages.items() if age > _UNUSED}
    temporary = _ages(directory.glob(f"{_TEMPORARY_PREFIX}*"))
    old |= {path for path, age in temporary.items() if age > _STALE_TEMPORARY}
    for path in old:
        with suppress(OSError):
            path.unlink()


def _ages(files: Iterable[Path]) -> dict[Path, float]:
    """Return each file's age in seconds, without files that another process has removed."""
    ages, now = {}, time.time()
    for file in files:
        with suppress(OSError):
            ages[file] = now - file.lstat().st_mtime
    return ages
