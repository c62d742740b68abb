"""Work done ahead in the background, each thing once."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.index.candidate import Candidate
from bootstrap.metadata.core import Metadata
from bootstrap.network.session import Session

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Lookahead(Generic[K, V]):
    """Remembers what a function returned for each key, and may call it before it is asked.

    What a call raised is raised to whoever asks for its key, and to nobody else.
    """

    def __init__(self, kind: str, function: Callable[[K], V], session: Session) -> None:
        self._kind = kind
        self._function = function
        self._session = session
        self._lock = threading.Lock()
        self._begun: dict[K, Future[V]] = {}

    def start(self, key: K) -> None:
        """Begin in the background, unless it was begun already."""
        with self._lock:
            if key not in self._begun:
                self._begun[key] = self._session.begin(self._kind, self._function, key)

    def __call__(self, key: K) -> V:
        """Return the result: at once, when it is there, or by calling in this thread."""
        with self._lock:
            future = self._begun.get(key)
            if future is not None and not future.cancel():
                is_ours = False
            else:  # not begun, or taken out of the queue
                future, is_ours = Future(), True
                self._begun[key] = future
        if is_ours:
            self._run(key, future)
        return future.result()

    def has(self, key: K) -> bool:
        """Say whether somebody asked for a key already."""
        with self._lock:
            return key in self._begun

    def stop(self) -> None:
        """Take out of the queue what has not begun."""
        with self._lock:
            for key, future in list(self._begun.items()):
                if future.cancel():
                    del self._begun[key]

    def _run(self, key: K, future: Future[V]) -> None:
        future.set_running_or_notify_cancel()  # so that nobody takes it for one in the queue
        try:
            future.set_result(self._function(key))
        except BaseException as error:  # noqa: BLE001  # told by `future.result`
            future.set_exception(error)


# FOLDED from bootstrap/preparer/foresight.py
MOST = 32
"""Of so many older versions metadata is fetched ahead, at most."""


class Foresight:
    """Notes which versions the resolver tries in turn, and begins to fetch the next ones."""

    def __init__(self, metadata: Lookahead[Candidate, Metadata]) -> None:
        self._metadata = metadata
        self._tried: dict[NormalizedName, set[Version]] = {}
        self._orders: dict[NormalizedName, list[Candidate]] = {}

    def note(self, candidate: Candidate, candidates: Sequence[Candidate]) -> None:
        """Take notice that a candidate is tried, out of all those of its project."""
        tried = self._tried.setdefault(candidate.name, set())
        tried.add(candidate.version)
        if len(tried) > 1:  # the first one most often does
            if candidate.name not in self._orders:
                self._orders[candidate.name] = oldest_first(candidates)
            order = self._orders[candidate.name]
            end = bisect_left(order, candidate.version, key=lambda each: each.version)
            for each in reversed(order[max(0, end - min(len(tried), MOST)) : end]):
                self._metadata.start(each)


def oldest_first(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the best wheel of each version that was not withdrawn."""
    best: dict[Version, Candidate] = {}
    for each in candidates:
        if each.is_wheel and each.file.yanked is None:
            best.setdefault(each.version, each)
    return sorted(best.values(), key=lambda each: each.version)
