"""SIGTERM and SIGHUP end a run in order, as Ctrl-C does, so that nothing it started outlives it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from bootstrap.errors import BootstrapError

_SIGNALS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


class StoppedError(BootstrapError):
    """The run is ending while something was still to be fetched or built."""

    def __init__(self) -> None:
        super().__init__("The run is ending: nothing more is begun.")


class Terminated(KeyboardInterrupt):
    """A signal that would have killed us at once."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(number)

    def __str__(self) -> str:
        return f"Ended by {signal.Signals(self.number).name}"

    def carry_out(self) -> None:
        """Die of the signal, so that whoever started us sees why."""
        die_of(self.number)


def die_of(number: int) -> None:
    """End this process by a signal, whoever else would have answered it."""
    signal.signal(number, signal.SIG_DFL)
    signal.raise_signal(number)


@contextmanager
def orderly() -> Iterator[None]:
    """Raise `Terminated` once where a signal would kill us; one that is ignored stays ignored."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    deadly = [each for each in _SIGNALS if signal.getsignal(each) is signal.SIG_DFL]

    def terminate(number: int, _frame: FrameType | None) -> None:
        for each in deadly:  # nothing is to disturb the tidying up
            signal.signal(each, signal.SIG_IGN)
        raise Terminated(number)

    for each in deadly:
        signal.signal(each, terminate)
    try:
        yield
    finally:
        for each in deadly:
            signal.signal(each, signal.SIG_DFL)
