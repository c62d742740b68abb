"""The cache on disk: pages with their validators, and files by their hash.

    CACHE/network-1/pages/ab/abcd…    a line of JSON about the page, then the page
    CACHE/network-1/files/ab/abcd…    a file, named by its sha256
    CACHE/network-1/metadata/ab/ab…   a digest, then METADATA of a wheel that was read in part
    CACHE/network-1/pruned            when old entries were removed last

Any number of processes share it: an entry is written under a temporary name and renamed. A
directory that is full, read-only, removed, not a directory or not private costs only speed: no
method here fails, an entry is just "not found".
"""

from __future__ import annotations

import io
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from bootstrap.atomic_file import temporary_beside, write_atomically
from bootstrap.file_changes import is_violation, replace
from bootstrap.private_directory import (
    PRIVATE_MODE,
    NotPrivateError,
    check_private,
    create_private,
    make_private,
    open_private,
)
from bootstrap.trust.digests import Sha256
from bootstrap.ui import Ui

LAYOUT = "network-1"
MAX_SIZE = 4 << 30
"""Bytes; if the cache is larger, the oldest entries are removed."""
_NAMESPACES = ("pages", "files", "metadata")
_PRUNE_INTERVAL = 24 * 3600
_PRUNE_AFTER_WRITING = 256 << 20
_TEMPORARY_LIFETIME = 24 * 3600
_TEMPORARY = ".part-"
_CHUNK = 1 << 20


class Cache:
    """Entries by namespace and name; safe to use from several threads and processes."""

    def __init__(
        self,
        directory: Path | None,
        ui: Ui,
        *,
        is_named: bool = False,
        max_size: int = MAX_SIZE,
    ) -> None:
        """Use the directory, which need not exist yet; None disables the cache.

        :param is_named: whether the user named it, and wants to know if it cannot be used
        """
        self._root: Path | None = None
        self._ui = ui
        self._max_size = max_size
        self._lock = threading.Lock()
        self._written = 0
        self._checked: set[Path] = set()
        self._warned = False
        if directory is None:
            return
        try:
            self._root = check_private(directory / LAYOUT)
        except (NotPrivateError, OSError) as error:
            self._disable(str(error), ui.warn if is_named else ui.detail)

    def path(self, namespace: str, name: Sha256) -> Path | None:
        """Return the path of an entry, which may not exist or disappear at any moment."""
        return None if self._root is None else self._root / namespace / name[:2] / name

    def open(self, namespace: str, name: Sha256) -> BinaryIO | None:
        """Open an entry, or return None; what is not a file of ours is removed."""
        path = self.path(namespace, name)
        if path is None:
            return None
        try:
            return open_private(path)
        except FileNotFoundError:
            return None
        except (NotPrivateError, OSError):
            self.discard(namespace, name)
            return None

    def read(self, namespace: str, name: Sha256) -> bytes | None:
        """Return an entry's content, or None."""
        stream = self.open(namespace, name)
        if stream is None:
            return None
        try:
            with stream:
                return stream.read()
        except OSError:
            return None

    def recall(self, namespace: str, key: str) -> bytes | None:
        """Return what was kept under a key, unless it is damaged."""
        name = _hash(key.encode())
        digest, _, content = (self.read(namespace, name) or b"").partition(b"\n")
        if digest != _hash(key.encode() + content).encode():
            self.discard(namespace, name)
            return None
        self.touch(namespace, name)
        return content

    def keep(self, namespace: str, key: str, content: bytes) -> None:
        """Add what has no digest of its own, with one."""
        digest = _hash(key.encode() + content).encode()
        self.add(namespace, _hash(key.encode()), digest + b"\n" + content)

    def forget(self, namespace: str, key: str) -> None:
        """Remove what was kept under a key."""
        self.discard(namespace, _hash(key.encode()))

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
        self._add(namespace, name, io.BytesIO(content))

    def add_file(self, namespace: str, name: Sha256, file: Path) -> None:
        """Add a copy of a file: no second link, which would change with the entry."""
        if self._root is not None:
            with suppress(OSError), file.open("rb") as stream:
                self._add(namespace, name, stream)

    def _add(self, namespace: str, name: Sha256, content: BinaryIO) -> None:
        path = self.path(namespace, name)
        if path is None:
            return
        try:
            self._make_directory(path.parent)
            with temporary_beside(path, _TEMPORARY) as temporary:
                # Pages may come from an index that requires a password: nobody else may read them.
                with create_private(temporary) as stream:
                    while chunk := content.read(_CHUNK):
                        stream.write(chunk)
                    with self._lock:
                        self._written += stream.tell()
                _put(temporary, path)
        except NotPrivateError as error:
            self._disable(str(error), self._ui.detail)
        except OSError as error:
            self._disable(f"{self._root}: {error.strerror or error}", self._ui.detail)

    def _make_directory(self, directory: Path) -> None:
        """Create a directory of the cache, and check once that it is private: it stays so.

        Raises `NotPrivateError` and `OSError`.
        """
        if directory in self._checked and directory.is_dir():
            return
        if directory.parent in self._checked:
            # What is made in a private directory is private, without a look at all its parents: a
            # cold run makes up to 700, one for each two digits of an entry's name.
            with suppress(OSError):  # it is there already, or its parent is not there any more
                directory.mkdir(mode=PRIVATE_MODE)
                self._checked.add(directory)
                return
        make_private(directory)
        self._checked |= {directory, directory.parent}

    def _disable(self, reason: str, report: Callable[[str], None]) -> None:
        """Stop using the cache: every further attempt would fail in the same way."""
        self._root = None
        if not self._warned:
            self._warned = True
            report(f"The cache is disabled: {reason}")

    def prune(self) -> None:
        """Remove the oldest entries of a cache that grew too large; checks once a day."""
        root = self._root
        if root is None or not self._written:
            return
        stamp = root / "pruned"
        with suppress(OSError):
            pruned_at = stamp.lstat().st_mtime if os.path.lexists(stamp) else 0.0
            is_recent = time.time() - pruned_at < _PRUNE_INTERVAL
            if self._written >= _PRUNE_AFTER_WRITING or not is_recent:
                write_atomically(stamp, b"", mode=0o600)
                _remove_oldest(root, self._max_size)


def _hash(content: bytes) -> Sha256:
    import hashlib  # as late as in `HashCheck`

    return Sha256(hashlib.sha256(content).hexdigest())


def _put(temporary: Path, path: Path) -> None:
    """Give an entry its name, unless another process reads an older one (on Windows)."""
    try:
        replace(temporary, path)
    except PermissionError as error:
        if not is_violation(error):
            raise


def _remove_oldest(root: Path, max_size: int) -> None:
    """Remove what killed processes left behind, then the oldest entries until the rest fits."""
    entries: list[tuple[float, int, Path]] = []
    for path in (file for namespace in _NAMESPACES for file in (root / namespace).glob("*/*")):
        with suppress(OSError):
            status = path.lstat()
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
