"""The steps of a commit: each one rename or so, each undone from whatever a kill left of it.

Whether a step was carried out is read off the file system (by the inode of what it puts in place),
never remembered: so undoing may be cut off and begun again any number of times.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from bootstrap.install.commit.rename_exchange import ExchangeUnsupportedError, exchange

ExchangeFunction = Callable[[str, str], None]


class LostError(Exception):
    """What a step had moved away is no longer where it was kept."""


@dataclass(frozen=True)
class MakeDir:
    """Make a directory that was not there."""

    path: str

    def do(self, _: ExchangeFunction = exchange) -> None:
        """Make it."""
        os.mkdir(self.path)

    def undo(self, _: ExchangeFunction = exchange) -> None:
        """Remove it, unless somebody else put something there."""
        with suppress(OSError):
            os.rmdir(self.path)


@dataclass(frozen=True)
class Move:
    """Move a staged file or directory to where nothing was."""

    path: str
    staged: str
    inode: int

    def do(self, _: ExchangeFunction = exchange) -> None:
        """Move it there."""
        os.rename(self.staged, self.path)

    def undo(self, _: ExchangeFunction = exchange) -> None:
        """Move it back."""
        if _inode(self.path) == self.inode:
            os.rename(self.path, self.staged)


@dataclass(frozen=True)
class Exchange:
    """Replace what lies at a path by what is staged, keeping it: at one instant, if possible."""

    path: str
    staged: str
    kept: str
    """Where the old one is kept if it cannot simply take the staged one's place."""
    inode: int

    def do(self, exchange: ExchangeFunction = exchange) -> None:
        """Exchange the two."""
        try:
            exchange(self.staged, self.path)
        except ExchangeUnsupportedError:
            self._replace()

    def _replace(self) -> None:
        """The next best: one instant for files, two renames for directories."""
        if _is_directory(self.path) or _is_directory(self.staged):
            os.rename(self.path, self.kept)
            os.rename(self.staged, self.path)
        else:
            _keep(self.path, self.kept)
            os.replace(self.staged, self.path)

    def undo(self, exchange: ExchangeFunction = exchange) -> None:
        """Bring the old one back, wherever it is."""
        found = _inode(self.path)
        if found not in {None, self.inode}:
            return
        old = self._old()
        if found is None:
            os.rename(old, self.path)
        elif not _is_directory(old) and not _is_directory(self.path):
            os.replace(old, self.path)
        else:
            self._swap_back(old, exchange)

    def _old(self) -> str:
        for path in (self.kept, self.staged):
            if _inode(path) not in {None, self.inode}:
                return path
        raise LostError(self.path)

    def _swap_back(self, old: str, exchange: ExchangeFunction) -> None:
        try:
            exchange(old, self.path)
        except ExchangeUnsupportedError:
            os.rename(self.path, self.staged if old == self.kept else self.kept)
            os.rename(old, self.path)


@dataclass(frozen=True)
class Remove:
    """Move away what is no longer wanted: a file, or a directory with all that is in it."""

    path: str
    kept: str

    def do(self, _: ExchangeFunction = exchange) -> None:
        """Move it away."""
        os.rename(self.path, self.kept)

    def undo(self, _: ExchangeFunction = exchange) -> None:
        """Move it back."""
        if _inode(self.path) is None:
            if _inode(self.kept) is None:
                raise LostError(self.path)
            os.rename(self.kept, self.path)


@dataclass(frozen=True)
class RemoveDir:
    """Remove a directory that became empty and cannot be moved (a lower layer of overlayfs)."""

    path: str
    mode: int
    owner: int
    group: int

    def do(self, _: ExchangeFunction = exchange) -> None:
        """Remove it."""
        os.rmdir(self.path)

    def undo(self, _: ExchangeFunction = exchange) -> None:
        """Make it again, as it was."""
        with suppress(FileExistsError):
            os.mkdir(self.path)
        found = os.stat(self.path)
        if (found.st_uid, found.st_gid) != (self.owner, self.group):
            os.chown(self.path, self.owner, self.group)
        os.chmod(self.path, self.mode)


Step = MakeDir | Move | Exchange | Remove | RemoveDir


def _inode(path: str) -> int | None:
    try:
        return os.lstat(path).st_ino
    except (FileNotFoundError, NotADirectoryError):
        return None


def _is_directory(path: str) -> bool:
    return stat.S_ISDIR(os.lstat(path).st_mode)


def _keep(path: str, kept: str) -> None:
    """Keep a second name of a file, or a copy where the file system has no second names."""
    try:
        os.link(path, kept, follow_symlinks=False)
    except (OSError, NotImplementedError):
        shutil.copy2(path, kept, follow_symlinks=False)
