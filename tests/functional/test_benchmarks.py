"""The harness of `tests/benchmarks`, once each part, on tiny work; nothing here is timed."""

from __future__ import annotations

import signal
import sys
import time
from dataclasses import replace
from itertools import count
from pathlib import Path

import pip
import pytest

from tests.benchmarks import growth, jobs
from tests.benchmarks.__main__ import select
from tests.benchmarks.commands import command_of
from tests.benchmarks.indexes import IndexWriter
from tests.benchmarks.measurement import Command, measure
from tests.benchmarks.model import Contestant, Goal, Outcome, Scenario
from tests.benchmarks.peers import Peers
from tests.benchmarks.ratios import compare
from tests.benchmarks.report import figures_table, goals_table, remarks, write
from tests.benchmarks.runner import ScenarioResult, ScenarioRunner, Workspace

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="it measures by wait4")
PIP = f"{{target_python}} {{pip}} install --no-compile {jobs.INDEX} tiny"
INSTALLS = Contestant("pip", "pip", PIP)
SPENDS_NO_TIME = Contestant("nothing", "python", "{python} -c pass")
TINY = Scenario(
    "tiny", "a tiny wheel", Outcome(("tiny",)), (INSTALLS, SPENDS_NO_TIME), "tiny", latency_ms=1
)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A place with an index of one wheel."""
    root = tmp_path_factory.mktemp("benchmarks")
    index = IndexWriter(root / "indexes" / "tiny")
    index.wheel("tiny", "1.0")
    index.close()
    return Workspace(root / "session", root / "indexes", count())


@pytest.fixture(scope="module")
def peers(workspace: Workspace) -> Peers:
    """The pip of this environment; the other programs are not there."""
    missing = workspace.root / "missing"
    own = Path(pip.__file__).parent
    return Peers(Path(sys.executable), missing, missing, own, missing, None)


@pytest.fixture(scope="module")
def result(workspace: Workspace, peers: Peers) -> ScenarioResult:
    """One round of the tiny scenario."""
    return ScenarioRunner(TINY, peers, workspace).run(1)


def test_what_installs_is_measured(result: ScenarioResult) -> None:
    (run,) = result.runs["pip"]
    assert (run.problem, run.versions) == ("", {"tiny": "1.0"})
    assert run.seconds > 0
    assert run.peak > 1_000_000


def test_what_installs_nothing_has_failed_and_is_not_fast(result: ScenarioResult) -> None:
    assert result.problem("nothing").startswith("not installed: tiny")
    compared = compare(Goal("A", "tiny", "nothing", "pip", 1.0), result)
    assert (compared.verdict, compared.ratio, compared.subject) == ("failed", None, None)


def test_the_report_shows_figures_and_failures(result: ScenarioResult) -> None:
    goals = [Goal("A", "tiny", "pip", "pip", 1.0), Goal("B", "tiny", "nothing", "pip", 1.0)]
    rows = list(goals_table(goals, [result]))
    assert rows[2].endswith("| 1.00 (1.00 to 1.00) | ≤ 1 | reached |")
    assert rows[3].endswith("| - | ≤ 1 | failed |")
    assert "| a tiny wheel | nothing | failed | |  |" in list(figures_table([result]))
    assert list(remarks([result])) == ["- a tiny wheel: nothing failed: not installed: tiny."]


def test_the_report_stands_between_its_markers(tmp_path: Path) -> None:
    document = tmp_path / "speed.md"
    document.write_text("before\n<!-- jobs: begin -->\nold\n<!-- jobs: end -->\nafter\n", "utf-8")
    write(document, "jobs", ["new", "lines"])
    expected = "before\n<!-- jobs: begin -->\nnew\nlines\n<!-- jobs: end -->\nafter\n"
    assert document.read_text("utf-8") == expected


@pytest.mark.parametrize(
    ("outcome", "code", "problem"),
    [
        (Outcome(), "import sys; sys.exit(3)", "exit status 3"),
        (Outcome(fails=True), "pass", "exit status 0"),
        (Outcome(prints="done"), "print('begun')", "its output does not match 'done'"),
        (Outcome(at_least=1), "pass", "0 distributions instead of 1 or more"),
    ],
)
def test_each_outcome_is_checked(
    outcome: Outcome, code: str, problem: str, workspace: Workspace, peers: Peers
) -> None:
    script = workspace.new_directory("script") / "script.py"
    script.write_text(code, "utf-8")
    contestant = Contestant("it", "python", f"{{target_python}} {script}")
    scenario = Scenario("work", "work", outcome, (contestant,))
    result = ScenarioRunner(scenario, peers, workspace).run(1)
    assert result.problem("it").splitlines()[0] == problem


def test_bytecode_must_be_there_exactly_where_it_is_asked_for(
    workspace: Workspace, peers: Peers
) -> None:
    compiling = replace(INSTALLS, name="compiling", compiles=True)
    scenario = replace(TINY, contestants=(compiling,))
    result = ScenarioRunner(scenario, peers, workspace).run(1)
    assert result.problem("compiling").startswith("no bytecode was written")


def test_what_an_index_lacks_is_reported(workspace: Workspace, peers: Peers) -> None:
    other = f"{{target_python}} {{pip}} download {jobs.INDEX} other"
    scenario = replace(
        TINY, outcome=Outcome(fails=True), contestants=(Contestant("pip", "pip", other),)
    )
    assert ScenarioRunner(scenario, peers, workspace).run(1).misses == ("/simple/other/",)


def test_processes_at_once_are_all_checked(workspace: Workspace, peers: Peers) -> None:
    scenario = replace(TINY, contestants=(replace(INSTALLS, copies=2),))
    result = ScenarioRunner(scenario, peers, workspace).run(1)
    assert not result.problem("pip")
    assert list(workspace.root.glob("log-*.1"))


def test_a_process_that_hangs_is_killed_with_its_children(tmp_path: Path) -> None:
    ends = tmp_path / "the child lives on"
    child = f"import pathlib, time; time.sleep(2); pathlib.Path({str(ends)!r}).touch()"
    hang = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    command = Command((sys.executable, "-c", hang), {}, tmp_path / "log")
    (usage,) = measure([command], timeout=1)
    assert usage.status == -signal.SIGKILL
    time.sleep(3)
    assert not ends.exists()


@pytest.mark.parametrize("table", [jobs, growth])
def test_each_goal_names_contestants_that_there_are(table: object) -> None:
    scenarios = {each.name: each for each in table.SCENARIOS}  # type: ignore[attr-defined]  # a module
    for goal in table.GOALS:  # type: ignore[attr-defined]  # a module
        names = {each.name for each in scenarios[goal.scenario].contestants}
        assert {goal.subject, goal.against} <= names


def test_only_what_goals_and_peers_name_takes_part() -> None:
    goals = [goal for goal in jobs.GOALS if goal.job == "K"]
    (poetry, _) = select(jobs.SCENARIOS, goals, ["pip"], 5)
    assert [each.name for each in poetry.contestants] == ["ours", "ours, warm cache"]
    assert poetry.latency_ms == 5


def test_pip_runs_from_its_wheel_where_no_get_pip_is_given(tmp_path: Path) -> None:
    contestant = Contestant("get-pip.py", "get-pip", "py {get_pip} --no-compile pip")
    words = {"get_pip": "", "pip_wheel": "pip.whl"}
    log = tmp_path / "log"
    expected = ("py", "pip.whl/pip", "install", "--no-compile", "pip")
    assert command_of(contestant, words, tmp_path, log).arguments == expected
    given = ("py", "get-pip.py", "--no-setuptools", "--no-wheel", "--no-compile", "pip")
    words = {"get_pip": "get-pip.py", "pip_wheel": "pip.whl"}
    assert command_of(contestant, words, tmp_path, log).arguments == given
