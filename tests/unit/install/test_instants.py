"""Kills, signals, errors: at the single file-system calls of an installation.

The quick tests take every few calls, the ones marked `slow` take every call.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from bootstrap.errors import BootstrapError
from bootstrap.install.commit import entries, operations, rename_exchange, staging
from bootstrap.install.transaction import recover
from tests.functional.engine import Snapshot, snapshot_with_root
from tests.unit.install.conftest import Workbench
from tests.unit.install.instants import at, count, in_child, listening
from tests.unit.install.scenarios import SCENARIOS, Scenario

if os.name == "nt":
    pytest.skip("POSIX only: it forks", allow_module_level=True)


class ScenarioRunner:
    """A scenario that is set up once, and copied for each call."""

    def __init__(self, scenario: Scenario, directory: Path, *, every_call: bool) -> None:
        self.scenario, self.directory, self.every_call = scenario, directory, every_call
        self.wheels = directory / "wheels"
        self.wheels.mkdir()
        self._numbers = iter(range(1_000_000))
        first = self._bench("first")
        scenario.before(first, self.wheels)
        self.model = first.prefix
        self.change(self.fresh())  # makes the wheels, and imports whatever is imported late
        trial = self.fresh()
        self.before = snapshot_with_root(trial.prefix)
        self.calls = count(lambda: self.change(trial))
        self.after = snapshot_with_root(trial.prefix, times=False)

    def _bench(self, name: str) -> Workbench:
        # The interpreter's path, which scripts hold, must not depend on the copy.
        return Workbench(self.directory / name, python="/usr/bin/python3")

    def fresh(self) -> Workbench:
        bench = self._bench(f"env{next(self._numbers)}")
        shutil.rmtree(bench.prefix)
        shutil.copytree(self.model, bench.prefix, symlinks=True)
        return bench

    def change(self, bench: Workbench) -> None:
        self.scenario.change(bench, self.wheels)

    def instants(self, stride: int) -> Iterator[tuple[int, Workbench]]:
        for number in range(1, self.calls + 1, 1 if self.every_call else stride):
            bench = self.fresh()
            yield number, bench
            shutil.rmtree(bench.prefix)

    def killed(self, bench: Workbench, number: int, deadly: signal.Signals) -> int:
        return in_child(lambda: self.change(bench), number, deadly)

    def half_done(self, number: int) -> Workbench | None:
        """Return an environment whose change was killed at a call, if its commit had begun."""
        bench = self.fresh()
        self.killed(bench, number, signal.SIGKILL)
        return bench if list(bench.library.glob(".get-installer-*/journal")) else None


@pytest.fixture(params=SCENARIOS, ids=str)
def scenario(request: pytest.FixtureRequest) -> Scenario:
    assert isinstance(request.param, Scenario)
    return request.param


@pytest.fixture(
    params=[
        pytest.param(False, id="some calls"),
        pytest.param(True, id="every call", marks=pytest.mark.slow),
    ]
)
def runner(request: pytest.FixtureRequest, scenario: Scenario, tmp_path: Path) -> ScenarioRunner:
    return ScenarioRunner(scenario, tmp_path, every_call=request.param)


@pytest.fixture
def without_exchange(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system whose kernel cannot exchange two paths."""
    monkeypatch.setattr(rename_exchange, "_find_function", lambda: None)


@pytest.fixture
def changing_inodes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system in which an inode says where the entry is, as in FAT."""
    monkeypatch.setattr(staging, "keeps_inodes", lambda _directory, _other: False)


@pytest.fixture
def equal_inodes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system in which every inode is 0, as some network redirectors of Windows report."""
    # Not `os.lstat`: `shutil.rmtree` compares what it reports with the real inode.
    original = entries.inode_at
    monkeypatch.setattr(staging, "keeps_inodes", lambda _directory, _other: False)
    monkeypatch.setattr(operations, "inode_at", lambda path: original(path) and 0)


def test_a_kill_leaves_old_or_new_and_the_next_run_cleans_up(runner: ScenarioRunner) -> None:
    _kill_everywhere(runner, _assert_usable, stride=3)


@pytest.mark.usefixtures("without_exchange")
def test_a_kill_is_recovered_from_without_atomic_exchange(runner: ScenarioRunner) -> None:
    _kill_everywhere(runner, lambda _: None, stride=7)


@pytest.mark.usefixtures("changing_inodes")
def test_a_kill_is_recovered_from_where_a_rename_changes_the_inode(runner: ScenarioRunner) -> None:
    _kill_everywhere(runner, lambda _: None, stride=11)


@pytest.mark.usefixtures("equal_inodes")
def test_a_kill_is_recovered_from_where_every_inode_is_the_same(runner: ScenarioRunner) -> None:
    _kill_everywhere(runner, lambda _: None, stride=11)


def _kill_everywhere(
    runner: ScenarioRunner, check: Callable[[Workbench], None], stride: int
) -> None:
    for number, bench in runner.instants(stride):
        assert runner.killed(bench, number, signal.SIGKILL) == -signal.SIGKILL
        check(bench)
        recover(bench.target, bench.ui)
        found = snapshot_with_root(bench.prefix, times=False)
        assert found in (_timeless(runner.before), runner.after), f"call {number}"
        assert bench.leftovers == []
        if number % 7 == 1:
            runner.change(bench)
            assert snapshot_with_root(bench.prefix, times=False) == runner.after


def _assert_usable(bench: Workbench) -> None:
    """The package is there whole, of one version, if it is there at all."""
    package = bench.library / "demo"
    if package.exists():
        versions = {
            path.read_text() for path in package.rglob("*.py") if path.name != "core.py"
        } - {""}
        assert len(versions) == 1
        assert (package / "core.py").read_text().startswith(versions.pop())


def test_a_kill_while_recovering_is_recovered_from(runner: ScenarioRunner) -> None:
    killing = next(number for number in range(runner.calls, 0, -1) if runner.half_done(number))
    half = runner.half_done(killing)
    assert half
    calls = count(lambda: recover(half.target, half.ui))
    for number in range(1, calls + 1, 1 if runner.every_call else 5):
        bench = runner.half_done(killing)
        assert bench
        ended = in_child(partial(recover, bench.target, bench.ui), number, signal.SIGKILL)
        assert ended == -signal.SIGKILL
        recover(bench.target, bench.ui)
        assert snapshot_with_root(bench.prefix, times=False) == _timeless(runner.before)


@pytest.mark.parametrize(("number_of_error", "stride"), [(errno.ENOSPC, 3), (errno.EACCES, 11)])
def test_an_error_leaves_no_trace(
    runner: ScenarioRunner, number_of_error: int, stride: int
) -> None:
    def fail() -> None:
        raise OSError(number_of_error, os.strerror(number_of_error))

    failed = 0
    for number, bench in runner.instants(stride):
        succeeded = False
        with listening(at(number, fail)), suppress(BootstrapError):
            runner.change(bench)
            succeeded = True
        if succeeded:
            recover(bench.target, bench.ui)  # the next run completes an interrupted clean-up
            assert snapshot_with_root(bench.prefix, times=False) == runner.after, f"call {number}"
        else:
            failed += 1
            assert snapshot_with_root(bench.prefix) == runner.before, f"call {number}"
    assert failed


@pytest.mark.parametrize(
    ("deadly", "stride"), [(signal.SIGTERM, 5), (signal.SIGINT, 17), (signal.SIGHUP, 29)]
)
def test_a_signal_leaves_no_trace_or_comes_too_late(
    runner: ScenarioRunner, deadly: signal.Signals, stride: int
) -> None:
    for number, bench in runner.instants(stride):
        ended = runner.killed(bench, number, deadly)
        assert ended == (2 if deadly is signal.SIGINT else -deadly)
        if snapshot_with_root(bench.prefix, times=False) != runner.after:
            assert snapshot_with_root(bench.prefix) == runner.before, f"call {number}"


def _timeless(found: Snapshot) -> Snapshot:
    return {path: (kind, mode, 0, content) for path, (kind, mode, _, content) in found.items()}
