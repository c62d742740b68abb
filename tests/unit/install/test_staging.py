"""Two runs at once: one creates a staging directory, the other one looks for abandoned ones."""

from __future__ import annotations

import errno
import threading
from pathlib import Path

import pytest

from bootstrap import locking
from bootstrap.install import staged_wheel
from bootstrap.install.commit.leftovers import PREFIX
from bootstrap.install.commit.trees import create_new
from bootstrap.install.transaction import recover
from bootstrap.locking import PathLock
from tests.servers.wheels import make_wheel
from tests.unit.install.conftest import Workbench

_TIMEOUT = 20


@pytest.fixture(params=["the directory", "a file in it"])
def locked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """What is locked: NFS does not lock directories."""
    original = locking._open_locked

    def open_locked(path: Path, flags: int) -> int | None:
        if path.is_dir():
            raise OSError(errno.EBADF, "not supported", str(path))
        return original(path, flags)

    if request.param == "a file in it":
        monkeypatch.setattr(locking, "_open_locked", open_locked)
    return str(request.param)


class OtherRun(threading.Thread):
    """Cleans up when the first run has created its staging directory, and not yet locked it.

    It pauses after it has given the lock back, until the first run has staged some files.
    """

    def __init__(self, bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        self.bench = bench
        self._made, self._unlocked, self._staged = (threading.Event() for _ in range(3))
        self._acquire, self._release = PathLock.try_acquire, PathLock.release
        self._files = 0

        def try_acquire(lock: PathLock) -> bool:
            return self._try_acquire(lock)

        def release(lock: PathLock) -> None:
            self._pause_after_release(lock)

        monkeypatch.setattr(PathLock, "try_acquire", try_acquire)
        monkeypatch.setattr(PathLock, "release", release)
        monkeypatch.setattr(staged_wheel, "create_new", self._count)

    def run(self) -> None:
        assert self._made.wait(_TIMEOUT)
        recover(self.bench.target, self.bench.ui)

    def _try_acquire(self, lock: PathLock) -> bool:
        if self._is_staging(lock) and not self._made.is_set():
            self._made.set()
            assert self._unlocked.wait(_TIMEOUT)
        return self._acquire(lock)

    def _pause_after_release(self, lock: PathLock) -> None:
        self._release(lock)
        if self._is_staging(lock) and not self._unlocked.is_set():
            self._unlocked.set()
            assert self._staged.wait(_TIMEOUT)

    def _is_staging(self, lock: PathLock) -> bool:
        return Path(lock.path).name.startswith(PREFIX)

    def _count(self, path: str, *, executable: bool = False) -> int:
        self._files += 1
        if self._files == 5:
            self._staged.set()
            self.join(_TIMEOUT)
        return create_new(path, executable=executable)


@pytest.mark.usefixtures("locked")
def test_what_another_run_stages_in_a_directory_taken_for_abandoned_is_not_removed(
    bench: Workbench, wheelhouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"demo/m{number}.py" for number in range(20)]
    wheel = make_wheel(wheelhouse, "demo", "1.0", files=dict.fromkeys(names, "x"))
    other = OtherRun(bench, monkeypatch)
    other.start()
    bench.install(wheel)
    other.join(_TIMEOUT)
    assert not other.is_alive()
    assert "left by an interrupted installation" in bench.out.getvalue() + bench.err.getvalue()
    installed = sorted(f"demo/{path.name}" for path in (bench.library / "demo").glob("*.py"))
    assert installed == sorted(names)
    assert bench.leftovers == []
