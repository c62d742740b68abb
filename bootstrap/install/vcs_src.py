"""The repositories of editable requirements: they stay in the environment, in `src/NAME`.

An existing one may contain somebody's work. It is never modified: another one takes its place, and
if the installation fails, it comes back.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock

from bootstrap.environment.model import TargetEnvironment
from bootstrap.file_changes import remove_tree, rename
from bootstrap.install.commit.leftovers import find_in
from bootstrap.install.commit.rename_exchange import ExchangeUnsupportedError, exchange
from bootstrap.install.commit.staging import BACKUP, StagingDirectory, remove_locked
from bootstrap.install.errors import InstallError
from bootstrap.signals import StoppedError, delay_signals
from bootstrap.ui import Ui


def src_directory(target: TargetEnvironment) -> Path:
    """Return the directory of an environment's repositories: `--src`, or `src`."""
    if target.src is not None:
        return target.src
    return (target.prefix if target.is_virtual else target.scheme.data) / "src"


class Repositories:
    """The repositories of an environment, as one run changes them. Threads may share it."""

    def __init__(self, directory: Path, ui: Ui) -> None:
        self.directory = directory
        self._ui = ui
        self._staging: StagingDirectory | None = None
        self._is_new = False
        self._mtime = 0
        self._replaced: dict[Path, Path | None] = {}
        """The paths of the repositories that were put, and where that lies which was there before;
        None where nothing was."""
        self._is_kept = False
        self._has_ended = False
        self._lock = Lock()

    def temporary_path(self, path: Path) -> Path:
        """Return an unused path on the same file system with the same last name."""
        with self._lock, delay_signals():
            return _temporary_path(path, self._open_staging())

    def put(self, new: Path, path: Path, backup: Path | None = None) -> None:
        """Move a repository from a temporary path to its final one. Raises OSError.

        :param backup: an unused path beside it for what was there before; None: that is removed
        """
        with self._lock, delay_signals():
            staging = self._open_staging()
            if path in self._replaced:  # what comes back later is what was there before the run
                _replace(path, new, _temporary_path(path, staging))
                return
            old = backup or Path(staging.path, BACKUP, path.name)
            if path.exists():
                self._replaced[path] = old
                _replace(path, new, old)
            else:
                rename(new, path)
                self._replaced[path] = None  # not before: what is there then is not ours

    def keep(self) -> None:
        """Keep everything that was put, whatever happens afterwards."""
        with self._lock:
            self._is_kept = True

    def end(self) -> None:
        """Remove the staging directory; undo every `put` unless they are kept."""
        with self._lock:
            self._has_ended = True
        if self._staging is not None:
            with delay_signals():
                self._remove(self._staging)

    def _remove(self, staging: StagingDirectory) -> None:
        if not self._is_kept:
            for path, old in self._replaced.items():
                _restore(path, staging, old)
        staging.remove()
        if not self._is_kept:
            with suppress(OSError):  # it was removed, or is not empty
                if self._is_new:
                    self.directory.rmdir()
                else:
                    os.utime(self.directory, ns=(self._mtime, self._mtime))

    def _open_staging(self) -> StagingDirectory:
        if self._has_ended:
            raise StoppedError
        if self._staging is None:
            real, around = (
                os.path.realpath(path) for path in (self.directory, self.directory.parent)
            )
            if not Path(real).is_relative_to(around):
                raise InstallError(
                    f"{self.directory} is a link that leads out of the environment, to {real}. "
                    "Repositories are not put there.",
                    hint="Replace the link with a directory.",
                )
            self._is_new = not self.directory.exists()
            self.directory.mkdir(parents=True, exist_ok=True)
            clean_up(self.directory, self._ui, self._ui.detail)
            self._mtime = self.directory.stat().st_mtime_ns
            staging = StagingDirectory(str(self.directory))
            staging.create()
            self._staging = staging
        return self._staging


def clean_up(directory: Path, ui: Ui, report: Callable[[str], None]) -> None:
    """Remove what our killed runs left beside the repositories; `report` names what is not ours.

    Repositories that they had moved away come back where nothing took their place. Raises OSError
    and `InUseError`.
    """
    if not directory.is_dir():
        return
    left = find_in(str(directory))
    if not left:
        return
    from bootstrap.install.commit import journal as journals
    from bootstrap.install.commit.recovery import lock_if_ours

    for staging in map(Path, left):
        if journals.exists(str(staging)):  # of an installation, whose backups it needs
            continue
        lock = lock_if_ours(str(staging), report)
        if lock is None:
            continue
        ui.detail(f"Removing {staging}, left by an interrupted run.")
        backups = staging / BACKUP
        for backup in () if backups.is_symlink() else backups.glob("*"):
            if not os.path.lexists(directory / backup.name):
                rename(backup, directory / backup.name)
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


def _restore(path: Path, staging: StagingDirectory, old: Path | None) -> None:
    if old is None:
        remove_tree(path)
    elif old.exists() and path.exists():
        _replace(path, old, _temporary_path(path, staging))
    elif old.exists():
        rename(old, path)
