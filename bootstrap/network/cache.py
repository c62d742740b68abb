"""The cache on disk: pages with their validators, and files by their hash.

    CACHE/network-1/pages/ab/abcd…    a line of JSON about the page, then the page
    CACHE/network-1/files/ab/abcd…    a file, named by its sha256
    CACHE/network-1/pruned            when old entries were removed last

Any number of processes share it: an entry is written under a temporary name and renamed. A
directory that is full, read-only, removed or not a directory costs only speed: no method here
fails, an entry is just "not found".
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from bootstrap.atomic_file import temporary_beside
from bootstrap.trust.digests import Sha256
from bootstrap.ui import Ui

LAYOUT = "network-1"
MAX_SIZE = 4 << 30
"""Bytes; if the cache is larger, the oldest entries are removed."""
_NAMESPACES = ("pages", "files")
_PRUNE_INTERVAL = 24 * 3600
_PRUNE_AFTER_WRITING = 256 << 20
_TEMPORARY_LIFETIME = 24 * 3600
_TEMPORARY = ".part-"


class Cache:
    """Entries by namespace and name; safe to use from several threads and processes."""

    def __init__(self, directory: Path | None, ui: Ui, *, max_size: int = MAX_SIZE) -> None:
        """Use the directory, which need not exist yet; None disables the cache."""
        self._root = directory / LAYOUT if directory is not None else None
        self._ui = ui
        self._max_size = max_size
        self._lock = threading.Lock()
        self._written = 0
        self._warned = False
        if directory is not None and not _is_owned_by_us(directory):
            self._disable(f"{directory} belongs to another user")

    def path(self, namespace: str, name: Sha256) -> Path | None:
        """Return the path of an entry, which may not exist or disappear at any moment."""
        return None if self._root is None else self._root / namespace / name[:2] / name

    def read(self, namespace: str, name: Sha256) -> bytes | None:
        """Return an entry's content, or None."""
        path = self.path(namespace, name)
        if path is not None:
            with suppress(OSError):
                return path.read_bytes()
        return None

    def touch(self, namespace: str, name: Sha256) -> None:
        """Note that an entry was used, so that it is not among the oldest."""
        path = self.path(namespace, name)
        if path is not None:
            with suppress(OSError):
                os.utime(path)

    def discard(self, namespace: str, name: Sha256) -> None:
        """Remove a damaged entry."""
        path = self.path(namespace, name)
        if path is not None:
            with suppress(OSError):
                path.unlink()

    def add(self, namespace: str, name: Sha256, content: bytes) -> None:
        """Add an entry."""
        self._add(namespace, name, lambda path: _write_private(path, content))

    def add_file(self, namespace: str, name: Sha256, file: Path) -> None:
        """Add a file: a second link to it if the file system can, else a copy."""
        self._add(namespace, name, lambda path: link_or_copy(file, path))

    def _add(self, namespace: str, name: Sha256, create: Callable[[Path], None]) -> None:
        path = self.path(namespace, name)
        if path is None:
            return
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with temporary_beside(path, _TEMPORARY) as temporary:
                create(temporary)
                with self._lock:
                    self._written += temporary.stat().st_size
                temporary.replace(path)
        except OSError as error:
            self._disable(f"{self._root}: {error.strerror or error}")

    def _disable(self, reason: str) -> None:
        """Stop using the cache: every further attempt would fail in the same way."""
        self._root = None
        if not self._warned:
            self._warned = True
            self._ui.detail(f"The cache is disabled: {reason}")

    def prune(self) -> None:
        """Remove the oldest entries of a cache that grew too large; checks once a day."""
        root = self._root
        if root is None or not self._written:
            return
        stamp = root / "pruned"
        with suppress(OSError):
            pruned_at = stamp.stat().st_mtime if stamp.exists() else 0.0
            is_recent = time.time() - pruned_at < _PRUNE_INTERVAL
            if self._written >= _PRUNE_AFTER_WRITING or not is_recent:
                stamp.write_bytes(b"")
                _remove_oldest(root, self._max_size)


def _write_private(path: Path, content: bytes) -> None:
    # Pages may come from an index that requires a password: no other user may read them.
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(content)


def link_or_copy(source: Path, target: Path) -> None:
    """Make target a second link to source, or a copy if the file system has no links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _remove_oldest(root: Path, max_size: int) -> None:
    """Remove what killed processes left behind, then the oldest entries until the rest fits."""
    entries: list[tuple[float, int, Path]] = []
    for path in (file for namespace in _NAMESPACES for file in (root / namespace).glob("*/*")):
        with suppress(OSError):
            status = path.stat()
            if not path.name.startswith(_TEMPORARY):
                entries.append((status.st_mtime, status.st_size, path))
            elif time.time() - status.st_mtime > _TEMPORARY_LIFETIME:
                path.unlink()
    total = sum(size for _, size, _ in entries)
    for _, size, path in sorted(entries):
        if total <= max_size:
            return
        with suppress(OSError):
            path.unlink()
            total -= size


def _is_owned_by_us(directory: Path) -> bool:
    """Return False if we are root (under sudo, with the caller's HOME) in another user's home."""
    if os.name == "nt" or os.geteuid() != 0:
        return True
    for path in (directory, *directory.parents):
        with suppress(OSError):
            return path.stat().st_uid == 0
    return True
