from __future__ import annotations

import fcntl
import io
import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from bootstrap.install.errors import LockTimeoutError
from bootstrap.install.scheme_paths import SchemePaths, lock_paths
from bootstrap.locking import Lock, locked
from bootstrap.ui import Ui
from tests.unit.install.conftest import Workbench
from tests.unit.install.scenarios import demo
from tests.unit.install.trees import picture


@pytest.fixture
def ui() -> Ui:
    return Ui(io.StringIO(), io.StringIO())


def _holder(path: Path) -> int:
    """Fork a child that holds the lock until it is killed; return its id once it holds it."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        Lock(str(path)).acquire_now()
        os.write(writing, b"!")
        signal.pause()
    os.read(reading, 1)
    os.close(reading)
    os.close(writing)
    return child


def _kill(child: int) -> None:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def test_another_holder_makes_us_wait_with_a_message_and_then_fail(tmp_path: Path, ui: Ui) -> None:
    child = _holder(tmp_path)
    try:
        with pytest.raises(LockTimeoutError, match=str(tmp_path)), locked([str(tmp_path)], 0.2, ui):
            pass
    finally:
        _kill(child)
    assert "Waiting for another installation" in ui.out.getvalue()  # type: ignore[attr-defined]  # a StringIO


def test_a_dead_holder_blocks_nobody(tmp_path: Path, ui: Ui) -> None:
    _kill(_holder(tmp_path))
    with locked([str(tmp_path)], 0, ui):
        pass


def test_a_holder_that_ends_lets_us_in(tmp_path: Path, ui: Ui) -> None:
    child = _holder(tmp_path)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(_hold_shortly, tmp_path, ui)
        while "Waiting" not in ui.out.getvalue():  # type: ignore[attr-defined]  # a StringIO
            time.sleep(0.01)
        _kill(child)
        assert waiting.result(timeout=30)


def _hold_shortly(path: Path, ui: Ui) -> bool:
    with locked([str(path)], 30, ui):
        return True


def test_locking_leaves_no_trace(tmp_path: Path, ui: Ui) -> None:
    before = picture(tmp_path)
    with locked([str(tmp_path)], 0, ui):
        pass
    assert picture(tmp_path) == before


def test_a_directory_that_was_made_anew_is_not_taken_for_the_locked_one(tmp_path: Path) -> None:
    directory = tmp_path / "x"
    directory.mkdir()
    first = Lock(str(directory))
    assert first.acquire_now()
    directory.rmdir()
    assert not Lock(str(directory)).acquire_now()
    directory.mkdir()
    assert Lock(str(directory)).acquire_now()
    first.release()


def test_a_lock_file_serves_where_directories_cannot_be_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_flock(_: int, __: int) -> None:
        raise OSError(9, "as NFS says it for a directory")

    with monkeypatch.context() as patched:
        patched.setattr(Lock, "_acquire_path", lambda _: no_flock(0, 0))
        one, other = Lock(str(tmp_path)), Lock(str(tmp_path))
        assert one.acquire_now()
        assert not other.acquire_now()
        one.release()
        assert other.acquire_now()
        other.release()


def test_uvs_lock_of_a_virtual_environment_is_held_too(bench: Workbench, ui: Ui) -> None:
    uv = bench.prefix / ".lock"
    uv.touch()
    paths = lock_paths(SchemePaths(bench.target.scheme))
    assert str(uv) in paths
    with uv.open("rb") as stream, locked(paths, 0, ui), pytest.raises(BlockingIOError):
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_twenty_runs_at_once_leave_one_whole_installation(wheelhouse: Path, tmp_path: Path) -> None:
    wheels = demo(wheelhouse, "1.0"), demo(wheelhouse, "2.0")
    bench = Workbench(tmp_path / "shared", python="/usr/bin/python3")
    expected = []
    for number, wheel in enumerate(wheels):
        alone = Workbench(tmp_path / f"alone{number}", python="/usr/bin/python3")
        alone.install(wheel)
        expected.append(picture(alone.prefix, times=False))
    children = [_forked(partial(bench.install, wheels[number % 2])) for number in range(20)]
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 20
    assert picture(bench.prefix, times=False) in expected


def _forked(action: Callable[[], object]) -> int:
    child = os.fork()
    if child == 0:
        try:
            action()
            os._exit(0)
        finally:
            os._exit(1)
    return child
