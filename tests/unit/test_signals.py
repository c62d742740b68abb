from __future__ import annotations

import os
import signal

import pytest

from bootstrap.signals import SignalGuard, Terminated, raise_on_termination
from tests.unit.children import run_in_child

_ENDING = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_would_kill_raises_once_and_the_clean_up_is_not_interrupted(
    number: signal.Signals,
) -> None:
    def interrupt_twice() -> None:
        try:
            signal.raise_signal(number)
        finally:
            signal.raise_signal(number)  # while cleaning up

    def run() -> None:
        with pytest.raises(Terminated, match=f"Ended by {number.name}"), raise_on_termination():
            interrupt_twice()

    assert run_in_child(run, number) == 0


def test_an_ignored_signal_stays_ignored() -> None:
    def run() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        with raise_on_termination():
            signal.raise_signal(signal.SIGHUP)

    assert run_in_child(run) == 0


@pytest.mark.parametrize("number", _ENDING)
def test_a_delayed_signal_takes_effect_after_the_block(number: signal.Signals) -> None:
    steps: list[str] = []

    def run() -> None:
        guard = SignalGuard()
        try:
            with guard.install(), guard.allow():
                with guard.delay():
                    signal.raise_signal(number)
                    steps.append("end of block")
                steps.append("not reached")
        finally:
            if steps != ["end of block"]:
                os._exit(99)

    expected = 2 if number == signal.SIGINT else -number
    assert run_in_child(run, number) == expected


def test_a_guard_inside_a_run_ends_the_run_once_by_the_same_exception() -> None:
    def terminate_twice() -> None:
        guard = SignalGuard()
        try:
            with guard.install(), guard.allow():
                signal.raise_signal(signal.SIGTERM)
        finally:
            signal.raise_signal(signal.SIGTERM)  # while cleaning up

    def run() -> None:
        with pytest.raises(Terminated, match="SIGTERM"), raise_on_termination():
            terminate_twice()

    assert run_in_child(run, signal.SIGTERM) == 0
