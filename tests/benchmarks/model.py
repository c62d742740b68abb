"""What is measured: scenarios, their contestants, and the goals that compare two of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Metric = Literal["seconds", "peak"]
Target = Literal["empty", "absent", "filled", "none"]
Cache = Literal["cold", "warm"]


@dataclass(frozen=True)
class Contestant:
    """One command that does a scenario's work.

    Words of the command in braces are replaced: see `runner.py`.
    """

    name: str
    peer: str
    """Which program this is: `ours`, `pip`, `get-pip`, `uv`, …"""
    command: str
    target: Target = "empty"
    cache: Cache = "cold"
    """Whether HOME, where each program has its cache, is empty or kept from run to run."""
    compiles: bool | None = False
    """Whether bytecode must be in the target afterwards; None where it does not matter."""
    variables: Mapping[str, str] = field(default_factory=dict)
    prints: str | None = None
    """What its output matches instead of what the scenario says."""
    copies: int = 1
    """How many processes of it start at once, each with a target of its own."""


@dataclass(frozen=True)
class Outcome:
    """What must be true after each run of a scenario; what is not so has no time."""

    installed: tuple[str, ...] = ()
    """Projects in the target, each with all files of its RECORD."""
    at_least: int = 0
    """How many distributions are in the target."""
    unchanged: bool = False
    """The target has the distributions that it had."""
    prints: str = ""
    """A regular expression that the output matches."""
    fails: bool = False
    """The work is to find out that it cannot be done."""


@dataclass(frozen=True)
class Scenario:
    """Work that several contestants do in turn."""

    name: str
    title: str
    outcome: Outcome
    contestants: tuple[Contestant, ...]
    index: str = ""
    """The name of an index (`indexes.py`); without one no server runs."""
    latency_ms: int = 0
    fill: tuple[str, ...] = ()
    """What a `filled` target has before the run."""


@dataclass(frozen=True)
class Goal:
    """The ratio that one contestant's figure should have to another's; no limit: only shown."""

    job: str
    scenario: str
    subject: str
    against: str
    limit: float | None = None
    metric: Metric = "seconds"
