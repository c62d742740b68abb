"""The stable place of a bundle of certificates: `<cache>/trust/cacert-<sha256>.pem`.

Children are given paths, and a path must stay good while anything else changes: an upgrade, the
.pyz's removal, a kill. So a bundle is named by its content, written under a temporary name and
renamed, never rewritten in place, and compared with its name whenever it is used. Processes need
no lock: they would all put the same bytes in the same place.
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


# FOLDED from bootstrap/trust/private_directory.py
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


_HOUR, _DAY = 3600, 86400
_TEMPORARY = ".cacert-"
_STALE_TEMPORARY = _HOUR
"""Seconds after which a temporary name belongs to a process that was killed."""
_IN_USE = _DAY
"""Seconds since its last use for which a bundle is never removed."""
_UNUSED = 90 * _DAY
_KEPT = 16
"""Bundles kept at most, apart from those in use."""


def stable_bundle(
    cache: Path | None, pem: bytes, note: Callable[[str], None] = lambda _: None
) -> Path | None:
    """Return the path of a file with these bytes, making it where needed.

    It lies in `trust/` under the cache, or in a private temporary directory where the cache
    cannot be used; None where no directory can be. `note` is told why (for `-v`).
    """
    if cache is not None:
        try:
            return _placed(make_private(cache / "trust"), pem)
        except (NotPrivateError, OSError) as exc:
            note(f"The CA bundle cannot lie in {cache / 'trust'}: {exc}")
    try:
        return _placed(private_temporary(), pem)
    except (NotPrivateError, OSError) as exc:
        note(f"The CA bundle cannot be written to any directory: {exc}")
        return None


def _placed(directory: Path, pem: bytes) -> Path:
    place = directory / f"cacert-{hashlib.sha256(pem).hexdigest()}.pem"
    if _holds(place, pem):
        _mark_used(place)
        return place
    _write(place, pem)
    _tidy(directory, place)
    return place


def _holds(place: Path, pem: bytes) -> bool:
    """Compare what lies there with what should; a link or another's file is not ours."""
    try:
        descriptor = os.open(place, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return False
    with os.fdopen(descriptor, "rb") as stream:
        return _is_ours(os.fstat(descriptor)) and stream.read(len(pem) + 1) == pem


def _is_ours(found: os.stat_result) -> bool:
    if not stat.S_ISREG(found.st_mode):
        return False
    if not hasattr(os, "geteuid"):
        return True
    others = stat.S_IWGRP | stat.S_IWOTH
    return found.st_uid == os.geteuid() and not found.st_mode & others


def _write(place: Path, pem: bytes) -> None:
    try:
        write_atomically(place, pem, mode=0o600, sync=True, prefix=_TEMPORARY)
    except PermissionError:
        # Windows: a bundle that another process is reading cannot be replaced.
        if not _holds(place, pem):
            raise


def _mark_used(place: Path) -> None:
    """Renew the file's date, at most once an hour, so that it is not taken for unused."""
    with suppress(OSError):
        if time.time() - place.stat().st_mtime > _HOUR:
            os.utime(place)


def _tidy(directory: Path, fresh: Path) -> None:
    """Remove what nobody uses any more; done only when a bundle was written, which is rare."""
    ages = _ages(directory.glob("cacert-*.pem"))
    ages.pop(fresh, None)
    newest_first = sorted(ages, key=lambda path: ages[path])
    old = {path for path in newest_first[_KEPT - 1 :] if ages[path] > _IN_USE}
    old |= {path for path, age in ages.items() if age > _UNUSED}
    temporary = _ages(directory.glob(f"{_TEMPORARY}*"))
    old |= {path for path, age in temporary.items() if age > _STALE_TEMPORARY}
    for path in old:
        with suppress(OSError):
            path.unlink()


def _ages(files: Iterable[Path]) -> dict[Path, float]:
    """Return each file's age in seconds; what another process removed meanwhile is left out."""
    ages, now = {}, time.time()
    for file in files:
        with suppress(OSError):
            ages[file] = now - file.lstat().st_mtime
    return ages
