"""Runs the contestants of a scenario in turn, in pristine places, and checks what they did."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from tests.benchmarks.commands import command_of, environment, words
from tests.benchmarks.indexes import RECORDED, ensure_index
from tests.benchmarks.measurement import Usage, measure
from tests.benchmarks.model import Contestant, Scenario
from tests.benchmarks.peers import Peers
from tests.benchmarks.serving import Served, serving
from tests.benchmarks.targets import Content, Target, content_of, create, problem_with

_LINES_SHOWN = 15


@dataclass(frozen=True)
class Run:
    """One run of a contestant."""

    seconds: float
    peak: int
    versions: Mapping[str, str]
    """What is in the target afterwards."""
    problem: str = ""
    """Why it does not count."""


@dataclass(frozen=True)
class ScenarioResult:
    """What the contestants of a scenario did, in the order of the rounds."""

    scenario: Scenario
    runs: Mapping[str, tuple[Run, ...]]
    misses: tuple[str, ...] = ()
    """What was asked of the index in measured runs and is not there."""

    def problem(self, name: str) -> str:
        """Say why a contestant has no figures; empty if it has."""
        return next((run.problem for run in self.runs.get(name, ()) if run.problem), "")


@dataclass(frozen=True)
class Workspace:
    """The directories of one session: nothing in them is deleted until it ends.

    On ext4, files made soon after others were deleted are slower.
    """

    root: Path
    indexes: Path
    numbers: count[int]

    def new(self, kind: str) -> Path:
        """Return the path of a directory that does not exist yet."""
        self.root.mkdir(parents=True, exist_ok=True)
        return self.root / f"{kind}-{next(self.numbers)}"

    def new_directory(self, kind: str) -> Path:
        """Make a new directory."""
        path = self.new(kind)
        path.mkdir()
        return path


class ScenarioRunner:
    """Runs one scenario."""

    def __init__(
        self, scenario: Scenario, peers: Peers, workspace: Workspace, upstream: str = ""
    ) -> None:
        self._scenario = scenario
        self._peers = peers
        self._workspace = workspace
        self._upstream = upstream
        self._filled: dict[str, Target] = {}
        self._warm: dict[str, Path] = {}

    def run(self, rounds: int) -> ScenarioResult:
        """Run everybody once without measuring, then in as many rounds as are asked for."""
        entrants = self._scenario.contestants
        if not self._scenario.index:
            unserved = Served("", Path(os.devnull), Path(os.devnull))
            return self._rounds(entrants, rounds, self._round(entrants, unserved), unserved)
        index = ensure_index(self._scenario.index, self._workspace.indexes)
        directory = self._workspace.new_directory("server")
        upstream = self._upstream if self._scenario.index == RECORDED else ""
        with serving(index, directory, upstream=upstream) as served:
            first = self._round(entrants, served)
        self._warm.clear()  # its pages came from another server
        with serving(index, directory, latency_ms=self._scenario.latency_ms) as served:
            able = [each for each in entrants if not first[each.name].problem]
            self._round([each for each in able if each.cache == "warm"], served)
            return self._rounds(entrants, rounds, first, served)

    def _rounds(
        self,
        entrants: Sequence[Contestant],
        rounds: int,
        first: Mapping[str, Run],
        served: Served,
    ) -> ScenarioResult:
        able = [each for each in entrants if not first[each.name].problem]
        results = [self._round(able, served) for _ in range(rounds)]
        runs = {
            each.name: tuple(result[each.name] for result in results)
            if each in able
            else (first[each.name],)
            for each in entrants
        }
        return ScenarioResult(self._scenario, runs, served.misses)

    def _round(self, entrants: Sequence[Contestant], served: Served) -> dict[str, Run]:
        return {each.name: self._once(each, served) for each in entrants}

    def _once(self, contestant: Contestant, served: Served) -> Run:
        targets = [self._target(contestant, served) for _ in range(contestant.copies)]
        before = [content_of(target) for target in targets]
        home = self._home(contestant)
        log = self._workspace.new("log")
        commands = [
            command_of(
                contestant,
                words(self._peers, target, served),
                home,
                log.with_name(f"{log.name}.{number}"),
            )
            for number, target in enumerate(targets)
        ]
        usages = measure(commands)
        checked = [
            self._checked(contestant, usage, was, content_of(target), command.log)
            for usage, was, target, command in zip(usages, before, targets, commands, strict=True)
        ]
        slowest = max(checked, key=lambda run: run.seconds)
        problem = next((run.problem for run in checked if run.problem), "")
        return replace(slowest, peak=max(run.peak for run in checked), problem=problem)

    def _checked(
        self, contestant: Contestant, usage: Usage, before: Content, after: Content, log: Path
    ) -> Run:
        outcome = self._scenario.outcome
        output = log.read_text("utf-8", "replace")
        prints = outcome.prints if contestant.prints is None else contestant.prints
        compiles = None if contestant.target in {"filled", "none"} else contestant.compiles
        problem = problem_with(after, before, outcome, compiles=compiles)
        if (usage.status != 0) != outcome.fails:
            problem = f"exit status {usage.status}"
        elif not re.search(prints, output):
            problem = f"its output does not match {prints!r}"
        if problem:
            tail = "\n".join(output.splitlines()[-_LINES_SHOWN:])
            problem += f"\n{tail}"
        return Run(usage.seconds, usage.peak, after.versions, problem)

    def _target(self, contestant: Contestant, served: Served) -> Target:
        if contestant.target in {"absent", "none"}:
            return Target(self._workspace.new("target"))
        if contestant.target == "empty":
            return create(self._peers.python, self._workspace.new("target"))
        if contestant.name not in self._filled:
            self._filled[contestant.name] = self._fill(served)
        return self._filled[contestant.name]

    def _fill(self, served: Served) -> Target:
        target = create(self._peers.python, self._workspace.new("target"))
        command = [self._peers.uv, "pip", "install", "--quiet", "--compile-bytecode", "--python"]
        command += [target.python, "--index-url", served.simple_url, *self._scenario.fill]
        environ = environment(self._workspace.new_directory("home")) | {
            "SSL_CERT_FILE": str(served.ca)
        }
        subprocess.run([str(word) for word in command], check=True, env=environ)
        return target

    def _home(self, contestant: Contestant) -> Path:
        if contestant.cache == "cold":
            return self._workspace.new_directory("home")
        if contestant.name not in self._warm:
            self._warm[contestant.name] = self._workspace.new_directory("home")
        return self._warm[contestant.name]
