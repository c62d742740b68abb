"""Locks between processes. The kernel holds them, so a process that died blocks nobody.

`PathLock` locks what exists already: on POSIX a directory itself, by flock(2), so that no lock file
is left behind. Where directories cannot be locked (Windows, some network file systems), it uses a
`LockFile` in the directory.
"""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from bootstrap.errors import BootstrapError
from bootstrap.file_changes import ACCESS_DENIED, is_violation, patiently, unlink

LOCK_FILE = ".get-installer.lock"
PAUSE = 0.05
"""Seconds between two attempts to get a lock."""
_UNSUPPORTED = {
    getattr(errno, name)
    for name in ("EBADF", "ENOLCK", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EINVAL")
    if hasattr(errno, name)
}
"""The errors of file systems that do not lock directories (NFS: EBADF)."""


class LockTimeoutError(BootstrapError):
    """Another process held a lock for too long.

    Causes: another run installs into the same environment, or hangs.

    Next: wait until it ends, and run the same command again; the lock ends with it.
    """

    def __init__(self, path: str, seconds: float) -> None:
        self.path, self.seconds = path, seconds
        super().__init__(
            f"Another program has been installing into {path} for {seconds:g} seconds.",
            hint="Wait until it ends, then try again. Its lock goes away when it ends.",
        )


class LockFile:
    """An exclusive lock of a file that exists only while somebody holds it.

    The directory's modification time stays that of the last change by anybody else.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None
        self._mtimes: tuple[int, int] | None = None
        """The directory's modification times before we created the file, and after."""

    def try_acquire(self) -> bool:
        """Return whether the lock is ours now; False where another process holds it.

        False too where the file's directory was removed, and where Windows refuses to open the
        file, as one that its holder is about to remove. Raises OSError.
        """
        try:
            return self._try_once()
        except PermissionError as exc:
            if not is_violation(exc):
                raise
            return False

    def try_acquire_patiently(self) -> bool:
        """Return whether the lock is ours now; False only where another process really holds it.

        Where Windows refuses to open the file, it is tried again for two seconds: what has it open
        may be a virus scanner, and no holder. After that, it raises a PermissionError for which
        `is_violation` is true. Raises OSError.
        """
        return patiently(self._try_once)

    def _try_once(self) -> bool:
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        is_new, before = not self.path.exists(), _mtime(self.path.parent)
        self._descriptor = _open_locked(self.path, flags)
        if self._descriptor is not None and is_new:
            self._mtimes = before, _mtime(self.path.parent)
        return self._descriptor is not None

    def release(self) -> None:
        """Give the lock back and remove the file."""
        if self._descriptor is None:
            return
        mtime = _mtime(self.path.parent)
        if self._mtimes is not None and mtime == self._mtimes[1]:
            mtime = self._mtimes[0]
        # POSIX: removed while it is locked, so that nobody's file is removed but ours. Windows
        # removes only closed files, and only those that nobody else has opened.
        with suppress(OSError):
            self.path.unlink()
        os.close(self._descriptor)
        self._descriptor = None
        if sys.platform == "win32":
            with suppress(OSError):
                unlink(self.path)
        with suppress(OSError):  # it was removed, or belongs to somebody else
            if not self.path.exists():
                os.utime(self.path.parent, ns=(self.path.parent.stat().st_atime_ns, mtime))


class PathLock:
    """An exclusive lock of a directory or file that exists."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._descriptor: int | None = None
        self._lock_file = LockFile(Path(path, LOCK_FILE))

    def try_acquire(self) -> bool:
        """Return whether the lock is ours now; False where another process holds it.

        False too where the path was removed, and as `LockFile.try_acquire` tells. Raises OSError,
        PermissionError where the path belongs to another user.
        """
        return self._try_acquire(self._lock_file.try_acquire)

    def try_acquire_patiently(self) -> bool:
        """Do the same as `LockFile.try_acquire_patiently` where the lock is a file."""
        return self._try_acquire(self._lock_file.try_acquire_patiently)

    def _try_acquire(self, lock_file: Callable[[], bool]) -> bool:
        if sys.platform == "win32":
            return lock_file()
        # NFS locks a file only if it is open for writing; a directory cannot be opened like that.
        path = Path(self.path)
        try:
            self._descriptor = _open_locked(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
        except OSError as exc:
            if exc.errno not in _UNSUPPORTED:
                raise
            return lock_file()
        return self._descriptor is not None

    def release(self) -> None:
        """Give the lock back."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        self._lock_file.release()


@contextmanager
def hold_locks(
    paths: Iterable[str], timeout: float, on_wait: Callable[[str], None]
) -> Iterator[None]:
    """Hold the locks of all paths, acquired in sorted order so that two runs cannot deadlock.

    Raises `LockTimeoutError` and OSError.

    :param timeout: how many seconds to wait at most
    :param on_wait: called with a message when the first wait for a lock begins
    """
    deadline = time.monotonic() + timeout
    with ExitStack() as stack:
        for path in sorted(set(paths)):
            lock = PathLock(path)
            wait_for(lock, timeout, on_wait, deadline=deadline)
            stack.callback(lock.release)
        yield


def wait_for(
    lock: PathLock,
    timeout: float,
    on_wait: Callable[[str], None],
    prepare: Callable[[], None] = lambda: None,
    deadline: float | None = None,
) -> None:
    """Acquire a lock, as `hold_locks` does. Raises `LockTimeoutError` and OSError.

    :param prepare: called before each attempt; what it raises ends the waiting
    :param deadline: when the waiting ends, where it has begun with another lock
    """
    deadline = time.monotonic() + timeout if deadline is None else deadline
    prepare()
    if lock.try_acquire():
        return
    on_wait(f"Waiting for another installation into {lock.path} to finish.")
    while True:
        time.sleep(PAUSE)
        prepare()
        if lock.try_acquire():
            return
        if time.monotonic() > deadline:
            raise LockTimeoutError(lock.path, timeout)


def _mtime(directory: Path) -> int:
    """Return a directory's modification time in nanoseconds; 0 where it was removed."""
    try:
        return directory.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _open_locked(path: Path, flags: int) -> int | None:
    """Open and lock a file; None where it is locked already, or was removed meanwhile."""
    try:
        descriptor = _open(path, flags)
    except FileNotFoundError:
        return None
    try:
        _lock_descriptor(descriptor)
        if os.path.samestat(os.fstat(descriptor), path.stat()):
            return descriptor
    except (BlockingIOError, FileNotFoundError):
        pass
    except BaseException:
        os.close(descriptor)
        raise
    os.close(descriptor)  # somebody holds it, or removed it and perhaps created it again
    return None


if sys.platform == "win32":

    def _open(path: Path, flags: int) -> int:
        try:
            return os.open(path, flags, 0o644)
        except PermissionError as exc:  # without Windows' number of it, which may be this one
            raise PermissionError(exc.errno, exc.strerror, str(path), ACCESS_DENIED) from exc

    def _lock_descriptor(descriptor: int) -> None:
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError as exc:
            raise BlockingIOError(exc.errno, exc.strerror) from exc

else:

    def _open(path: Path, flags: int) -> int:
        return os.open(path, flags, 0o644)

    def _lock_descriptor(descriptor: int) -> None:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
