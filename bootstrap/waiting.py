"""Waiting that Ctrl-C interrupts on Windows, too.

There, it interrupts a wait for time only. Who waits for a lock, a process or a socket learns of it
when that wait is over. So waits are cut into short ones there, and the main thread leaves the
network to another one.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import subprocess
    from concurrent.futures import Future

R = TypeVar("R")

_SLICE = 0.1 if os.name == "nt" else None
"""Seconds of one wait; elsewhere it lasts until what is waited for happens."""


def call_interruptibly(function: Callable[[], R]) -> R:
    """Call a function that waits for the network; Windows' main thread calls it in another one.

    After Ctrl-C that thread is left behind, and does not keep the process alive.
    """
    if _SLICE is None or threading.current_thread() is not threading.main_thread():
        return function()
    from concurrent.futures import Future

    future: Future[R] = Future()

    def call() -> None:
        try:
            future.set_result(function())
        except BaseException as error:  # noqa: BLE001  # raised by `result`
            future.set_exception(error)

    threading.Thread(target=call, daemon=True, name="network").start()
    return result(future)


def result(future: Future[R]) -> R:
    """Wait for a call in another thread, and return or raise what it did."""
    wait_for_calls([future])
    return future.result()


def wait_for_calls(futures: Collection[Future[R]]) -> None:
    """Wait until all calls are done, or one has failed."""
    from concurrent.futures import FIRST_EXCEPTION, wait

    pending: Collection[Future[R]] = futures
    while pending:
        done, pending = wait(futures, _SLICE, FIRST_EXCEPTION)
        if any(future.cancelled() or future.exception() is not None for future in done):
            return


def in_order_of_arrival(futures: Iterable[Future[R]]) -> Iterator[R]:
    """Yield the results of calls in other threads, as they arrive; raise the first error."""
    from concurrent.futures import FIRST_COMPLETED, wait

    pending = set(futures)
    while pending:
        done, pending = wait(pending, _SLICE, FIRST_COMPLETED)
        for future in done:
            yield future.result()


@contextmanager
def hold(lock: threading.Lock) -> Iterator[None]:
    """Hold a lock that another thread may hold for long."""
    while not lock.acquire(timeout=-1 if _SLICE is None else _SLICE):
        pass
    try:
        yield
    finally:
        lock.release()


def wait_for_thread(thread: threading.Thread, timeout: float | None = None) -> None:
    """Wait until a thread ends, or for so many seconds."""
    deadline = None if timeout is None else time.monotonic() + timeout
    while thread.is_alive() and (seconds := _next_wait(deadline)) != 0:
        thread.join(seconds)


def wait_for_process(process: subprocess.Popen[bytes], timeout: float | None = None) -> int:
    """Wait until a process ends, and return its status. Raises `subprocess.TimeoutExpired`."""
    deadline = None if timeout is None else time.monotonic() + timeout
    if _SLICE is None:
        return process.wait(timeout)
    import subprocess

    while process.poll() is None:
        seconds = _next_wait(deadline)
        if seconds == 0 and timeout is not None:
            raise subprocess.TimeoutExpired(process.args, timeout)
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
    return process.returncode


def _next_wait(deadline: float | None) -> float | None:
    """Return the seconds of the next wait: 0 where none is left, None for one without an end."""
    if deadline is None:
        return _SLICE
    left = max(0.0, deadline - time.monotonic())
    return left if _SLICE is None else min(_SLICE, left)
