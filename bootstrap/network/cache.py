"""The cache on disk: pages with their validators, and files by their hash.

    CACHE/network-1/pages/ab/abcd…    one JSON line about the page, then the page
    CACHE/network-1/files/ab/abcd…    a file, named by its sha256
    CACHE/network-1/pruned            when it was last made smaller

Any number of processes share it: an entry is written under a temporary name and renamed. Whatever
is wrong with the directory (full, read-only, removed meanwhile, a file in its place) costs speed
and nothing else: every method here answers "not there" instead of failing.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from bootstrap.atomic_file import temporary_beside
from bootstrap.ui import Ui

LAYOUT = "network-1"
LARGEST = 4 << 30
"""Bytes kept; more than that and the oldest entries go."""
_PRUNED_EVERY = 24 * 3600
_PRUNED_AFTER_WRITING = 256 << 20
_ABANDONED_AFTER = 24 * 3600
_TEMPORARY = ".part-"


class Cache:
    """Shelves of entries by name; safe to use from several threads and processes."""

    def __init__(self, directory: Path | None, ui: Ui, *, largest: int = LARGEST) -> None:
        """Use the directory (None: no cache at all), which need not exist yet."""
        self._root = directory / LAYOUT if directory is not None else None
        self._ui = ui
        self._largest = largest
        self._lock = threading.Lock()
        self._written = 0
        self._told = False
        if directory is not None and not _is_ours(directory):
            self._give_up(f"{directory} belongs to another user")

    def read(self, shelf: str, name: str) -> bytes | None:
        """Return an entry's content, or None."""
        path = self.path(shelf, name)
        if path is None:
            return None
        try:
            return path.read_bytes()
        except OSError:
            return None

    def path(self, shelf: str, name: str) -> Path | None:
        """Return where an entry lies or would lie; it may be gone at any moment."""
        return None if self._root is None else self._root / shelf / name[:2] / name

    def touch(self, shelf: str, name: str) -> None:
        """Note that an entry was of use, so that it is not among the oldest."""
        path = self.path(shelf, name)
        if path is not None:
            with suppress(OSError):
                os.utime(path)

    def write(self, shelf: str, name: str, content: bytes) -> None:
        """Keep an entry."""
        self._store(shelf, name, lambda temporary: _write_new(temporary, content))

    def keep_copy(self, shelf: str, name: str, file: Path) -> None:
        """Keep a copy of a file: a second link to it where the file system can."""
        self._store(shelf, name, lambda temporary: link_or_copy(file, temporary))

    def discard(self, shelf: str, name: str) -> None:
        """Remove an entry that turned out to be damaged."""
        path = self.path(shelf, name)
        if path is not None:
            with suppress(OSError):
                path.unlink()

    def _store(self, shelf: str, name: str, make: Callable[[Path], None]) -> None:
        path = self.path(shelf, name)
        if path is None:
            return
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with temporary_beside(path, _TEMPORARY) as temporary:
                make(temporary)
                self._count(temporary.stat().st_size)
                temporary.replace(path)
        except OSError as error:
            self._give_up(f"{self._root}: {error.strerror or error}")

    def _count(self, size: int) -> None:
        with self._lock:
            self._written += size

    def _give_up(self, why: str) -> None:
        """Stop writing, and say so once: each further attempt would fail the same way."""
        self._root = None
        if not self._told:
            self._told = True
            self._ui.detail(f"The cache is not used: {why}")

    def prune(self) -> None:
        """Remove the oldest entries of a cache that grew too large; seldom looks at all."""
        root = self._root
        if root is None or not self._written:
            return
        stamp = root / "pruned"
        if self._written < _PRUNED_AFTER_WRITING and _age(stamp) < _PRUNED_EVERY:
            return
        with suppress(OSError):
            stamp.write_bytes(b"")
            _prune(root, self._largest)


def _write_new(path: Path, content: bytes) -> None:
    # Pages may come from an index that wants a password: nobody else may read them.
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(content)


def link_or_copy(source: Path, target: Path) -> None:
    """Make target a second link to source, or a copy where links are not possible."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return float("inf")


def _prune(root: Path, largest: int) -> None:
    """Remove what killed processes left behind, then the oldest entries until the rest fits."""
    kept: list[tuple[float, int, Path]] = []
    for path in _files(root):
        with suppress(OSError):
            found = path.stat()
            if not path.name.startswith(_TEMPORARY):
                kept.append((found.st_mtime, found.st_size, path))
            elif time.time() - found.st_mtime > _ABANDONED_AFTER:
                path.unlink()
    total = sum(size for _, size, _ in kept)
    for _, size, path in sorted(kept):
        if total <= largest:
            return
        with suppress(OSError):
            path.unlink()
            total -= size


def _files(root: Path) -> Iterator[Path]:
    for shelf in ("pages", "files"):
        yield from (root / shelf).glob("*/*")


def _is_ours(directory: Path) -> bool:
    """Whether root (under sudo, with the caller's HOME) would leave its files in another's home."""
    if os.name == "nt" or os.geteuid() != 0:
        return True
    for path in (directory, *directory.parents):
        with suppress(OSError):
            return path.stat().st_uid == 0
    return True
