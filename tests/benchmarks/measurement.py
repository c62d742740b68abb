"""Runs a command as a whole process and says how long it took and how much memory it needed."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_KIBIBYTE = 1 if sys.platform == "darwin" else 1024
TIMEOUT = 900.0


@dataclass(frozen=True)
class Command:
    """One process to start: its arguments, its whole environment, and where its output goes."""

    arguments: tuple[str, ...]
    environ: Mapping[str, str]
    log: Path


@dataclass(frozen=True)
class Usage:
    """What one run needed."""

    seconds: float
    peak: int
    """Bytes of the largest process of the tree (`ru_maxrss` of it and its waited-for children)."""
    status: int


@dataclass(frozen=True)
class Spread:
    """The median of some figures, and the range they lie in."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, figures: Sequence[float]) -> Spread:
        """Summarize at least one figure."""
        return cls(statistics.median(figures), min(figures), max(figures))


def measure(commands: Sequence[Command], timeout: float = TIMEOUT) -> list[Usage]:
    """Start the commands at once and wait for all; each one's time is counted from the start.

    They become leaders of process groups of their own, which are killed after the timeout.
    """
    os.sync()  # what the run before wrote is not written during this one
    started = time.perf_counter()
    processes = [_start(command) for command in commands]
    timer = threading.Timer(timeout, _kill, [[process.pid for process in processes]])
    timer.start()
    try:
        waiting = {process.pid: position for position, process in enumerate(processes)}
        usages: dict[int, Usage] = {}
        while waiting:
            pid, wait_status, used = os.wait4(-1, 0)
            seconds = time.perf_counter() - started
            if pid in waiting:
                status = os.waitstatus_to_exitcode(wait_status)
                usages[waiting.pop(pid)] = Usage(seconds, used.ru_maxrss * _KIBIBYTE, status)
    finally:
        timer.cancel()
    for position, process in enumerate(processes):
        process.returncode = usages[position].status  # wait4 has taken it from subprocess
    return [usages[position] for position in range(len(processes))]


def memory_floor() -> int:
    """Return the smallest peak that can be seen: a started process first shares our own pages."""
    import resource  # not on Windows, where the rest of this package is imported too

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KIBIBYTE


def _start(command: Command) -> subprocess.Popen[bytes]:
    with command.log.open("wb") as log:
        return subprocess.Popen(
            command.arguments,
            env=dict(command.environ),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _kill(groups: Sequence[int]) -> None:
    for group in groups:
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
