"""The claim to a directory: one run at a time makes a virtual environment in it.

Two files bear it. The lock is held by the kernel, so that a dead holder blocks nobody, and says
nothing about what lies beside it. The mark of the making is set under the lock, and only in a
directory that holds nothing else: all that is found beside a mark was made by a run that was
killed. An environment counts as whole only once its mark is gone.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bootstrap.environment.messages import Messages
from bootstrap.errors import BootstrapError
from bootstrap.locking import PAUSE, LockFile

CONFIGURATION = "pyvenv.cfg"
MAKING = ".virtual-environment-in-the-making"
LOCK = ".virtual-environment.lock"
MADE = frozenset(
    {"bin", "scripts", "include", "lib", "lib64", "site-packages", CONFIGURATION, ".gitignore"}
)
"""What `venv` makes in a directory, in lower case."""


class NotAVirtualEnvironmentError(BootstrapError):
    """`--venv` names something that is there, and is no virtual environment."""

    def __init__(self, directory: Path, found: str) -> None:
        super().__init__(
            f"No virtual environment can be made in {directory}: {found}",
            hint="Name a directory that is new or empty, or one that is a virtual environment.",
        )
        self.directory = directory


def is_whole(directory: Path) -> bool:
    """Say whether a directory is a virtual environment whose making was not cut off."""
    names = _names(directory)  # at one glance: the mark may go while we look
    return CONFIGURATION in names - _beside(names) and (directory / CONFIGURATION).is_file()


def require_room(directory: Path) -> None:
    """Refuse a directory that holds something else.

    :raises NotAVirtualEnvironmentError: what it is.
    """
    if os.pathsep in str(directory):
        raise NotAVirtualEnvironmentError(directory, f"its path has a {os.pathsep!r} in it")
    if os.path.lexists(directory) and not directory.is_dir():
        raise NotAVirtualEnvironmentError(directory, "it is a file")
    names = _names(directory)
    # Another run may have finished one since somebody asked whether it is whole.
    if names - _beside(names) and not (directory / CONFIGURATION).is_file():
        raise _occupied(directory)


@contextmanager
def claimed(directory: Path, messages: Messages | None = None) -> Iterator[bool]:
    """Hold an empty directory while it is filled; on failure remove what was made in it.

    Where another run holds it, its end is waited for. Yields whether there is anything to make:
    False, and nothing is held, where the directory is a whole environment by now.

    :raises NotAVirtualEnvironmentError: the directory holds something else, or is out of reach.
    """
    with _no_new_directory_on_failure(directory):
        lock = _acquire(directory, messages)
        if lock is None:
            yield False
            return
        try:
            _mark(directory)
            yield True
            (directory / MAKING).unlink(missing_ok=True)
        except BaseException:
            with suppress(OSError):
                _remove_made(directory)
            raise
        finally:
            lock.release()


@contextmanager
def _no_new_directory_on_failure(directory: Path) -> Iterator[None]:
    existed = directory.is_dir()
    try:
        yield
    except BaseException:
        if not existed:
            with suppress(OSError):
                directory.rmdir()
        raise


def _acquire(directory: Path, messages: Messages | None) -> LockFile | None:
    """Return the lock, acquired, or None where the environment is whole without us."""
    lock, told = LockFile(directory / LOCK), False
    while not is_whole(directory):
        require_room(directory)
        try:
            directory.mkdir(parents=True, exist_ok=True)
            is_ours = lock.try_acquire()
        except OSError as exc:
            raise NotAVirtualEnvironmentError(directory, exc.strerror or str(exc)) from exc
        if is_ours:
            if not is_whole(directory):
                return lock
            lock.release()
        elif not told and messages is not None:
            messages.tell(f"Waiting for another run that makes {directory} to end.")
            told = True
        time.sleep(PAUSE)
    return None


def _mark(directory: Path) -> None:
    """Mark a directory that is empty, or empty one that bears the mark of a run that was killed."""
    names = _names(directory) - {LOCK}
    if names and MAKING not in names:
        raise _occupied(directory)
    try:
        for name in names - {MAKING}:
            _remove(directory / name)
        (directory / MAKING).touch()
        if not names and _names(directory) != {LOCK, MAKING}:  # somebody was quicker than the mark
            (directory / MAKING).unlink()
            raise _occupied(directory)
    except OSError as exc:
        raise NotAVirtualEnvironmentError(directory, exc.strerror or str(exc)) from exc


def _occupied(directory: Path) -> NotAVirtualEnvironmentError:
    return NotAVirtualEnvironmentError(directory, "it holds files, but is no environment")


def _remove_made(directory: Path) -> None:
    """Remove what a failed making left, and nothing where no mark says so; the mark goes last."""
    names = _names(directory)
    if MAKING in names:
        for name in names:
            if name.lower() in MADE:
                _remove(directory / name)
        (directory / MAKING).unlink()


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _names(directory: Path) -> frozenset[str]:
    try:
        return frozenset(path.name for path in directory.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return frozenset()
    except OSError as exc:
        raise NotAVirtualEnvironmentError(directory, exc.strerror or str(exc)) from exc


def _beside(names: frozenset[str]) -> frozenset[str]:
    """Return those of a directory's names that say nothing: of a marked one, all."""
    return names if MAKING in names else frozenset({LOCK})
