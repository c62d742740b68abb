"""Runs a command as a whole process and says how long it took and how much memory it needed."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_LAUNCHER = Path(__file__).with_name("launcher.py")
_KIBIBYTE = 1 if sys.platform == "darwin" else 1024
TIMEOUT = 300.0


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
    asked = {
        "timeout": timeout,
        "commands": [{**vars(each), "log": str(each.log)} for each in commands],
    }
    launcher = [sys.executable, "-I", "-S", str(_LAUNCHER)]
    os.sync()  # what the run before wrote is not written during this one
    done = subprocess.run(
        launcher, input=json.dumps(asked), stdout=subprocess.PIPE, text=True, check=True
    )
    return [
        Usage(seconds, peak * _KIBIBYTE, status)
        for seconds, peak, status in json.loads(done.stdout)
    ]


def memory_floor() -> int:
    """Return the smallest peak that can be seen: a started process first shares its starter's."""
    (usage,) = measure([Command(("/bin/true",), {}, Path(os.devnull))])
    return usage.peak
