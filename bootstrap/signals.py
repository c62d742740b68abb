"""SIGTERM and SIGHUP end a run in order, as Ctrl-C does, so that nothing it started outlives it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

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


# FOLDED from bootstrap/install/commit/interrupts.py
_INTERRUPTS_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


class Interrupted(BaseException):  # like KeyboardInterrupt: no error
    """A signal that would have killed us; it does so once everything is tidy."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(number)


class Interrupts:
    """Turns deadly signals into exceptions, where they are `allowed`; holds them back elsewhere.

    Only the first one is raised, so that nothing disturbs the tidying up that it causes. In threads
    other than the main one signals never arrive, and nothing needs to be done.
    """

    def __init__(self) -> None:
        self._allowed = False
        self._pending: int | None = None
        self._raised = False

    @contextmanager
    def handled(self) -> Iterator[None]:
        """Take the signals over; one that was raised kills once the block is left."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {each: signal.getsignal(each) for each in _INTERRUPTS_SIGNALS}
        for each, handler in before.items():
            if callable(handler) or handler is signal.SIG_DFL:
                signal.signal(each, self._receive)
        try:
            yield
            self._raise_pending()
        except Interrupted as exc:
            _restore(before)
            if exc.number == signal.SIGINT:
                raise KeyboardInterrupt from exc
            signal.raise_signal(exc.number)
            raise
        finally:
            _restore(before)

    @contextmanager
    def allowed(self) -> Iterator[None]:
        """Let signals raise `Interrupted` inside the block, one that waits already at once."""
        with self._mode(allowed=True):
            yield

    @contextmanager
    def postponed(self) -> Iterator[None]:
        """Hold signals back until the block is left."""
        with self._mode(allowed=False):
            yield

    @contextmanager
    def _mode(self, *, allowed: bool) -> Iterator[None]:
        before, self._allowed = self._allowed, allowed
        try:
            if allowed:
                self._raise_pending()
            yield
        finally:
            self._allowed = before
        if before:
            self._raise_pending()

    def _receive(self, number: int, _frame: FrameType | None) -> None:
        self._pending = number
        if self._allowed:
            self._raise_pending()

    def _raise_pending(self) -> None:
        if self._pending is not None and not self._raised:
            self._raised = True
            raise Interrupted(self._pending)


def _restore(handlers: dict[Any, Any]) -> None:
    for each, handler in handlers.items():
        if handler is not None:  # one not set from Python cannot be set again from Python
            signal.signal(each, handler)
