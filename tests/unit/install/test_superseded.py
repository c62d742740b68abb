"""A journal that was left alone is never obeyed after a later installation was committed."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bootstrap.install.commit import journal as journals
from bootstrap.install.commit.journal import Journal
from bootstrap.install.commit.leftovers import SET_ASIDE, find_in
from bootstrap.install.commit.operations import ExchangeFunction
from bootstrap.install.commit.plan import TargetInspector
from bootstrap.install.commit.rename_exchange import exchange
from bootstrap.install.errors import JournalError
from bootstrap.install.transaction import recover
from bootstrap.locking import PathLock
from bootstrap.trust.hashes import VerifiedWheel
from tests.functional.engine import Snapshot, snapshot
from tests.unit.install.conftest import Workbench
from tests.unit.install.instants import count, in_child
from tests.unit.install.scenarios import demo
from tests.unit.install.test_recovery import needs_root


@contextmanager
def other_numbers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Read other numbers of directories, as another Python does on ReFS."""
    original = journals.inode_of
    with monkeypatch.context() as patched:
        patched.setattr(journals, "inode_of", lambda directory: original(directory) | 5 << 64)
        yield


def interrupt(
    bench: Workbench, wheel: VerifiedWheel, number: int, monkeypatch: pytest.MonkeyPatch
) -> int:
    """End an installation after some operations of its commit; return how many there are."""
    total = 0

    def do(journal: Journal, exchange: ExchangeFunction = exchange) -> None:
        nonlocal total
        total = len(journal.operations)
        for operation in journal.operations[:number]:
            operation.do(exchange)
        raise OSError("interrupted")

    def undo(_: Journal) -> None:
        raise OSError("interrupted")

    with monkeypatch.context() as patched:
        patched.setattr(Journal, "do", do)
        patched.setattr(Journal, "undo", undo)
        with pytest.raises(JournalError):
            bench.install(wheel)
    return total


@pytest.fixture
def left(bench: Workbench, wheelhouse: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The staging directory of an interrupted upgrade from 1.0 to 2.0."""
    bench.install(demo(wheelhouse, "1.0"))
    assert interrupt(bench, demo(wheelhouse, "2.0"), 4, monkeypatch) > 4
    (path,) = bench.leftovers
    return path


def state(bench: Workbench) -> Snapshot:
    """Return what is there, without times."""
    return snapshot(bench.prefix, times=False)


def test_what_was_left_alone_is_not_undone_over_a_later_installation(
    bench: Workbench, left: Path, wheelhouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with other_numbers(monkeypatch):
        bench.install(demo(wheelhouse, "3.0"))
    assert bench.leftovers == [left.with_name(left.name + SET_ASIDE)]
    after = state(bench)
    recover(bench.target, bench.ui)
    assert state(bench) == after
    assert f"{left}{SET_ASIDE} was left alone: there was another" in bench.err.getvalue()
    bench.install(demo(wheelhouse, "1.0"))
    assert (bench.library / "demo-1.0.dist-info").is_dir()
    assert len(list(bench.library.glob("demo-*"))) == 1
    # Nor by a version that does not know the other name.
    assert find_in(str(bench.library)) == []


def test_what_was_left_alone_is_undone_where_nothing_was_installed_since(
    bench: Workbench, left: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with other_numbers(monkeypatch):
        recover(bench.target, bench.ui)
    assert left.is_dir()
    recover(bench.target, bench.ui)
    assert bench.leftovers == []
    assert {path.name for path in bench.library.glob("demo-*")} == {"demo-1.0.dist-info"}
    assert (bench.library / "demo" / "core.py").read_text().startswith("VERSION = '1.0'")


@pytest.mark.usefixtures("left")
def test_an_interrupted_later_installation_leaves_it_as_it_was(
    bench: Workbench, wheelhouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, number, total = state(bench), 0, 1
    while number < total:
        with other_numbers(monkeypatch):
            total = interrupt(bench, demo(wheelhouse, "3.0"), number, monkeypatch)
            recover(bench.target, bench.ui)
            assert state(bench) == before
        number += 1
    recover(bench.target, bench.ui)
    assert bench.leftovers == []
    assert {path.name for path in bench.library.glob("demo-*")} == {"demo-1.0.dist-info"}


@pytest.mark.posix_only("it forks")
def test_a_kill_leaves_either_the_journal_and_the_old_state_or_neither(
    bench: Workbench, left: Path, wheelhouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, model = state(bench), bench.prefix.with_name("model")
    shutil.copytree(bench.prefix, model, symlinks=True)
    with other_numbers(monkeypatch):
        calls = count(lambda: bench.install(demo(wheelhouse, "3.0")))
        after, states = state(bench), set()
        for number in range(1, calls, 7):
            shutil.rmtree(bench.prefix)
            shutil.copytree(model, bench.prefix, symlinks=True)
            assert in_child(lambda: bench.install(demo(wheelhouse, "3.0")), number, signal.SIGKILL)
            recover(bench.target, bench.ui)
            found = state(bench)
            assert found in (before, after), number
            assert left.is_dir() == (found == before)
            states.add(found == before)
    assert states == {True, False}


def test_that_of_a_process_that_runs_keeps_its_name(
    bench: Workbench, left: Path, wheelhouse: Path
) -> None:
    lock = PathLock(str(left))
    assert lock.try_acquire()
    bench.install(demo(wheelhouse, "3.0"))
    lock.release()
    assert bench.leftovers == [left]


@needs_root
def test_that_of_another_user_is_not_undone_by_them_either(
    bench: Workbench, left: Path, wheelhouse: Path
) -> None:
    os.chown(left, 12345, -1)
    bench.install(demo(wheelhouse, "3.0"))
    assert bench.leftovers == [left.with_name(left.name + SET_ASIDE)]


def test_nothing_is_installed_where_it_cannot_be_moved_away(
    bench: Workbench, left: Path, wheelhouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A directory of a lower layer of overlayfs."""
    before, original = state(bench), TargetInspector.check_movable

    def check_movable(target: TargetInspector, path: str) -> bool:
        return path != str(left) and original(target, path)

    monkeypatch.setattr(TargetInspector, "check_movable", check_movable)
    with other_numbers(monkeypatch), pytest.raises(JournalError, match="cannot be moved away"):
        bench.install(demo(wheelhouse, "3.0"))
    assert state(bench) == before
