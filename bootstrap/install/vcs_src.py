"""The repositories of editable requirements: they stay in the environment, in `src/NAME`.

An existing one may contain somebody's work. It is never modified: another one takes its place, and
if the installation fails, it comes back. What somebody changes meanwhile, in either, is kept.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from bootstrap.environment.model import TargetEnvironment
from bootstrap.file_changes import remove_tree, rename
from bootstrap.install.commit.leftovers import find_in
from bootstrap.install.commit.rename_exchange import ExchangeUnsupportedError, exchange
from bootstrap.install.commit.staging import BACKUP, StagingDirectory
from bootstrap.install.errors import InstallError
from bootstrap.locking import PathLock, wait_for
from bootstrap.signals import StoppedError, delay_signals
from bootstrap.ui import Ui

if TYPE_CHECKING:
    from bootstrap.install.tree_state import TreeState


def src_directory(target: TargetEnvironment) -> Path:
    """Return the directory of an environment's repositories: `--src`, or `src`."""
    if target.src is not None:
        return target.src
    return (target.prefix if target.is_virtual else target.scheme.data) / "src"


class _Clone(NamedTuple):
    """A clone that a run has moved, as it was then."""

    path: Path
    """Where it is now."""
    inode: int | None
    state: TreeState


class Repositories:
    """The repositories of an environment, as one run changes them. Threads may share it.

    :param locked_at_commit: the directories that the run itself locks later, and must not now
    """

    def __init__(
        self,
        directory: Path,
        ui: Ui,
        lock_timeout: float = 600.0,
        locked_at_commit: Collection[str] = (),
    ) -> None:
        self.directory = directory
        self._ui = ui
        self._lock_timeout = lock_timeout
        self._locked_at_commit = locked_at_commit
        self._place_lock: PathLock | None = None
        self._staging: StagingDirectory | None = None
        self._is_opened = self._is_new = False
        self._mtime = 0
        self._put: dict[Path, _Clone] = {}
        """The last repository that was put at each path."""
        self._replaced: dict[Path, _Clone | None] = {}
        """The one that was there before the run, for each path; None where nothing was."""
        self._superseded: list[tuple[Path, _Clone]] = []
        """Every repository in the staging directory that was at a path."""
        self._is_kept = False
        self._has_ended = False
        self._waiting, self._lock = Lock(), Lock()

    def hold(self) -> None:
        """Wait until no other run changes repositories here; from then on, others wait for this.

        Until `end`, because what this run puts may still be undone. Raises `LockTimeoutError`.
        """
        real = os.path.realpath(self.directory)
        with self._waiting:
            if self._place_lock is not None:
                return
            self._make_directory()
            if real in map(os.path.realpath, self._locked_at_commit):
                return
            lock = PathLock(str(self.directory))
            with suppress(PermissionError):  # nothing can be put there, by other runs neither
                wait_for(lock, self._lock_timeout, self._ui.info, self._make_directory)
            with self._lock:
                self._place_lock = lock
                if self._has_ended:
                    lock.release()
                    raise StoppedError

    def temporary_path(self, path: Path) -> Path:
        """Return an unused path on the same file system with the same last name."""
        self.hold()
        with self._lock, delay_signals():
            return _temporary_path(path, self._open_staging())

    def put(
        self,
        new: Path,
        path: Path,
        backup: Path | None = None,
        copied: TreeState | None = None,
    ) -> None:
        """Move a repository from a temporary path to its final one. Raises OSError.

        Raises `InstallError` where the one that is there is not what was copied any more.

        :param backup: an unused path beside it for what was there before; None: that is removed
        :param copied: the state of what was there, where the new one is made of it
        """
        from bootstrap.install.replaced_clones import Record, inode
        from bootstrap.install.tree_state import read_tree

        with self._lock, delay_signals():
            staging, state = self._open_staging(), read_tree(new)
            if not path.exists():
                rename(new, path)
                self._put[path] = _Clone(path, inode(path), state)
                self._replaced.setdefault(path)  # not before: what is there then is not ours
                return
            there = read_tree(path)
            if copied is not None and (changed := copied.find_change(there)):
                raise InstallError(
                    f"{path} changed while it was updated ({changed}). It was left as it is.",
                    hint="Run the command again.",
                )
            before, after = inode(path), inode(new)
            if path in self._replaced:  # what comes back later is what was there before the run
                old = _temporary_path(path, staging)
            else:
                old = backup or Path(staging.path, BACKUP, path.name)
                if before and after and staging.keeps_inodes:
                    digest = None if backup else there.digest()
                    Record(before, after, digest).write(Path(staging.path), path.name)
                self._replaced[path] = _Clone(old, before, there)
            _replace(path, new, old)
            self._put[path] = _Clone(path, inode(path), state)
            if backup is None:
                self._superseded.append((path, _Clone(old, before, there)))

    def keep(self) -> None:
        """Keep everything that was put, whatever happens afterwards."""
        with self._lock:
            self._is_kept = True

    def end(self) -> None:
        """Remove the staging directory; undo every `put` unless they are kept."""
        with self._lock:
            self._has_ended = True
        if not self._is_opened:
            return
        with delay_signals():
            if self._staging is not None:
                self._remove(self._staging)
            self._remove_if_new()  # before others get the lock, where it is not a file in it
            if self._place_lock is not None:
                self._place_lock.release()
                self._remove_if_new()

    def _remove(self, staging: StagingDirectory) -> None:
        if not self._is_kept:
            for path, old in self._replaced.items():
                self._undo(path, old, staging)
        if self._superseded:
            from bootstrap.install.replaced_clones import discard_or_keep

            for path, old in self._superseded:
                discard_or_keep(old.path, old.state, path, Path(staging.path), self._ui)
        staging.remove()
        if not self._is_kept:
            with suppress(OSError):
                os.utime(self.directory, ns=(self._mtime, self._mtime))

    def _remove_if_new(self) -> None:
        if self._is_new and not self._is_kept:
            with suppress(OSError):  # it was removed, or is not empty
                self.directory.rmdir()

    def _undo(self, path: Path, old: _Clone | None, staging: StagingDirectory) -> None:
        """Put back what was at a path, unless somebody else has put something there."""
        from bootstrap.install.replaced_clones import inode, keep
        from bootstrap.install.tree_state import read_tree

        put, there = self._put.get(path), inode(path)
        ours = put if put is not None and put.inode == there else None
        if old is None:
            if ours is not None:
                self._withdraw(path, ours.state, staging)
        elif old.path.exists() and there is None:
            rename(old.path, path)
        elif old.path.exists() and ours is None:
            keep(old.path, path, self._ui, f"{path} was replaced during the installation")
        elif old.path.exists() and ours is not None:
            new = _temporary_path(path, staging)
            _replace(path, old.path, new)
            if changed := ours.state.find_work(read_tree(new)):
                keep(new, path, self._ui, f"{changed} changed during the installation")

    def _withdraw(self, path: Path, state: TreeState, staging: StagingDirectory) -> None:
        """Remove what was put where nothing was, unless somebody has worked in it."""
        from bootstrap.install.tree_state import read_tree

        new = _temporary_path(path, staging)
        try:
            rename(path, new)
        except OSError:  # in use (Windows): of that, what can be removed is
            new = path
        changed = state.find_work(read_tree(new))
        if changed is None:
            remove_tree(new)
            return
        if new != path:
            rename(new, path)
        self._ui.warn(
            f"{path} was not removed: {changed} changed during the installation.",
            code="not-removed",
        )

    def _make_directory(self) -> None:
        """Create the directory, as long as the run has not ended."""
        with self._lock:
            if self._has_ended:
                raise StoppedError
            real, around = (
                os.path.realpath(path) for path in (self.directory, self.directory.parent)
            )
            if not Path(real).is_relative_to(around):
                raise InstallError(
                    f"{self.directory} is a link that leads out of the environment, to {real}. "
                    "Repositories are not put there.",
                    hint="Replace the link with a directory.",
                )
            self._is_opened = True
            self._is_new |= not self.directory.exists()
            self.directory.mkdir(parents=True, exist_ok=True)

    def _open_staging(self) -> StagingDirectory:
        if self._has_ended:
            raise StoppedError
        if self._staging is None:
            clean_up(self.directory, self._ui, self._ui.detail)
            self._mtime = self.directory.stat().st_mtime_ns
            staging = StagingDirectory(str(self.directory))
            staging.create()
            self._staging = staging
        return self._staging


def clean_up(directory: Path, ui: Ui, report: Callable[[str], None]) -> None:
    """Remove what our killed runs left beside the repositories; `report` names what is not ours.

    Repositories that they had moved away come back where nothing took their place, and are kept
    where what did is not the copy of them. Raises OSError and `InUseError`.
    """
    if not directory.is_dir():
        return
    left = find_in(str(directory))
    if not left:
        return
    from bootstrap.install.commit import journal as journals
    from bootstrap.install.commit.recovery import lock_if_ours
    from bootstrap.install.commit.staging import remove_locked
    from bootstrap.install.replaced_clones import restore

    for staging in map(Path, left):
        if journals.exists(str(staging)):  # of an installation, whose backups it needs
            continue
        lock = lock_if_ours(str(staging), report)
        if lock is None:
            continue
        ui.detail(f"Removing {staging}, left by an interrupted run.")
        restore(staging, directory, ui)
        remove_locked(str(staging), lock)


def _temporary_path(path: Path, staging: StagingDirectory) -> Path:
    # Not by mkdtemp: on Windows its access rights would move with what is created in it.
    directory = Path(staging.path, f"src-{os.urandom(4).hex()}")
    directory.mkdir()
    return directory / path.name


def _replace(path: Path, new: Path, old: Path) -> None:
    """Move `new` to `path`, atomically where that is possible, and what was there to `old`."""
    try:
        exchange(str(path), str(new))
    except ExchangeUnsupportedError:
        rename(path, old)
        rename(new, path)
    else:
        rename(new, old)
