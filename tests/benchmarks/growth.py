"""How the cost grows with the work: the jobs of `--growth`, on indexes made for them."""

from __future__ import annotations

from tests.benchmarks.jobs import INDEX, OURS, UV, ours, pip, uv
from tests.benchmarks.model import Goal, Outcome, Scenario

_PROCESSES = (1, 10, 50)


def _growing(index: str, title: str, requirement: str, at_least: int = 1) -> Scenario:
    return Scenario(
        index,
        title,
        Outcome((requirement,), at_least),
        (
            ours(f"--python {{target_python}} --installer none {INDEX} {requirement}"),
            pip(f"install --no-compile {INDEX} {requirement}"),
            uv(f"pip install --python {{target_python}} --index-url {{index}} {requirement}"),
        ),
        index,
    )


def _at_once(count: int) -> Scenario:
    """Many runs that share one cache, empty at first, each with a target of its own."""
    return Scenario(
        f"processes-{count}",
        f"{count} processes at once on one cold cache, 10 wheels each"
        if count > 1
        else "1 process on a cold cache, 10 wheels each",
        Outcome(("whole",), 11),
        (
            ours(f"--python {{target_python}} --installer none {INDEX} whole", copies=count),
            pip(f"install --no-compile {INDEX} whole", copies=count),
            uv("pip install --python {target_python} --index-url {index} whole", copies=count),
        ),
        "wheels-10",
    )


SCENARIOS = (
    *(_growing(f"wheels-{n}", f"{n} wheels of 20 modules", "whole", n + 1) for n in (10, 100, 500)),
    *(_growing(f"large-{n}", f"a wheel of {n} MB", "large") for n in (5, 50, 500)),
    *(_growing(f"files-{n}", f"a page of {n:,} files", "many") for n in (100, 1_000, 10_000)),
    *(_at_once(count) for count in _PROCESSES),
)

GOALS = tuple(
    Goal("growth", scenario.name, OURS, peer) for scenario in SCENARIOS for peer in ("pip", UV)
)
