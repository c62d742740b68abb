"""Keep a bundle of CA certificates at a stable path: `<cache>/trust/cacert-<sha256>.pem`.

Children get the path, so it must stay valid while anything else changes: an upgrade, the removal
of the .pyz, a kill. Therefore a bundle is named by its content, written to a temporary name and
renamed, never rewritten in place, and compared with its name whenever it is used. Processes need
no lock, because all would write the same bytes to the same path.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from bootstrap.atomic_file import write_atomically
from bootstrap.private_directory import NotPrivateError, make_private, open_private

_HOUR, _DAY = 3600, 86400
_TEMPORARY_PREFIX = ".cacert-"
_STALE_TEMPORARY = _HOUR
"""Seconds after which a temporary file belongs to a process that was killed."""
_IN_USE = _DAY
"""Seconds since its last use for which a bundle is never removed."""
_UNUSED = 90 * _DAY
_MAX_BUNDLES = 16
"""Bundles to keep, besides those in use."""


def stable_bundle(
    cache: Path | None, pem: bytes, note: Callable[[str], None] = lambda _: None
) -> Path | None:
    """Return the path of a file with these bytes; write it if needed.

    It is in `trust/` in the cache, or in a private temporary directory where the cache cannot be
    used; None where no directory can be used. `note` receives the reason (for `-v`).
    """
    if cache is not None:
        try:
            return _store(make_private(cache / "trust"), pem)
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
    import tempfile

    user = os.geteuid() if hasattr(os, "geteuid") else "user"
    shared = Path(tempfile.gettempdir(), f"get-installer-{user}")
    with suppress(NotPrivateError, OSError):
        if not shared.is_symlink():
            return make_private(shared)
    new = Path(tempfile.mkdtemp(prefix="get-installer-"))
    try:
        return make_private(new)
    except NotPrivateError:
        new.rmdir()
        raise


def _store(directory: Path, pem: bytes) -> Path:
    import hashlib  # as late as in `HashCheck`

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
        with open_private(path) as stream:
            return stream.read(len(pem) + 1) == pem
    except (NotPrivateError, OSError):
        return False


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
