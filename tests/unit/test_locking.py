from __future__ import annotations

import errno
import os
import signal
import stat
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bootstrap import file_changes, locking
from bootstrap.file_changes import is_violation
from bootstrap.locking import LOCK_FILE, LockFile, LockTimeoutError, PathLock, hold_locks
from tests.functional.engine import snapshot_with_root

if sys.platform != "win32":
    import fcntl


def _ignore(_: str) -> None:
    pass


def _holder(path: Path) -> int:
    """Fork a child that holds the lock until it is killed; return its id once it holds it."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        PathLock(str(path)).try_acquire()
        os.write(writing, b"!")
        signal.pause()
    os.read(reading, 1)
    os.close(reading)
    os.close(writing)
    return child


def _kill(child: int) -> None:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


@pytest.mark.posix_only("it forks")
def test_a_lock_of_another_process_is_waited_for_until_the_timeout(tmp_path: Path) -> None:
    child, messages = _holder(tmp_path), list[str]()
    locks = hold_locks([str(tmp_path)], 0.2, messages.append)
    try:
        with pytest.raises(LockTimeoutError, match=str(tmp_path)), locks:
            pass
    finally:
        _kill(child)
    assert messages == [f"Waiting for another installation into {tmp_path} to finish."]


@pytest.mark.posix_only("it forks")
def test_the_lock_of_a_dead_process_blocks_nobody(tmp_path: Path) -> None:
    _kill(_holder(tmp_path))
    with hold_locks([str(tmp_path)], 0, _ignore):
        pass


@pytest.mark.posix_only("it forks")
def test_the_wait_ends_when_the_other_process_ends(tmp_path: Path) -> None:
    child, messages = _holder(tmp_path), list[str]()

    def hold_shortly() -> bool:
        with hold_locks([str(tmp_path)], 30, messages.append):
            return True

    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(hold_shortly)
        while not messages:
            time.sleep(0.01)
        _kill(child)
        assert waiting.result(timeout=30)


def test_locking_leaves_no_trace(tmp_path: Path) -> None:
    before = snapshot_with_root(tmp_path)
    with hold_locks([str(tmp_path)], 0, _ignore):
        pass
    assert snapshot_with_root(tmp_path) == before


@pytest.mark.posix_only("it removes a directory that is locked")
def test_a_directory_that_was_created_again_is_not_the_locked_one(tmp_path: Path) -> None:
    directory = tmp_path / "x"
    directory.mkdir()
    first = PathLock(str(directory))
    assert first.try_acquire()
    directory.rmdir()
    assert not PathLock(str(directory)).try_acquire()
    directory.mkdir()
    assert PathLock(str(directory)).try_acquire()
    first.release()


@pytest.mark.posix_only("it replaces flock")
def test_a_lock_file_is_used_where_directories_cannot_be_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flock = fcntl.flock

    def flock_like_nfs(descriptor: int, operation: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        flock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", flock_like_nfs)
    one, other = PathLock(str(tmp_path)), PathLock(str(tmp_path))
    assert one.try_acquire()
    assert not other.try_acquire()
    one.release()
    assert other.try_acquire()
    other.release()
    assert not (tmp_path / LOCK_FILE).exists()


@pytest.mark.posix_only("it forks")
def test_the_lock_file_of_a_killed_process_blocks_nobody(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        LockFile(path).try_acquire()
        os.write(writing, b"!")
        signal.pause()
    os.read(reading, 1)
    lock = LockFile(path)
    assert not lock.try_acquire()
    _kill(child)
    assert path.exists()
    assert lock.try_acquire()
    lock.release()
    assert not path.exists()


@pytest.mark.posix_only("it replaces flock")
def test_a_lock_file_that_was_removed_before_it_was_locked_is_not_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "lock"
    first, second = LockFile(path), LockFile(path)
    assert first.try_acquire()
    flock = fcntl.flock

    def release_first(descriptor: int, operation: int) -> None:
        first.release()  # between opening and locking
        flock(descriptor, operation)

    with monkeypatch.context() as patched:
        patched.setattr(fcntl, "flock", release_first)
        assert not second.try_acquire()
    assert second.try_acquire()
    second.release()


def test_a_directory_that_was_removed_is_not_locked(tmp_path: Path) -> None:
    assert not PathLock(str(tmp_path / "gone")).try_acquire()
    assert not LockFile(tmp_path / "gone" / "lock").try_acquire()


def test_a_lock_file_leaves_the_directory_s_time_as_it_was(tmp_path: Path) -> None:
    os.utime(tmp_path, ns=(10**18, 10**18))
    lock = LockFile(tmp_path / LOCK_FILE)
    assert lock.try_acquire()
    lock.release()
    assert tmp_path.stat().st_mtime_ns == 10**18


def test_a_lock_file_keeps_the_time_of_a_change_by_others(tmp_path: Path) -> None:
    os.utime(tmp_path, ns=(10**18, 10**18))
    lock = LockFile(tmp_path / LOCK_FILE)
    assert lock.try_acquire()
    (tmp_path / "theirs").mkdir()
    os.utime(tmp_path, ns=(2 * 10**18, 2 * 10**18))
    lock.release()
    assert tmp_path.stat().st_mtime_ns == 2 * 10**18


class Refused:
    """Windows' refusal to open a lock file, some times: another program has it open."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, times: int, number: int | None) -> None:
        self.tries, self._times, self._number = 0, times, number
        self._open = locking._open
        monkeypatch.setattr(locking, "_open", self)
        monkeypatch.setattr(file_changes, "_PAUSES", (0.0, 0.0, 0.0))

    def __call__(self, path: Path, flags: int) -> int:
        self.tries += 1
        if self.tries <= self._times:
            error = PermissionError(errno.EACCES, "refused", str(path))
            error.winerror = self._number  # type: ignore[attr-defined]  # Windows' have it
            raise error
        return self._open(path, flags)


@pytest.mark.parametrize("number", [5, 32, 33])
def test_a_lock_file_that_another_program_has_open_counts_as_held_where_that_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    lock, refused = LockFile(tmp_path / "lock"), Refused(monkeypatch, 1, number)
    assert not lock.try_acquire()
    assert refused.tries == 1
    assert lock.try_acquire()
    lock.release()


def test_a_lock_file_that_another_program_has_open_for_a_moment_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = LockFile(tmp_path / "lock")
    Refused(monkeypatch, 3, 32)
    assert lock.try_acquire_patiently()
    lock.release()


def test_a_lock_file_that_another_program_has_open_for_long_is_told_from_one_that_is_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, other = LockFile(tmp_path / "lock"), LockFile(tmp_path / "lock")
    assert lock.try_acquire()
    assert not other.try_acquire_patiently()
    lock.release()
    refused = Refused(monkeypatch, 4, 32)
    with pytest.raises(PermissionError) as caught:
        other.try_acquire_patiently()
    assert is_violation(caught.value)
    assert refused.tries == 4


@pytest.mark.posix_only("Windows does not tell it from another program's handle")
def test_a_lock_file_of_another_user_is_an_error_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = Refused(monkeypatch, 9, None)
    for attempt in ("try_acquire", "try_acquire_patiently"):
        with pytest.raises(PermissionError):
            getattr(LockFile(tmp_path / "lock"), attempt)()
    assert refused.tries == 2
