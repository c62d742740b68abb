"""The lock of a directory while a virtual environment is created in it.

There are two files. The kernel holds the lock file, so a process that died blocks nobody. The
marker file is created under the lock, and only in an empty directory: everything beside a marker
was created by a run that was killed. An environment is complete only once its marker is gone.

Because what is beside a marker gets removed, only a marker of our own counts, in a directory that
nobody else can write to. It contains the directory's inode number: a repository or an archive may
contain a file of that name, but cannot know the number. And anything that no run of ours creates
stops the next one.

Where Windows refuses to remove the marker of a complete environment, because another program has it
open, it is overwritten instead, and no longer counts.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator, Set
from contextlib import contextmanager, suppress
from pathlib import Path

from bootstrap.dataclasses import dataclass
from bootstrap.environment.settings import Messages
from bootstrap.errors import BootstrapError
from bootstrap.file_changes import can_create_in, unlink
from bootstrap.locking import PAUSE, LockFile
from bootstrap.private_directory import (
    NotPrivateError,
    check_private,
    create_private,
    open_private,
)

CONFIGURATION = "pyvenv.cfg"
MARKER = ".virtual-environment-in-the-making"
LOCK = ".virtual-environment.lock"
VENV_NAMES = frozenset(
    {"bin", "scripts", "include", "lib", "lib64", "site-packages", CONFIGURATION, ".gitignore"}
)
"""What `venv` creates in a directory, in lower case."""
_DATA_NAMES = frozenset({"etc", "man", "share"})
"""What wheels install beside the library (`data`), in lower case."""
_IDENTITY_LENGTH = 64
_COMPLETE = b"complete"
"""What a marker contains that could not be removed."""
_UNWRITABLE_HINT = "Name a directory that you may write to."
_OCCUPIED = "it contains files, but is not a virtual environment"


class NotAVirtualEnvironmentError(BootstrapError):
    """`--venv` names what is not a virtual environment, or where none can be created.

    Causes: the directory has other files, or is damaged.

    Next: name a new directory:
        python3 get-installer.pyz --venv new
    """

    def __init__(
        self,
        directory: Path,
        reason: str,
        hint: str = "Name a new or empty directory, or a virtual environment.",
    ) -> None:
        super().__init__(
            f"A virtual environment cannot be created in {directory}: {reason}", hint=hint
        )
        self.directory = directory


class MarkerInUseError(BootstrapError):
    """A virtual environment is complete, but its marker can be neither removed nor overwritten.

    Causes: a virus scanner, a backup or an indexer has the marker file open (Windows).

    Next: close that program and delete the file that the message names. While it is there, the next
    run with --venv creates the environment again.
    """

    def __init__(self, marker: Path, reason: str) -> None:
        super().__init__(
            f"The virtual environment in {marker.parent} is complete, but {marker} cannot be "
            f"removed: {reason}",
            hint="Close the program that has this file open, and delete the file. While it is "
            "there, the next run with --venv removes the environment and creates it again.",
        )
        self.marker = marker


def is_complete(directory: Path) -> bool:
    """Return whether a directory is a virtual environment whose creation was completed."""
    names = _list_names(directory)  # once: the marker may disappear in the meantime
    is_there = CONFIGURATION in names and (directory / CONFIGURATION).is_file()
    return is_there and (MARKER not in names or _is_overwritten(directory / MARKER))


def require_usable(directory: Path) -> None:
    """Refuse a directory in which a virtual environment cannot be created.

    :raises NotAVirtualEnvironmentError: it contains something else, or its path does not work
    """
    if os.pathsep in str(directory):
        raise NotAVirtualEnvironmentError(directory, f"its path contains {os.pathsep!r}")
    if os.path.lexists(directory) and not directory.is_dir():
        raise NotAVirtualEnvironmentError(directory, "it is a file")
    names = _list_names(directory)
    # Another run may have completed one since the last check.
    if names - _ignored(names) and not (directory / CONFIGURATION).is_file():
        raise NotAVirtualEnvironmentError(directory, _OCCUPIED)


def require_creatable(directory: Path) -> None:
    """Refuse a directory that could not be created or written to; nothing that is created stays.

    :raises NotAVirtualEnvironmentError: as `lock_venv` would
    """
    paths = (directory, *directory.parents)
    existing = next((path for path in paths if os.path.lexists(path)), None)
    if existing is None:  # a drive that is not there
        raise NotAVirtualEnvironmentError(directory, os.strerror(errno.ENOENT), _UNWRITABLE_HINT)
    if not can_create_in(existing):
        number = errno.EACCES if existing.is_dir() else errno.ENOTDIR
        raise NotAVirtualEnvironmentError(directory, os.strerror(number), _UNWRITABLE_HINT)


@dataclass(frozen=True)
class VenvCreation:
    """The creation of a virtual environment, which may already have been another run's."""

    directory: Path
    is_new: bool

    def complete(self) -> None:
        """Declare it complete: from now on nothing removes it again. Raises `MarkerInUseError`."""
        marker = self.directory / MARKER
        if not self.is_new or _is_overwritten(marker):
            return
        with suppress(FileNotFoundError):
            try:
                unlink(marker)
            except PermissionError as refusal:
                try:
                    marker.write_bytes(_COMPLETE)
                except OSError:
                    raise MarkerInUseError(marker, refusal.strerror or str(refusal)) from refusal


@contextmanager
def lock_venv(directory: Path, messages: Messages | None = None) -> Iterator[VenvCreation]:
    """Lock a directory while an environment is created in it; if the body fails, empty it again.

    Waits while another run holds the lock. The environment is complete when the body ends, or says
    so. It is not new, and nothing is locked, where the directory is a complete one by then.

    :raises NotAVirtualEnvironmentError: the directory contains something else, or is inaccessible
    """
    existed = directory.is_dir()
    try:
        lock = _acquire(directory, messages)
        if lock is None:
            yield VenvCreation(directory, is_new=False)
            return
        try:
            names = _list_names(directory) - {LOCK}
            _require_ours(directory, names)
            try:
                _set_marker(directory, names)
                creation = VenvCreation(directory, is_new=True)
                yield creation
                creation.complete()
            except MarkerInUseError:
                raise
            except BaseException:
                with suppress(OSError):
                    _remove_partial(directory)
                raise
        finally:
            lock.release()
    except BaseException:
        if not existed:
            with suppress(OSError):
                directory.rmdir()
        raise


def _acquire(directory: Path, messages: Messages | None) -> LockFile | None:
    """Return the lock, or None where another run completed the environment."""
    lock, has_waited = LockFile(directory / LOCK), False
    while not is_complete(directory):
        require_usable(directory)
        try:
            directory.mkdir(parents=True, exist_ok=True)
            is_locked = lock.try_acquire()
        except OSError as exc:
            reason = exc.strerror or str(exc)
            raise NotAVirtualEnvironmentError(directory, reason, _UNWRITABLE_HINT) from exc
        if is_locked:
            if not is_complete(directory):
                return lock
            lock.release()
        elif not has_waited and messages is not None:
            messages.info(f"Waiting for another run to create {directory}.")
            has_waited = True
        time.sleep(PAUSE)
    return None


def _require_ours(directory: Path, names: Set[str]) -> None:
    """Refuse a directory in which there is more than a run that was killed has left."""
    if not names - {MARKER}:
        return
    _require_own_marker(directory)
    if foreign := sorted(name for name in names if not _is_ours(name)):
        reason = f"a run that was killed has begun one there, and since then {foreign[0]} has come"
        hint = f"Move {foreign[0]} away, or delete the directory if you do not need it."
        raise NotAVirtualEnvironmentError(directory, reason, hint)


def _set_marker(directory: Path, names: Set[str]) -> None:
    """Create the marker file in an empty directory, or remove what is beside an old marker."""
    try:
        for name in sorted(names, key=lambda name: name == MARKER):  # the marker is the last one
            _remove(directory / name)
        with create_private(directory / MARKER) as stream:
            stream.write(_identity(directory))
        if not names and _list_names(directory) != {LOCK, MARKER}:  # not empty any more
            (directory / MARKER).unlink()
            raise NotAVirtualEnvironmentError(directory, _OCCUPIED)
    except OSError as exc:
        raise NotAVirtualEnvironmentError(directory, exc.strerror or str(exc)) from exc


def _is_ours(name: str) -> bool:
    """Whether a run that creates an environment leaves something of that name, if it is killed."""
    is_staged = name.startswith(".get-installer-")
    return is_staged or name in {LOCK, MARKER} or name.lower() in VENV_NAMES | _DATA_NAMES


def _require_own_marker(directory: Path) -> None:
    """Refuse a directory with files, unless a run of ours that was killed has left them."""
    if not os.path.lexists(directory / MARKER):
        raise NotAVirtualEnvironmentError(directory, _OCCUPIED)
    try:
        check_private(directory)
        with open_private(directory / MARKER) as stream:
            is_own = stream.read(_IDENTITY_LENGTH) == _identity(directory)
    except (NotPrivateError, OSError) as exc:
        reason = f"it contains {MARKER}, which may be somebody else's ({exc})"
        raise NotAVirtualEnvironmentError(directory, reason) from exc
    if not is_own:
        raise NotAVirtualEnvironmentError(
            directory, f"it contains {MARKER}, which was not written here"
        )


def _identity(directory: Path) -> bytes:
    return b"%d" % directory.stat().st_ino


def _remove_partial(directory: Path) -> None:
    """Remove what `venv` created, if there is a marker; the marker itself is removed last."""
    names = _list_names(directory)
    if MARKER in names and not _is_overwritten(directory / MARKER):
        for name in names:
            if name.lower() in VENV_NAMES:
                _remove(directory / name)
        (directory / MARKER).unlink()


def _is_overwritten(marker: Path) -> bool:
    try:
        with open_private(marker) as stream:
            return stream.read(_IDENTITY_LENGTH) == _COMPLETE
    except (NotPrivateError, OSError):
        return False


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        from shutil import rmtree

        rmtree(path)
    else:
        path.unlink()


def _list_names(directory: Path) -> frozenset[str]:
    try:
        return frozenset(path.name for path in directory.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return frozenset()
    except OSError as exc:
        raise NotAVirtualEnvironmentError(directory, exc.strerror or str(exc)) from exc


def _ignored(names: frozenset[str]) -> frozenset[str]:
    """Return the names that do not count: beside a marker, all of them."""
    return names if MARKER in names else frozenset({LOCK})
