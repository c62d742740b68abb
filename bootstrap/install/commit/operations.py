"""The operations of a commit: each is one rename or similar, and each can be undone after a kill.

Whether an operation was carried out is read from the file system (by the inode of what it moves),
not remembered. So undoing may be interrupted and started again any number of times. Where a rename
changes the inode (FAT), or all files have the same (0, by some network redirectors of Windows), it
is read from what is still staged: two paths are never exchanged there.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from contextlib import suppress

from bootstrap.dataclasses import dataclass
from bootstrap.file_changes import extended_path, is_violation, rename, replace
from bootstrap.install.commit.rename_exchange import ExchangeUnsupportedError, exchange

ExchangeFunction = Callable[[str, str], None]
SET_ASIDE = ".superseded"
"""Appended to the name of a staging directory with a journal, when a later run commits."""
_IN_USE = "-in-use"
"""Appended to the name of a backup: a file of which the backup is another link, or a copy."""


class LostBackupError(Exception):
    """The backup of a file or directory is missing."""


CHANGING_INODE = 0
"""The inode of an operation where a rename changes that of a file, or all files have the same."""


@dataclass(frozen=True)
class MakeDir:
    """Create a directory."""

    path: str

    def do(self, _: ExchangeFunction = exchange) -> None:
        """Create it."""
        os.mkdir(self.path)

    def undo(self, _: ExchangeFunction = exchange) -> None:
        """Remove it, unless it is no longer empty."""
        with suppress(OSError):
            os.rmdir(self.path)


@dataclass(frozen=True)
class Move:
    """Move a staged file or directory to a path where nothing is."""

    path: str
    staged: str
    inode: int

    def do(self, _: ExchangeFunction = exchange) -> None:
        """Move it there."""
        rename(self.staged, self.path)

    def undo(self, _: ExchangeFunction = exchange) -> None:
        """Move it back."""
        if _is_in_place(self):
            rename(self.path, self.staged)


@dataclass(frozen=True)
class Exchange:
    """Replace a file or directory with a staged one, atomically if possible; keep the old one."""

    path: str
    staged: str
    backup: str
    """Where the old one goes if it cannot take the staged one's place."""
    inode: int

    def do(self, exchange: ExchangeFunction = exchange) -> None:
        """Exchange the two."""
        if self.inode != CHANGING_INODE:
            with suppress(ExchangeUnsupportedError):
                exchange(self.staged, self.path)
                return
        # Atomic for files, two renames for directories.
        if not _is_directory(self.path) and not _is_directory(self.staged):
            link_or_copy(self.path, self.backup)
            if not _replace_if_closed(self.staged, self.path):
                rename(self.path, self.backup + _IN_USE)
                rename(self.staged, self.path)
        else:
            rename(self.path, self.backup)
            rename(self.staged, self.path)

    def undo(self, exchange: ExchangeFunction = exchange) -> None:
        """Restore the old one from wherever it is."""
        found = _inode(self.path)
        if found is not None and not _is_in_place(self):
            return
        old, other = self._find_old()
        if found is not None and self._restore_at_once(old, exchange):
            return
        if found is not None:
            rename(self.path, other)
        rename(old, self.path)

    def _restore_at_once(self, old: str, exchange: ExchangeFunction) -> bool:
        """Put the old one in the new one's place atomically, if that is possible."""
        if self.inode == CHANGING_INODE:  # what is staged afterwards must tell that it was done
            return False
        if not _is_directory(old) and not _is_directory(self.path):
            return _replace_if_closed(old, self.path)
        try:
            exchange(old, self.path)
        except ExchangeUnsupportedError:
            return False
        return True

    def _find_old(self) -> tuple[str, str]:
        """Return where the old one is, and where the new one may be moved to."""
        backup = _inode(self.backup)
        if self.inode == CHANGING_INODE:  # never exchanged; every file's number may be the same
            if backup is not None:
                return self.backup, self.staged
        elif backup not in {None, self.inode}:
            return self.backup, self.staged
        elif _inode(self.staged) not in {None, self.inode}:
            return self.staged, self.backup
        raise LostBackupError(self.path)


@dataclass(frozen=True)
class Remove:
    """Remove a file, or a directory with its content: move it to a backup."""

    path: str
    backup: str

    def do(self, _: ExchangeFunction = exchange) -> None:
        """Move it to the backup."""
        rename(self.path, self.backup)

    def undo(self, _: ExchangeFunction = exchange) -> None:
        """Move it back."""
        if _inode(self.path) is None:
            if _inode(self.backup) is None:
                raise LostBackupError(self.path)
            rename(self.backup, self.path)


@dataclass(frozen=True)
class RemoveDir:
    """Remove an empty directory that cannot be moved (a lower layer of overlayfs)."""

    path: str
    mode: int
    owner: int
    group: int

    def do(self, _: ExchangeFunction = exchange) -> None:
        """Remove it."""
        os.rmdir(self.path)

    def undo(self, _: ExchangeFunction = exchange) -> None:
        """Create it again with its mode and owner."""
        with suppress(FileExistsError):
            os.mkdir(self.path)
        found = os.lstat(self.path)
        if not stat.S_ISDIR(found.st_mode):
            return
        if (found.st_uid, found.st_gid) != (self.owner, self.group):
            os.chown(self.path, self.owner, self.group)
        os.chmod(self.path, self.mode)


@dataclass(frozen=True)
class SetAside:
    """Give a staging directory that was left alone a name by which it never is obeyed again."""

    path: str

    @property
    def aside(self) -> str:
        """Its other name."""
        return self.path + SET_ASIDE

    def do(self, _: ExchangeFunction = exchange) -> None:
        """Rename it."""
        rename(extended_path(self.path), extended_path(self.aside))

    def undo(self, _: ExchangeFunction = exchange) -> None:
        """Give it its name back."""
        aside = extended_path(self.aside)
        if _inode(aside) is not None and _inode(extended_path(self.path)) is None:
            rename(aside, extended_path(self.path))


Operation = MakeDir | Move | Exchange | Remove | RemoveDir | SetAside


def _is_in_place(operation: Move | Exchange) -> bool:
    """Whether what was staged is at its path."""
    found = _inode(operation.path)
    if operation.inode == CHANGING_INODE:
        return found is not None and _inode(operation.staged) is None
    return found == operation.inode


def _inode(path: str) -> int | None:
    try:
        return os.lstat(path).st_ino
    except (FileNotFoundError, NotADirectoryError):
        return None


def _is_directory(path: str) -> bool:
    return stat.S_ISDIR(os.lstat(path).st_mode)


def _replace_if_closed(source: str, path: str) -> bool:
    """Replace a file; return False where Windows refuses it, as for a program that runs.

    Such a file can be renamed.
    """
    try:
        replace(source, path)
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
