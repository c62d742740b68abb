"""Every moment of an installation: before each of its file-system calls, something may happen.

Python's audit events (PEP 578) announce each call before it is made, our own exchange included, so
that a kill, a signal or an error can be put exactly there, without changing what runs.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_CALLS = {
    "open",
    "os.chmod",
    "os.link",
    "os.listdir",
    "os.mkdir",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.scandir",
    "os.utime",
    "fcntl.flock",
    "bootstrap.install.exchange",
}
_DISPOSITIONS = {signal.SIGINT: signal.default_int_handler}
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
    child = os.fork()
    if child == 0:
        status = 1
        if deadly is not signal.SIGKILL:
            signal.signal(deadly, _DISPOSITIONS.get(deadly, signal.SIG_DFL))
        try:
            with listening(at(number, lambda: os.kill(os.getpid(), deadly))):
                action()
            status = 0
        except KeyboardInterrupt:
            status = 2
        except BaseException:  # noqa: BLE001  # whatever it is, the child ends here
            traceback.print_exc()
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
