"""Locks: one writer per environment, held by the kernel, so that a dead holder blocks nobody.

A lock is an flock(2) of a directory itself: no lock file that could be left behind or forgotten.
Where that does not work (Windows, some network file systems), a lock file in the directory serves.
"""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager

from bootstrap.install.errors import LockTimeoutError, translated
from bootstrap.ui import Ui

LOCK_FILE = ".get-installer.lock"
_PAUSE = 0.05
_NO_FLOCK = {
    getattr(errno, name)
    for name in ("EBADF", "ENOLCK", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EINVAL")
    if hasattr(errno, name)
}
"""How file systems say that they do not lock directories (NFS: EBADF)."""


class Lock:
    """An exclusive lock of one directory or file, by this process."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._release: ExitStack = ExitStack()

    def acquire_now(self) -> bool:
        """Take the lock if nobody holds it. False too where the path vanished meanwhile."""
        try:
            return self._acquire_path()
        except FileNotFoundError:
            return False
        except OSError as exc:
            if exc.errno not in _NO_FLOCK:
                raise
            return self._acquire_file()

    def release(self) -> None:
        """Give the lock back."""
        self._release.close()

    def _acquire_path(self) -> bool:
        if sys.platform == "win32":
            raise OSError(errno.ENOTSUP, "directories cannot be locked")
        import fcntl

        # NFS locks a file only where it may be written to; a directory is never opened so.
        descriptor = os.open(self.path, os.O_RDONLY if os.path.isdir(self.path) else os.O_RDWR)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            current = os.stat(self.path)
        except BlockingIOError:
            os.close(descriptor)
            return False
        except BaseException:
            os.close(descriptor)
            raise
        if not os.path.samestat(os.fstat(descriptor), current):
            os.close(descriptor)  # somebody removed it, and it was made anew
            return False
        self._release.callback(os.close, descriptor)
        return True

    def _acquire_file(self) -> bool:
        from bootstrap._vendor.filelock import FileLock, Timeout

        lock = FileLock(os.path.join(self.path, LOCK_FILE))
        try:
            lock.acquire(blocking=False)
        except Timeout:
            return False
        self._release.callback(lock.release)
        return True


@contextmanager
def locked(paths: Iterable[str], timeout: float, ui: Ui) -> Iterator[None]:
    """Hold the locks of all the paths, taken in one order so that two runs never wait in a circle.

    Raises `LockTimeoutError` after so many seconds.
    """
    deadline = time.monotonic() + timeout
    with ExitStack() as held:
        for path in sorted(set(paths)):
            lock = Lock(path)
            with translated(path):
                _wait(lock, deadline, timeout, ui)
            held.callback(lock.release)
        yield


def _wait(lock: Lock, deadline: float, timeout: float, ui: Ui) -> None:
    told = False
    while not lock.acquire_now():
        if not told:
            ui.tell(f"Waiting for another installation into {lock.path} to end.")
            told = True
        if time.monotonic() > deadline:
            raise LockTimeoutError(lock.path, timeout)
        time.sleep(_PAUSE)
