"""Compares two contestants pair by pair: one run of each, taken in the same round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tests.benchmarks.measurement import Spread
from tests.benchmarks.model import Goal, Metric
from tests.benchmarks.runner import Run, ScenarioResult

Verdict = Literal["reached", "not reached", "failed", ""]


@dataclass(frozen=True)
class Comparison:
    """A goal, and the figures measured for it."""

    goal: Goal
    title: str
    subject: Spread | None
    against: Spread | None
    ratio: Spread | None
    problem: str = ""

    @property
    def verdict(self) -> Verdict:
        """Say whether the goal is reached; empty where none is set."""
        if self.ratio is None:
            return "failed"
        if self.goal.limit is None:
            return ""
        return "reached" if self.ratio.median <= self.goal.limit else "not reached"


def compare(goal: Goal, result: ScenarioResult) -> Comparison:
    """Compare what a goal names."""
    subject, against = result.runs[goal.subject], result.runs[goal.against]
    problem = result.problem(goal.subject) or result.problem(goal.against)
    title = result.scenario.title
    if problem:
        return Comparison(
            goal,
            title,
            spread_of(subject, goal.metric),
            spread_of(against, goal.metric),
            None,
            problem,
        )
    pairs = zip(subject, against, strict=True)
    ratios = [_figure(ours, goal.metric) / _figure(theirs, goal.metric) for ours, theirs in pairs]
    spreads = (spread_of(subject, goal.metric), spread_of(against, goal.metric))
    return Comparison(goal, title, *spreads, Spread.of(ratios))


def spread_of(runs: tuple[Run, ...], metric: Metric) -> Spread | None:
    """Summarize runs; None if one of them has a problem."""
    if any(run.problem for run in runs):
        return None
    return Spread.of([_figure(run, metric) for run in runs])


def _figure(run: Run, metric: Metric) -> float:
    return run.seconds if metric == "seconds" else run.peak / 1e6
