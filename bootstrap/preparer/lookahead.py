"""Work done ahead in the background, each thing once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

WORKERS = 8


class Lookahead(Generic[K, V]):
    """Remembers what a function returned for each key, and may call it before it is asked.

    What a call raised is raised to whoever asks for its key, and to nobody else.
    """

    def __init__(self, function: Callable[[K], V]) -> None:
        self._function = function
        self._lock = threading.Lock()
        self._begun: dict[K, Future[V]] = {}
        self._pool: ThreadPoolExecutor | None = None

    def start(self, key: K) -> None:
        """Begin in the background, unless it was begun already."""
        from concurrent.futures import ThreadPoolExecutor

        with self._lock:
            if key not in self._begun:
                self._pool = self._pool or ThreadPoolExecutor(WORKERS, "lookahead")
                self._begun[key] = self._pool.submit(self._function, key)

    def __call__(self, key: K) -> V:
        """Return the result: at once, when it is there, or by calling in this thread."""
        from concurrent.futures import Future

        with self._lock:
            future = self._begun.get(key)
            is_ours = future is None or future.cancel()  # cancelled: it was still in the queue
            if future is None or is_ours:
                future = self._begun[key] = Future()
                future.set_running_or_notify_cancel()  # nobody may take it for one in the queue
        if is_ours:
            try:
                future.set_result(self._function(key))
            except BaseException as error:
                future.set_exception(error)
                raise
        return future.result()

    def close(self) -> None:
        """Begin nothing more; what is under way ends by itself."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)
