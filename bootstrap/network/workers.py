"""Background threads: a few for each kind of work; all of them stop when the session is closed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from bootstrap.signals import StoppedError
from bootstrap.waiting import wait_for_calls, wait_for_thread

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

WORKERS = 8
WAITING_WORKERS = 16
"""Of work that mostly waits for the way to the server, or for other work."""
_WAITING = {"metadata", "likely candidates"}

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")


class Workers:
    """The threads of a session, and how their work learns that nobody waits for it any more."""

    def __init__(self) -> None:
        self._closing = threading.Event()
        self._batch = threading.local()
        self._lock = threading.Lock()
        self._pools: dict[str, ThreadPoolExecutor] = {}

    def in_parallel(self, function: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """Call the function for each item in a few threads; results are in the order of the items.

        The first error is raised: running calls then stop at their next chunk, others never start.
        """
        items = list(items)
        if len(items) < 2:
            return [function(item) for item in items]
        with self._open_batch(min(WORKERS, len(items))) as pool:
            futures = [pool.submit(function, item) for item in items]
            wait_for_calls(futures)
            return [future.result() for future in futures if future.done()]

    @contextmanager
    def _open_batch(self, workers: int) -> Iterator[ThreadPoolExecutor]:
        """Open threads that end with the block; after Ctrl-C, `end` ends them."""
        from concurrent.futures import ThreadPoolExecutor

        stop = threading.Event()
        # Each thread of this batch stops what it fetches once `stop` is set.
        initargs = (self._batch, "stop", stop)
        pool = ThreadPoolExecutor(workers, "fetch", initializer=setattr, initargs=initargs)
        name = f"batch {id(pool)}"
        self._pools[name] = pool
        is_interrupted = False
        try:
            yield pool
        except KeyboardInterrupt:
            is_interrupted = True
            raise
        finally:
            stop.set()
            if not is_interrupted:
                pool.shutdown(cancel_futures=True)
                del self._pools[name]

    def submit(
        self, kind: str, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs
    ) -> Future[R]:
        """Call the function in a background thread; each kind of work has its own few threads.

        A call may wait for work of another kind, but never of its own.
        """
        from concurrent.futures import ThreadPoolExecutor

        with self._lock:
            if kind not in self._pools:
                workers = WAITING_WORKERS if kind in _WAITING else WORKERS
                self._pools[kind] = ThreadPoolExecutor(workers, kind)
            return self._pools[kind].submit(function, *args, **kwargs)

    @property
    def is_stopping(self) -> bool:
        """Whether all work is to stop."""
        return self._closing.is_set()

    def stop(self) -> None:
        """Let running work stop at its next chunk, and all that wait wake up."""
        self._closing.set()

    def end(self, grace: float | None) -> None:
        """Wait until all threads have ended, or for so many seconds; the rest never starts."""
        if self._pools:
            ending = threading.Thread(target=self._shut_down, daemon=True)
            ending.start()
            wait_for_thread(ending, grace)

    def _shut_down(self) -> None:
        for pool in list(self._pools.values()):
            pool.shutdown(cancel_futures=True)

    def sleep(self, seconds: float) -> None:
        """Wait. Raises `StoppedError` as soon as nobody waits for this thread's work any more."""
        self._stop_of_thread.wait(seconds)
        self.raise_if_stopped()

    def raise_if_stopped(self) -> None:
        """Raise `StoppedError` if nobody waits for this thread's work any more."""
        if self._closing.is_set() or self._stop_of_thread.is_set():
            raise StoppedError

    @property
    def _stop_of_thread(self) -> threading.Event:
        stop: threading.Event = getattr(self._batch, "stop", self._closing)
        return stop
