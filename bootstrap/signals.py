"""Signals that end a run: SIGINT, SIGTERM and SIGHUP.

`raise_on_termination` surrounds a whole run: SIGTERM and SIGHUP raise an exception, as SIGINT does
in Python, so that everything the run started is stopped and removed. `SignalGuard` surrounds a
change of an environment: signals interrupt its preparation and wait until its commit is done.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from bootstrap.errors import BootstrapError

_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
_CONTROL_C_EXIT = 0xC000013A
"""Windows' status of a program that Ctrl-C ended."""


class StoppedError(BootstrapError):
    """The run is ending while something was still to be downloaded or built.

    Causes: the run was interrupted.

    Next: run the same command again: nothing was left half done.
    """

    def __init__(self) -> None:
        super().__init__("The run is ending; no further work is started.")


class Terminated(KeyboardInterrupt):
    """A signal arrived that would have killed this process."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(number)

    def __str__(self) -> str:
        return f"Ended by {signal.Signals(self.number).name}"


def kill_self(number: int) -> None:
    """End this process by a signal, so that the parent process sees why it ended."""
    if os.name == "nt" and number == signal.SIGINT:
        # As Python itself ends. The C library would end with status 3.
        for stream in filter(None, (sys.stdout, sys.stderr)):
            with suppress(OSError, ValueError):
                stream.flush()
        os._exit(_CONTROL_C_EXIT - (1 << 32))
    signal.signal(number, signal.SIG_DFL)
    signal.raise_signal(number)


@contextmanager
def raise_on_termination() -> Iterator[None]:
    """Raise `Terminated`, once, where a signal would kill this process.

    A signal that is ignored (`nohup`) stays ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    deadly = [number for number in _SIGNALS if signal.getsignal(number) is signal.SIG_DFL]

    def terminate(received: int, _frame: FrameType | None) -> None:
        for number in deadly:  # nothing may interrupt the clean-up
            signal.signal(number, signal.SIG_IGN)
        raise Terminated(received)

    for number in deadly:
        signal.signal(number, terminate)
    try:
        yield
    finally:
        for number in deadly:
            signal.signal(number, signal.SIG_DFL)


@contextmanager
def delay_signals() -> Iterator[None]:
    """Delay signals until the end of the block: what it removes, or puts in place, is whole."""
    with SignalGuard().install():
        yield


class SignalGuard:
    """Raises `Terminated` where signals are allowed, and delays them elsewhere.

    Only the first signal raises it, so that nothing interrupts the clean-up. Signals arrive only
    in the main thread; in other threads nothing needs to be done.
    """

    def __init__(self) -> None:
        self._is_allowed = False
        self._pending: int | None = None
        self._was_raised = False

    @contextmanager
    def install(self) -> Iterator[None]:
        """Take the signals over during the block.

        After it the previous handlers are back, and a signal that was raised is sent again.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        taken = {
            number: handler
            for number in _SIGNALS
            if callable(handler := signal.getsignal(number)) or handler is signal.SIG_DFL
        }
        for number in taken:
            signal.signal(number, self._receive)
        received: Terminated | None = None
        try:
            yield
            self._raise_pending()
        except Terminated as exc:
            received = exc
        finally:
            for number, handler in taken.items():
                signal.signal(number, handler)
        if received is not None:
            if received.number == signal.SIGINT:
                raise KeyboardInterrupt from received
            signal.raise_signal(received.number)
            raise received

    @contextmanager
    def allow(self) -> Iterator[None]:
        """Let signals interrupt the block, one that arrived earlier at once."""
        with self._set_allowed(allowed=True):
            yield

    @contextmanager
    def delay(self) -> Iterator[None]:
        """Delay signals until the end of the block."""
        with self._set_allowed(allowed=False):
            yield

    @contextmanager
    def _set_allowed(self, *, allowed: bool) -> Iterator[None]:
        before, self._is_allowed = self._is_allowed, allowed
        try:
            if allowed:
                self._raise_pending()
            yield
        finally:
            self._is_allowed = before
        if before:
            self._raise_pending()

    def _receive(self, number: int, _frame: FrameType | None) -> None:
        self._pending = number
        if self._is_allowed:
            self._raise_pending()

    def _raise_pending(self) -> None:
        if self._pending is not None and not self._was_raised:
            self._was_raised = True
            raise Terminated(self._pending)
