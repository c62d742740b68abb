"""Waits that are cut into short ones, as on Windows, and waits that are not."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from bootstrap import waiting


@pytest.fixture(params=[None, 0.02], ids=["whole", "in slices"], autouse=True)
def slices(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether waits are cut; both on every system."""
    monkeypatch.setattr(waiting, "_SLICE", request.param)
    return request.param is not None


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """Four threads."""
    with ThreadPoolExecutor(4) as pool:
        yield pool


def after(seconds: float, value: object) -> object:
    time.sleep(seconds)
    if isinstance(value, BaseException):
        raise value
    return value


def test_a_call_returns_or_raises_what_the_function_does(slices: bool) -> None:
    assert waiting.call_interruptibly(lambda: after(0.1, 3)) == 3
    with pytest.raises(TimeoutError, match="its own"):
        waiting.call_interruptibly(lambda: after(0.1, TimeoutError("its own")))
    thread = waiting.call_interruptibly(threading.current_thread)
    assert (thread is threading.main_thread()) == (not slices)


def test_another_thread_than_the_main_one_calls_itself(pool: ThreadPoolExecutor) -> None:
    caller, called = pool.submit(
        lambda: (threading.current_thread(), waiting.call_interruptibly(threading.current_thread))
    ).result()
    assert caller is called


def test_a_result_is_waited_for(pool: ThreadPoolExecutor) -> None:
    assert waiting.result(pool.submit(after, 0.1, 5)) == 5
    with pytest.raises(ValueError, match="so"):
        waiting.result(pool.submit(after, 0.1, ValueError("so")))


def test_the_first_failure_ends_the_wait_for_calls(pool: ThreadPoolExecutor) -> None:
    slow = pool.submit(after, 1.0, 1)
    failing: Future[object] = pool.submit(after, 0.1, ValueError())
    waiting.wait_for_calls([slow, failing])
    assert failing.done()
    assert not slow.done()
    waiting.wait_for_calls([slow])
    assert slow.done()


def test_results_come_as_they_arrive(pool: ThreadPoolExecutor) -> None:
    futures = [pool.submit(after, seconds, seconds) for seconds in (0.3, 0.0, 0.15)]
    assert list(waiting.in_order_of_arrival(futures)) == [0.0, 0.15, 0.3]
    with pytest.raises(ValueError, match="so"):
        list(waiting.in_order_of_arrival([pool.submit(after, 0, ValueError("so"))]))


def test_a_lock_is_held_by_one_thread_at_a_time() -> None:
    lock = threading.Lock()
    lock.acquire()
    threading.Timer(0.1, lock.release).start()
    with waiting.hold(lock):
        assert not lock.acquire(blocking=False)
    assert lock.acquire(blocking=False)


def test_a_process_is_waited_for_so_long() -> None:
    program = [sys.executable, "-c", "import sys, time; time.sleep(0.5); sys.exit(7)"]
    with subprocess.Popen(program) as process:
        with pytest.raises(subprocess.TimeoutExpired, match=r"after 0\.05 seconds"):
            waiting.wait_for_process(process, 0.05)
        assert waiting.wait_for_process(process, 60) == 7
        assert waiting.wait_for_process(process) == 7


def test_a_thread_is_waited_for_so_long() -> None:
    thread = threading.Thread(target=time.sleep, args=(0.4,))
    thread.start()
    waiting.wait_for_thread(thread, 0.05)
    assert thread.is_alive()
    waiting.wait_for_thread(thread)
    assert not thread.is_alive()
