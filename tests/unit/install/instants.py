"""Every moment of an installation: before each of its file-system calls, something may happen.

Python's audit events (PEP 578) announce each call before it is made, our own exchange included, so
that a kill, a signal or an error can be put exactly there, without changing what runs.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.reliability.killer import CALLS
from tests.unit.children import run_in_child

_CALLS = CALLS | {"fcntl.flock"}
Event = Callable[[str], None]
_listeners: list[Event] = []


def _hook(event: str, _: tuple[object, ...]) -> None:
    if _listeners and event in _CALLS:
        _listeners[-1](event)


sys.addaudithook(_hook)


@contextmanager
def listening(listener: Event) -> Iterator[None]:
    """Call the listener before each file-system call."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def at(number: int, happen: Callable[[], None]) -> Event:
    """Return a listener that lets something happen once, at the call of that number."""
    seen = 0

    def listener(_: str) -> None:
        nonlocal seen
        seen += 1
        if seen == number:
            happen()

    return listener


def count(action: Callable[[], object]) -> int:
    """Return how many file-system calls an action makes."""
    seen: list[str] = []
    with listening(seen.append):
        action()
    return len(seen)


def in_child(action: Callable[[], object], number: int, deadly: signal.Signals) -> int:
    """Run an action in a child that gets a signal at one instant; return how it ended.

    0 means that it came to its end, a negative number is the signal that ended it.
    """

    def run() -> None:
        with listening(at(number, lambda: os.kill(os.getpid(), deadly))):
            action()

    handled = () if deadly is signal.SIGKILL else (deadly,)
    return run_in_child(run, *handled)
