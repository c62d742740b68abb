"""The command line: `python -m tests.benchmarks --help`."""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from itertools import count
from pathlib import Path

from tests.benchmarks import growth, jobs
from tests.benchmarks.measurement import memory_floor
from tests.benchmarks.model import Goal, Scenario
from tests.benchmarks.peers import Peers, install_peers, version_of, versions
from tests.benchmarks.recording import default_index_url
from tests.benchmarks.report import figures_table, goals_table, remarks, write
from tests.benchmarks.runner import ScenarioResult, ScenarioRunner, Workspace

CHECKOUT = Path(__file__).parents[2]
_BASE_PYTHON = Path(sys.base_prefix, "bin", "python3")


def main() -> int:
    """Measure what the arguments ask for; the status is 1 if a contestant failed."""
    given = _parser().parse_args()
    root: Path = given.directory.resolve()
    zipapp = given.zipapp.resolve(strict=True)
    get_pip = given.get_pip and given.get_pip.resolve(strict=True)
    peers = install_peers(root, given.python.absolute(), zipapp, get_pip)
    workspace = Workspace(root / f"session-{os.getpid()}", root / "indexes", count())
    chosen = growth if given.growth else jobs
    goals = [goal for goal in chosen.GOALS if not given.jobs or goal.job in given.jobs]
    scenarios = list(select(chosen.SCENARIOS, goals, given.peers, given.latency_ms))
    before = os.getloadavg()
    try:
        results = list(_run(scenarios, peers, workspace, given.runs))
        lines = [*facts(peers, given.runs, before), "", *goals_table(goals, results), ""]
        lines += [*figures_table(results), "", *remarks(results)]
        print("\n".join(lines), flush=True)
        if given.write:
            write(given.write, "growth" if given.growth else "jobs", lines)
    finally:
        if not given.keep:
            shutil.rmtree(workspace.root, ignore_errors=True)
    return int(any(result.problem(name) for result in results for name in result.runs))


def select(
    scenarios: Iterable[Scenario],
    goals: Sequence[Goal],
    peers: Sequence[str],
    latency_ms: int | None,
) -> Iterator[Scenario]:
    """Return the scenarios of the goals, with the contestants that the goals and peers name."""
    for scenario in scenarios:
        concerned = [goal for goal in goals if goal.scenario == scenario.name]
        names = {name for goal in concerned for name in (goal.subject, goal.against)}
        wanted = tuple(
            each
            for each in scenario.contestants
            if each.name in names and (not peers or each.peer in {"ours", *peers})
        )
        if wanted:
            latency = scenario.latency_ms if latency_ms is None else latency_ms
            yield replace(scenario, contestants=wanted, latency_ms=latency)


def facts(peers: Peers, runs: int, load: tuple[float, float, float]) -> Iterator[str]:
    """Say on what was measured."""
    digest = hashlib.sha256(peers.zipapp.read_bytes()).hexdigest()
    now = datetime.now(timezone.utc)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    named = ", ".join(f"{name} {version}" for name, version in versions(peers).items())
    yield f"- {now:%Y-%m-%d %H:%M} UTC; {runs} rounds; CPython {version_of(peers.python)}"
    yield f"- {os.cpu_count()} cores, {memory:.0f} GB, {platform.system()} {platform.release()}"
    loads = ", ".join(f"{each:.1f}" for each in (load[0], os.getloadavg()[0]))
    yield f"- load of the machine (1 minute) before and after: {loads}"
    yield f"- {named}"
    size = peers.zipapp.stat().st_size
    yield f"- the .pyz has {size:,} bytes and the sha256 {digest[:16]}…; checkout at {_commit()}"
    yield f"- peaks below {memory_floor() / 1e6:.0f} MB cannot be seen"


def _run(
    scenarios: Iterable[Scenario], peers: Peers, workspace: Workspace, rounds: int
) -> Iterator[ScenarioResult]:
    upstream = default_index_url(peers.environment / "bin" / "python")
    for scenario in scenarios:
        print(f"{scenario.title} …", file=sys.stderr, flush=True)
        result = ScenarioRunner(scenario, peers, workspace, upstream).run(rounds)
        for name in result.runs:
            if problem := result.problem(name):
                print(f"{name} failed: {problem}", file=sys.stderr, flush=True)
        print("\n".join(figures_table([result])), file=sys.stderr, flush=True)
        yield result


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "an unknown commit"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    add = parser.add_argument
    add("--zipapp", type=Path, default=CHECKOUT / "dist" / "get-installer.pyz")
    add("--python", type=Path, default=_BASE_PYTHON, help="runs all programs; targets are its")
    add("--jobs", type=_words, default=(), help="A,B,… (default: all)")
    add("--growth", action="store_true", help="the jobs that show how cost grows, instead")
    add("--peers", type=_words, default=(), help="pip,get-pip,uv,… (default: all)")
    add("--runs", type=int, default=5, help="rounds: in each, every contestant runs once")
    add("--latency-ms", type=int, help="of a round trip (default: what each job says)")
    add("--get-pip", type=Path, help="a get-pip.py (default: pip is run from its own wheel)")
    add("--write", type=Path, help="the document to write the tables into: docs/speed.md")
    add("--directory", type=Path, default=CHECKOUT / "build" / "benchmarks", help="for all files")
    add("--keep", action="store_true", help="do not delete the targets at the end")
    return parser


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


if __name__ == "__main__":
    sys.exit(main())
