"""A staging directory without a journal, in a directory that two environments share."""

from __future__ import annotations

import json
import os
import shutil
import signal
from pathlib import Path

import pytest

from bootstrap import file_changes
from bootstrap.dataclasses import replace
from bootstrap.file_changes import Patience
from bootstrap.install import vcs_src
from bootstrap.install.commit import staging
from bootstrap.install.commit.leftovers import PREFIX, SET_ASIDE
from bootstrap.install.commit.staging import JOURNAL_REFERENCE
from bootstrap.install.transaction import recover
from tests.functional.engine import Snapshot, snapshot
from tests.servers.wheels import make_wheel
from tests.unit.install.conftest import Workbench
from tests.unit.install.instants import count, in_child
from tests.unit.install.scenarios import demo
from tests.unit.install.test_superseded import interrupt, other_numbers


@pytest.fixture(autouse=True)
def scripts_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each `bin` is on another file system than the rest."""

    def is_same_mount(source: str, directory: str) -> bool:
        return ("bin" in Path(source).parts) == ("bin" in Path(directory).parts)

    monkeypatch.setattr(staging, "is_same_mount", is_same_mount)


@pytest.fixture
def other(bench: Workbench, tmp_path: Path) -> Workbench:
    """Another Python with the same scripts directory."""
    made = Workbench(tmp_path / "other")
    made.target = replace(made.target, scheme=replace(made.target.scheme, scripts=bench.scripts))
    return made


def install_other(other: Workbench, wheelhouse: Path) -> None:
    scripts = {"console_scripts": {"unrelated": "unrelated:main"}}
    other.install(make_wheel(wheelhouse, "unrelated", "1.0", entry_points=scripts))


def state(bench: Workbench) -> Snapshot:
    """Return what is in an environment, without times and the other one's script."""
    for script in bench.scripts.glob("unrelated*"):
        script.unlink()
    return snapshot(bench.prefix, times=False)


def left_in(directory: Path) -> list[Path]:
    return sorted(directory.glob(f"{PREFIX}*"))


@pytest.fixture
def half_done(bench: Workbench, wheelhouse: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The second staging directory of an upgrade that was interrupted when all was done."""
    bench.install(demo(wheelhouse, "1.0"))
    interrupt(bench, demo(wheelhouse, "2.0"), 1000, monkeypatch)
    (path,) = left_in(bench.scripts)
    return path


def test_another_environment_leaves_the_backups_of_an_interrupted_run(
    bench: Workbench, other: Workbench, wheelhouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.install(demo(wheelhouse, "1.0"))
    before, number, total = state(bench), 0, 1
    while number <= total:
        total = interrupt(bench, demo(wheelhouse, "2.0"), number, monkeypatch)
        recover(other.target, other.ui)
        install_other(other, wheelhouse)
        assert len(left_in(bench.scripts)) == 1
        recover(bench.target, bench.ui)
        assert state(bench) == before, number
        number += 1
    assert other.err.getvalue() == ""


@pytest.mark.posix_only("it forks")
def test_a_kill_at_any_instant_is_recovered_from_beside_another_environment(
    bench: Workbench, other: Workbench, wheelhouse: Path
) -> None:
    bench.install(demo(wheelhouse, "1.0"))
    model, before = bench.prefix.with_name("model"), state(bench)
    shutil.copytree(bench.prefix, model, symlinks=True)
    calls, states = count(lambda: bench.install(demo(wheelhouse, "2.0"))), set()
    after = state(bench)
    for number in range(1, calls, 5):
        shutil.rmtree(bench.prefix)
        shutil.copytree(model, bench.prefix, symlinks=True)
        assert in_child(lambda: bench.install(demo(wheelhouse, "2.0")), number, signal.SIGKILL)
        recover(other.target, other.ui)
        is_rubbish = not list(bench.library.glob(f"{PREFIX}*/journal"))
        assert not (is_rubbish and left_in(bench.scripts)), number
        recover(bench.target, bench.ui)
        found = state(bench)
        assert found in (before, after), number
        states.add(found == before)
    assert states == {True, False}


@pytest.mark.parametrize("gone", [".", "journal"])
def test_what_no_journal_needs_any_more_is_removed(
    bench: Workbench, other: Workbench, half_done: Path, gone: str
) -> None:
    (first,) = left_in(bench.library)
    if gone == ".":
        shutil.rmtree(first)
    else:
        (first / gone).unlink()
    recover(other.target, other.ui)
    assert not half_done.exists()


@pytest.mark.parametrize("number", ["", "2"])
def test_it_stays_as_long_as_the_one_with_the_journal_that_was_set_aside(
    bench: Workbench, other: Workbench, half_done: Path, number: str
) -> None:
    (first,) = left_in(bench.library)
    aside = first.rename(first.with_name(first.name + SET_ASIDE + number))
    for each in (bench, other):
        recover(each.target, each.ui)
        assert half_done.is_dir()
    shutil.rmtree(aside)
    recover(other.target, other.ui)
    assert not half_done.exists()


def test_it_stays_where_the_journal_is_left_alone(
    bench: Workbench, half_done: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with other_numbers(monkeypatch):
        recover(bench.target, bench.ui)
    assert half_done.is_dir()
    recover(bench.target, bench.ui)
    assert bench.leftovers == []
    assert {path.name for path in bench.library.glob("demo-*")} == {"demo-1.0.dist-info"}


def test_repositories_that_lie_there_do_not_take_it_for_theirs(
    bench: Workbench, half_done: Path
) -> None:
    vcs_src.clean_up(bench.scripts, bench.ui, bench.ui.detail)
    assert half_done.is_dir()


def test_one_without_the_file_is_removed_as_ever(other: Workbench, half_done: Path) -> None:
    (half_done / JOURNAL_REFERENCE).unlink()
    recover(other.target, other.ui)
    assert not half_done.exists()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "[" * 100_000,
        "{}",
        '{"journal": 1, "inode": INODE}',
        '{"journal": ".get-installer-0badc0de", "inode": INODE}',
        '{"journal": "/\\u0000/.get-installer-0badc0de", "inode": INODE}',
        '{"journal": "/etc/.get-installer-0badc0de", "inode": 1}',
    ],
    ids=range(8),
)
def test_one_with_a_file_that_we_have_not_written_there_is_left_alone(
    other: Workbench, half_done: Path, content: str
) -> None:
    inode = str(os.lstat(half_done).st_ino)
    (half_done / JOURNAL_REFERENCE).write_text(content.replace("INODE", inode))
    _is_left_alone(other, half_done)


@pytest.mark.posix_only("modes of files mean nothing on Windows")
@pytest.mark.parametrize("kind", ["link", "pipe", "writable"])
def test_one_whose_file_others_could_change_is_left_alone(
    other: Workbench, half_done: Path, tmp_path: Path, kind: str
) -> None:
    path = half_done / JOURNAL_REFERENCE
    if kind == "writable":
        path.chmod(0o666)
    elif kind == "link":
        path.rename(tmp_path / "elsewhere").chmod(0o600)
        path.symlink_to(tmp_path / "elsewhere")
    else:
        path.unlink()
        os.mkfifo(path, 0o600)
    _is_left_alone(other, half_done)


def _is_left_alone(other: Workbench, directory: Path) -> None:
    before = sorted(directory.rglob("*"))
    recover(other.target, other.ui)
    assert sorted(directory.rglob("*")) == before
    assert f"warning: {directory} was left alone: " in other.err.getvalue()


def test_the_file_is_removed_last(
    half_done: Path, other: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = json.loads((half_done / JOURNAL_REFERENCE).read_text())
    shutil.rmtree(reference["journal"])
    present, original = list[list[str]](), file_changes.remove_content

    def remove_content(directory: str, keep: set[str], patience: Patience) -> None:
        original(directory, keep, patience)
        present.append(sorted(path.name for path in half_done.iterdir()))

    monkeypatch.setattr(staging, "remove_content", remove_content)
    recover(other.target, other.ui)
    assert JOURNAL_REFERENCE in present[0]
    assert "old" not in present[0]
    assert not half_done.exists()
