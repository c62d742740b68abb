"""Shows what was measured as Markdown, and writes it into `docs/speed.md`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.measurement import Spread
from tests.benchmarks.model import Goal
from tests.benchmarks.ratios import Comparison, compare, spread_of
from tests.benchmarks.runner import ScenarioResult


@dataclass(frozen=True)
class Facts:
    """On what the figures were measured."""

    lines: tuple[str, ...]


def goals_table(goals: Iterable[Goal], results: Sequence[ScenarioResult]) -> Iterator[str]:
    """Return one row for each goal."""
    yield "| job | work | ours | peer | its | ratio | goal | |"
    yield "|---|---|---|---|---|---|---|---|"
    by_name = {result.scenario.name: result for result in results}
    for goal in goals:
        result = by_name.get(goal.scenario)
        if result and {goal.subject, goal.against} <= set(result.runs):
            yield _goal_row(compare(goal, result))


def figures_table(results: Iterable[ScenarioResult]) -> Iterator[str]:
    """Return one row for each contestant of each scenario."""
    yield "| work | who | seconds (median, range) | peak MB | distributions |"
    yield "|---|---|---|---|---|"
    for result in results:
        for name, runs in result.runs.items():
            seconds, peak = spread_of(runs, "seconds"), spread_of(runs, "peak")
            count = len(runs[-1].versions) or ""
            if seconds and peak:
                range_ = f"{_seconds(seconds.low)} to {_seconds(seconds.high)}"
                figures = f"{_seconds(seconds.median)} ({range_}) | {peak.median:.0f}"
                yield f"| {result.scenario.title} | {name} | {figures} | {count} |"
            else:
                yield f"| {result.scenario.title} | {name} | failed | | {count} |"


def remarks(results: Iterable[ScenarioResult]) -> Iterator[str]:
    """Return what a reader must know besides: failures, differences, and what an index lacked."""
    for result in results:
        title = result.scenario.title
        for name in result.runs:
            if problem := result.problem(name):
                yield f"- {title}: {name} failed: {problem.splitlines()[0]}."
        yield from _differences(result)
        if result.misses:
            yield f"- {title}: asked for and not there: {', '.join(result.misses)}."


def write(document: Path, block: str, lines: Iterable[str]) -> None:
    """Replace the lines between the document's markers of a block."""
    begin, end = f"<!-- {block}: begin -->\n", f"<!-- {block}: end -->\n"
    before, rest = document.read_text("utf-8").split(begin)
    _, after = rest.split(end)
    text = "".join(f"{line}\n" for line in lines)
    document.write_text(f"{before}{begin}{text}{end}{after}", "utf-8")


def _goal_row(compared: Comparison) -> str:
    goal = compared.goal
    show = _seconds if goal.metric == "seconds" else _megabytes
    unit = "s" if goal.metric == "seconds" else "MB"
    figures = [
        f"{show(each.median)} {unit}" if each else "-"
        for each in (compared.subject, compared.against)
    ]
    what = compared.title if goal.metric == "seconds" else f"{compared.title}: peak memory"
    limit = "-" if goal.limit is None else f"≤ {goal.limit:g}"
    subject = "" if goal.subject == "ours" else f" ({goal.subject})"
    ratio = _ratio(compared.ratio) if compared.ratio else "-"
    verdict = f"**{compared.verdict}**" if compared.verdict == "not reached" else compared.verdict
    cells = (goal.job, what + subject, figures[0], goal.against, figures[1], ratio, limit, verdict)
    return f"| {' | '.join(cells)} |"


def _differences(result: ScenarioResult) -> Iterator[str]:
    """Compare the versions that contestants chose with those of the first."""
    able = [name for name in result.runs if not result.problem(name)]
    chosen = [result.runs[name][-1].versions for name in able]
    for name, versions in zip(able[1:], chosen[1:], strict=True):
        names = {each for each, _ in versions.items() ^ chosen[0].items()}
        if names:
            title = result.scenario.title
            yield f"- {title}: {able[0]} and {name} chose different {', '.join(sorted(names))}."


def _ratio(spread: Spread) -> str:
    return f"{_short(spread.median)} ({_short(spread.low)} to {_short(spread.high)})"


def _short(number: float) -> str:
    return f"{number:.2f}" if number < 10 else f"{number:.0f}"


def _seconds(number: float) -> str:
    return f"{number:.3f}" if number < 1 else f"{number:.2f}"


def _megabytes(number: float) -> str:
    return f"{number:.0f}"
