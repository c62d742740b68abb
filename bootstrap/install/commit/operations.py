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
from enum import Enum

from bootstrap.dataclasses import dataclass
from bootstrap.file_changes import extended_path, rename
from bootstrap.install.commit.entries import (
    inode_at,
    is_bytecode,
    is_directory,
    is_real_directory,
    link_or_copy,
    replace_if_closed,
)
from bootstrap.install.commit.leftovers import SET_ASIDE
from bootstrap.install.commit.rename_exchange import ExchangeUnsupportedError, exchange

ExchangeFunction = Callable[[str, str], None]
_IN_USE = "-in-use"
"""Appended to the name of a backup: a file of which the backup is another link, or a copy."""


class State(Enum):
    """What the file system tells of an operation."""

    DONE = "done"
    NOT_DONE = "not done"
    UNKNOWN = "half done, or it makes no difference"
    CHANGED = "somebody else has changed what it is about"


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

    def state(self) -> State:
        """Tell from the file system whether it was carried out."""
        if _is_in_place(self):
            return State.DONE
        return State.NOT_DONE if inode_at(self.staged) is not None else _changed(self.path)

    def displaced(self) -> str | None:
        """Return where a directory is after the undoing; None for a file."""
        return self.staged if is_real_directory(self.staged) else None


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
        if not is_directory(self.path) and not is_directory(self.staged):
            link_or_copy(self.path, self.backup)
            if not replace_if_closed(self.staged, self.path):
                rename(self.path, self.backup + _IN_USE)
                rename(self.staged, self.path)
        else:
            rename(self.path, self.backup)
            rename(self.staged, self.path)

    def undo(self, exchange: ExchangeFunction = exchange) -> None:
        """Restore the old one from wherever it is."""
        found = inode_at(self.path)
        if found is not None and not _is_in_place(self):
            return
        if is_bytecode(self.path) and not self._has_old():
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
        if not is_directory(old) and not is_directory(self.path):
            return replace_if_closed(old, self.path)
        try:
            exchange(old, self.path)
        except ExchangeUnsupportedError:
            return False
        return True

    def state(self) -> State:
        """Tell from the file system whether it was carried out."""
        path, staged, backup = map(inode_at, (self.path, self.staged, self.backup))
        if path is None:  # between two renames, one of them is the new one and the other the old
            is_half = staged is not None and backup is not None
            return State.UNKNOWN if is_half else _changed(self.path)
        if _is_in_place(self):
            return State.DONE if self._has_old() else _changed(self.path)
        if staged is not None if self.inode == CHANGING_INODE else staged == self.inode:
            return State.NOT_DONE
        # Undone already, unless the old one is still kept: then what is there is somebody else's.
        is_kept = bool({staged, backup} - {None, self.inode, path})
        return _changed(self.path) if is_kept else State.UNKNOWN

    def displaced(self) -> str | None:
        """Return where a directory is after the undoing; None for a file, or where it is not."""
        if self.inode == CHANGING_INODE:
            return self.staged if is_real_directory(self.staged) else None
        for path in (self.staged, self.backup):
            if inode_at(path) == self.inode and is_real_directory(path):
                return path
        return None

    def _has_old(self) -> bool:
        try:
            self._find_old()
        except LostBackupError:
            return False
        return True

    def _find_old(self) -> tuple[str, str]:
        """Return where the old one is, and where the new one may be moved to."""
        backup = inode_at(self.backup)
        if self.inode == CHANGING_INODE:  # never exchanged; every file's number may be the same
            if backup is not None:
                return self.backup, self.staged
        elif backup not in {None, self.inode}:
            return self.backup, self.staged
        elif inode_at(self.staged) not in {None, self.inode}:
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
        if inode_at(self.path) is not None:
            return
        if inode_at(self.backup) is not None:
            rename(self.backup, self.path)
        elif not is_bytecode(self.path):
            raise LostBackupError(self.path)

    def state(self) -> State:
        """Tell from the file system whether it was carried out."""
        is_there, is_kept = inode_at(self.path) is not None, inode_at(self.backup) is not None
        if is_there is not is_kept:
            return State.DONE if is_kept else State.NOT_DONE
        return _changed(self.path)


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
    number: int = 1
    """Of the other name, since the first one may be taken by the rest of an older run."""

    @property
    def aside(self) -> str:
        """Its other name."""
        return f"{self.path}{SET_ASIDE}{self.number if self.number > 1 else ''}"

    def do(self, _: ExchangeFunction = exchange) -> None:
        """Rename it."""
        rename(extended_path(self.path), extended_path(self.aside))

    def undo(self, _: ExchangeFunction = exchange) -> None:
        """Give it its name back."""
        aside = extended_path(self.aside)
        if inode_at(aside) is not None and inode_at(extended_path(self.path)) is None:
            rename(aside, extended_path(self.path))


Operation = MakeDir | Move | Exchange | Remove | RemoveDir | SetAside


def _changed(path: str) -> State:
    """Return that somebody else has changed a path; removing compiled code does not count."""
    return State.UNKNOWN if is_bytecode(path) else State.CHANGED


def _is_in_place(operation: Move | Exchange) -> bool:
    """Whether what was staged is at its path."""
    found = inode_at(operation.path)
    if operation.inode == CHANGING_INODE:
        return found is not None and inode_at(operation.staged) is None
    return found == operation.inode
