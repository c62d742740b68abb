from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bootstrap.install.commit import journal as journals
from bootstrap.install.commit.journal import Journal
from bootstrap.install.commit.operations import (
    Exchange,
    ExchangeFunction,
    MakeDir,
    Move,
    Operation,
    Remove,
    RemoveDir,
)
from bootstrap.install.commit.rename_exchange import ExchangeUnsupportedError, exchange
from bootstrap.install.errors import JournalError
from bootstrap.install.transaction import recover
from tests.functional.engine import snapshot_with_root
from tests.unit.install.conftest import Workbench

_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["make", "put", "swap", "take", "drop"]), st.booleans(), st.booleans()
    ),
    max_size=8,
)


def _no_exchange(_: str, __: str) -> None:
    raise ExchangeUnsupportedError


def _write(path: Path, text: str, *, directory: bool) -> int:
    if directory:
        path.mkdir()
        (path / "inside").write_text(text)
    else:
        path.write_text(text)
    return path.lstat().st_ino


def _lay_out(root: Path, plan: list[tuple[str, bool, bool]]) -> list[Operation]:
    """Make what the steps start from: old and new things, each a file or a directory."""
    (root / "target").mkdir(parents=True)
    (root / "area" / "old").mkdir(parents=True)
    steps: list[Operation] = []
    for number, (kind, old_is_directory, new_is_directory) in enumerate(plan):
        path, staged = root / "target" / str(number), root / "area" / str(number)
        kept = root / "area" / "old" / str(number)
        inode = 0
        if kind in {"swap", "take"}:
            _write(path, "old", directory=old_is_directory)
        if kind in {"swap", "put"}:
            inode = _write(staged, "new", directory=new_is_directory)
        if kind == "drop":
            path.mkdir(mode=0o750)
        kinds: dict[str, Operation] = {
            "make": MakeDir(str(path)),
            "put": Move(str(path), str(staged), inode),
            "swap": Exchange(str(path), str(staged), str(kept), inode),
            "take": Remove(str(path), str(kept)),
            "drop": RemoveDir(str(path), 0o750, os.getuid(), os.getgid()),
        }
        steps.append(kinds[kind])
    return steps


@pytest.mark.parametrize("exchanging", [exchange, _no_exchange])
@given(plan=_STEPS, done=st.integers(0, 8), undone=st.integers(0, 8))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.posix_only(
    "a directory that is removed may stay for a moment, and the next example needs its name"
)
def test_any_part_of_a_commit_is_undone_even_if_the_undoing_is_interrupted(
    tmp_path: Path,
    exchanging: ExchangeFunction,
    plan: list[tuple[str, bool, bool]],
    done: int,
    undone: int,
) -> None:
    root = tmp_path / "root"
    steps = _lay_out(root, plan)
    before = snapshot_with_root(root / "target", times=False)
    try:
        for step in steps[:done]:
            step.do(exchanging)
        for step in list(reversed(steps))[:undone]:
            step.undo(exchanging)
        Journal(tuple(steps), {}).undo(exchanging)
        assert snapshot_with_root(root / "target", times=False) == before
        Journal(tuple(steps), {}).undo(exchanging)
        assert snapshot_with_root(root / "target", times=False) == before
    finally:
        shutil.rmtree(root)


@given(plan=_STEPS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.posix_only(
    "a directory that is removed may stay for a moment, and the next example needs its name"
)
def test_a_commit_has_the_same_result_with_and_without_exchange(
    tmp_path: Path, plan: list[tuple[str, bool, bool]]
) -> None:
    ends = []
    for exchanging in (exchange, _no_exchange):
        root = tmp_path / "root"
        Journal(tuple(_lay_out(root, plan)), {}).do(exchanging)
        ends.append(snapshot_with_root(root / "target", times=False))
        shutil.rmtree(root)
    assert ends[0] == ends[1]


_NAMES = st.one_of(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])).map("/x/{}".format),
    st.just("/x/\udcff"),
)
_ANY_STEP = st.one_of(
    st.builds(MakeDir, _NAMES),
    st.builds(Move, _NAMES, _NAMES, st.integers(0)),
    st.builds(Exchange, _NAMES, _NAMES, _NAMES, st.integers(0)),
    st.builds(Remove, _NAMES, _NAMES),
    st.builds(RemoveDir, _NAMES, st.integers(0, 0o7777), st.integers(0), st.integers(0)),
)


@given(
    journal=st.builds(
        Journal,
        st.lists(_ANY_STEP).map(tuple),
        st.dictionaries(_NAMES, st.integers()),
        st.lists(_NAMES).map(tuple),
        st.lists(_NAMES).map(tuple),
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_journal_is_read_as_it_was_written(tmp_path: Path, journal: Journal) -> None:
    journals.write(journal, str(tmp_path))
    assert journals.read(str(tmp_path)) == journal


def test_no_journal_means_nothing_to_undo(tmp_path: Path) -> None:
    assert journals.read(str(tmp_path)) is None
    journals.remove(str(tmp_path))


@pytest.fixture
def area(bench: Workbench) -> Path:
    path = bench.library / ".get-installer-0badc0de"
    path.mkdir()
    (path / "kept").write_text("the only copy")
    journals.write(Journal((), {}), str(path))
    return path


def _refused(bench: Workbench, area: Path, reason: str) -> None:
    before = snapshot_with_root(bench.prefix)
    with pytest.raises(JournalError, match=reason) as caught:
        recover(bench.target, bench.ui)
    assert str(area) in str(caught.value)
    assert caught.value.hint
    assert snapshot_with_root(bench.prefix) == before


def test_a_damaged_journal_is_refused_and_nothing_is_removed(bench: Workbench, area: Path) -> None:
    content = (area / "journal").read_bytes()
    (area / "journal").write_bytes(content.replace(b"operations", b"operationz"))
    _refused(bench, area, "it is damaged")


def test_a_journal_of_another_format_is_refused(bench: Workbench, area: Path) -> None:
    content = (area / "journal").read_bytes()
    (area / "journal").write_bytes(content.replace(b"journal 3 ", b"journal 4 "))
    _refused(bench, area, "format 4")


def test_a_journal_of_another_program_is_refused(bench: Workbench, area: Path) -> None:
    (area / "journal").write_text(json.dumps({}))
    _refused(bench, area, "not a journal of this program")


def test_a_journal_whose_backups_are_missing_is_left_alone(bench: Workbench, area: Path) -> None:
    gone = Remove(str(bench.library / "x"), str(area / "old" / "0"))
    journals.write(Journal((gone,), {}), str(area))
    before = snapshot_with_root(bench.prefix)
    recover(bench.target, bench.ui)
    assert snapshot_with_root(bench.prefix) == before
    assert f"{area} was left alone: {gone.path} has been changed" in bench.err.getvalue()
