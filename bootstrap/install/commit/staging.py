"""Staging: new files are written beside their destination, on the same file system, unseen."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from enum import Enum
from pathlib import Path

from bootstrap.file_changes import Patience, extended_path, remove_content
from bootstrap.install.commit.leftovers import PREFIX
from bootstrap.install.errors import InstallError, translate_os_errors
from bootstrap.install.filesystem import find_existing, is_same_mount, keeps_inodes
from bootstrap.install.scheme_paths import SchemePaths
from bootstrap.locking import LOCK_FILE, PathLock
from bootstrap.private_directory import PRIVATE_MODE

BACKUP = "old"
"""The subdirectory to which replaced files are moved."""
JOURNAL_REFERENCE = "journal-directory"
"""The file, in each staging directory but the first, that names the first."""
_MAX_ATTEMPTS = 100


class StagingDirectory:
    """A directory for staged files, locked while its process lives.

    After `remove` its parent looks untouched.

    :param first: the path of the staging directory that will have the journal, if it is not this
    """

    def __init__(self, parent: str, first: str = "") -> None:
        self.parent, self.path = parent, ""
        self._first = first
        self._mtime = self._mtime_after = os.stat(parent).st_mtime_ns
        self._lock: PathLock | None = None
        self.keeps_inodes = True

    def create(self) -> None:
        """Create the directory with its subdirectory for backups."""
        for _ in range(_MAX_ATTEMPTS):
            path = os.path.join(self.parent, PREFIX + os.urandom(4).hex())
            with suppress(FileExistsError):
                os.mkdir(path, PRIVATE_MODE)
                self.path, self._mtime_after = path, os.stat(self.parent).st_mtime_ns
                lock = PathLock(path)
                if lock.try_acquire():  # otherwise another run takes it for abandoned
                    self._lock = lock
                    break
        else:
            raise InstallError(f"No staging directory can be created in {self.parent}.")
        if self._first:  # before there are backups, which a kill may leave here
            from bootstrap.install.commit.journal_reference import write

            write(Path(extended_path(self.path), JOURNAL_REFERENCE), self._first)
        os.mkdir(os.path.join(self.path, BACKUP))
        self.keeps_inodes = keeps_inodes(self.path, os.path.join(self.path, BACKUP))

    def original_mtime(self, current: int) -> int:
        """Return the parent's modification time before `create`, if only we changed it since."""
        return self._mtime if current == self._mtime_after else current

    def remove(self, *, keep: bool = False) -> None:
        """Remove the directory with its content; with `keep` leave it to the next run."""
        if self.path and not keep:
            remove_locked(self.path, self._lock)
        elif self._lock is not None:
            self._lock.release()


class StagingState(Enum):
    """What happens to staged files at the end."""

    ABANDONED = "nothing was changed: all traces are removed"
    COMMITTED = "the staged files were installed: the replaced ones are removed"
    KEPT = "the journal is needed to restore the environment"


class Staging:
    """The staged files of one transaction. Several threads may stage at the same time.

    :param delay_signals: opens a context in which no signal arrives, so that everything that was
        created is known and gets removed
    """

    def __init__(
        self,
        paths: SchemePaths,
        delay_signals: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self.paths = paths
        self._delay_signals = delay_signals
        self.created: list[str] = []
        """Directories created so that staging directories could be."""
        self.directories: list[StagingDirectory] = []
        self.mtimes: dict[str, int] = {}
        self.state = StagingState.ABANDONED
        self._count = 0
        self._lock = threading.Lock()

    def create_root(self, directory: str) -> str:
        """Create a directory in which files for a directory of the scheme are staged."""
        with self._lock, translate_os_errors(directory):
            if not self.directories:
                self._create_first(self.paths.libraries[0])
            root = os.path.join(self.directory_for(directory), str(self._count))
            self._count += 1
            os.mkdir(root)
            return root

    @property
    def keeps_inodes(self) -> bool:
        """Whether what is staged has the same inode after it was moved."""
        return all(directory.keeps_inodes for directory in self.directories)

    def directory_for(self, directory: str) -> str:
        """Return the staging directory from which a rename into a directory is possible.

        What is staged has a longer path than at its destination, which Windows must not refuse.
        """
        directory = find_existing(directory, os.path.isdir)
        for staging_directory in self.directories:
            if is_same_mount(staging_directory.path, directory):
                return extended_path(staging_directory.path)
        return extended_path(self._add_directory(directory))

    def _create_first(self, library: str) -> None:
        """Create the staging directory in a library directory, which may be missing itself."""
        missing, existing, end = [], library, find_existing(library, os.path.isdir)
        while existing != end:
            missing.append(existing)
            existing = os.path.dirname(existing)
        if missing:
            self.remember_mtime(existing)
        for directory in reversed(missing):
            with suppress(FileExistsError), self._delay_signals():
                os.mkdir(directory)
                self.created.append(directory)
        self._add_directory(library)

    def _add_directory(self, parent: str) -> str:
        first = self.directories[0].path if self.directories else ""
        directory = StagingDirectory(parent, first)
        self.directories.append(directory)
        with self._delay_signals():
            directory.create()
        return directory.path

    def remember_mtime(self, directory: str) -> None:
        """Remember a directory's modification time from before the transaction."""
        mtime = os.stat(directory).st_mtime_ns
        for staging_directory in self.directories:
            if staging_directory.parent == directory:
                mtime = staging_directory.original_mtime(mtime)
        self.mtimes.setdefault(directory, mtime)

    def end(self) -> None:
        """Remove the staging directories; if abandoned, restore the directories around them."""
        is_abandoned = self.state is StagingState.ABANDONED
        if is_abandoned:
            for directory in self.directories:
                self.remember_mtime(directory.parent)
        for directory in self.directories:
            directory.remove(keep=self.state is StagingState.KEPT)
        if is_abandoned:
            remove_directories(self.created)
            restore_mtimes(self.mtimes)


def remove_locked(directory: str, lock: PathLock | None, patience: Patience | None = None) -> None:
    """Remove a staging directory without a journal, and give its lock back.

    What is in it is removed while the lock is held. After that, another run may get the lock: one
    that removes it, too, or one that has just created it; therefore only an empty one is removed.
    """
    patience = patience or Patience()
    remove_content(directory, {LOCK_FILE, JOURNAL_REFERENCE}, patience)
    remove_content(directory, {LOCK_FILE}, patience)
    if lock is not None:
        with suppress(OSError):  # not where the lock is a file in it
            os.rmdir(directory)
        lock.release()
    with suppress(OSError):
        patience.call(os.rmdir, extended_path(directory))


def remove_directories(directories: Sequence[str]) -> None:
    """Remove empty directories, the last first; others are left."""
    for directory in reversed(directories):
        with suppress(OSError):
            os.rmdir(directory)


def restore_mtimes(mtimes: Mapping[str, int]) -> None:
    """Set directories' modification times, in nanoseconds; missing directories are ignored."""
    for directory, mtime in mtimes.items():
        with suppress(FileNotFoundError, PermissionError):
            os.utime(directory, ns=(os.stat(directory).st_atime_ns, mtime))
