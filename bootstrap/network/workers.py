"""Work that goes on while somebody else thinks: a few threads for each kind of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Background:
    """Threads by kind of work; work may wait for another kind's, never for its own."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._lock = threading.Lock()
        self._pools: dict[str, ThreadPoolExecutor] = {}

    def begin(
        self, kind: str, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs
    ) -> Future[R]:
        """Call the function soon, and return at once."""
        with self._lock:
            if kind not in self._pools:
                self._pools[kind] = ThreadPoolExecutor(self._workers, kind)
            return self._pools[kind].submit(function, *args, **kwargs)

    def end(self) -> None:
        """Drop what has not begun, and wait for the rest."""
        for pool in self._pools.values():
            pool.shutdown(cancel_futures=True)
