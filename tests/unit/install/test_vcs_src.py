from __future__ import annotations

import signal
import threading
from pathlib import Path

import pytest

from bootstrap.dataclasses import replace
from bootstrap.file_changes import remove_tree
from bootstrap.install import vcs_src
from bootstrap.install.commit.rename_exchange import ExchangeUnsupportedError
from bootstrap.install.errors import InstallError
from bootstrap.install.transaction import recover
from bootstrap.install.tree_state import read_tree
from bootstrap.install.vcs_src import Repositories, src_directory
from bootstrap.signals import StoppedError
from tests.unit.install.conftest import Workbench
from tests.unit.install.instants import at, count, in_child, listening


def _interrupted(bench: Workbench) -> Path:
    """Return what an interrupted run leaves beside repositories."""
    staging = src_directory(bench.target) / ".get-installer-0badc0de"
    staging.mkdir(parents=True, mode=0o700)
    return staging


def test_a_repository_that_an_interrupted_run_moved_away_comes_back(bench: Workbench) -> None:
    staging = _interrupted(bench)
    (staging / "old" / "project").mkdir(parents=True)
    recover(bench.target, bench.ui)
    assert [path.name for path in staging.parent.iterdir()] == ["project"]


def test_nothing_is_taken_from_where_a_link_leads(bench: Workbench, tmp_path: Path) -> None:
    staging, outside = _interrupted(bench), tmp_path / "outside"
    (outside / "mine").mkdir(parents=True)
    (staging / "old").symlink_to(outside)
    recover(bench.target, bench.ui)
    assert (outside / "mine").is_dir()
    assert list(staging.parent.iterdir()) == []


@pytest.mark.posix_only("modes of directories mean nothing on Windows")
def test_what_others_could_have_left_is_left_alone(bench: Workbench) -> None:
    staging = _interrupted(bench)
    (staging / "old" / "project").mkdir(parents=True)
    staging.chmod(0o777)
    recover(bench.target, bench.ui)
    assert (staging / "old" / "project").is_dir()
    assert f"{staging} was left alone: other users can write to {staging}" in bench.err.getvalue()


@pytest.mark.posix_only("it renames what git has open")
def test_what_took_the_place_of_a_new_repository_meanwhile_is_not_removed(
    bench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repositories, path = Repositories(tmp_path / "src", bench.ui), tmp_path / "src" / "project"
    new = repositories.temporary_path(path)
    new.mkdir()

    def rename_too_late(source: Path, destination: Path) -> None:
        (destination / "mine").mkdir(parents=True)
        source.rename(destination)

    monkeypatch.setattr(vcs_src, "rename", rename_too_late)
    with pytest.raises(OSError, match="not empty"):
        repositories.put(new, path)
    repositories.end()
    assert (path / "mine").is_dir()
    assert [each.name for each in path.parent.iterdir()] == ["project"]


@pytest.mark.parametrize("is_kept", [True, False])
def test_ctrl_c_at_the_end_leaves_nothing_beside_the_repositories(
    bench: Workbench, tmp_path: Path, *, is_kept: bool
) -> None:
    path = tmp_path / "src" / "project"

    def opened() -> Repositories:
        repositories = Repositories(path.parent, bench.ui)
        for text in ("one", "two"):
            new = repositories.temporary_path(path)
            new.mkdir()
            (new / "setup.py").write_text(text)
            repositories.put(new, path)
        if is_kept:
            repositories.keep()
        return repositories

    calls = count(opened().end)
    for number in range(1, calls + 1, 3):
        remove_tree(path.parent)
        repositories = opened()
        with (
            listening(at(number, lambda: signal.raise_signal(signal.SIGINT))),
            pytest.raises(KeyboardInterrupt),
        ):
            repositories.end()
        found = [each.name for each in path.parent.iterdir()] if path.parent.exists() else []
        assert found == (["project"] if is_kept else []), number


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone in which somebody works."""
    path = tmp_path / "src" / "project"
    path.mkdir(parents=True)
    (path / "setup.py").write_text("one")
    return path


def _put(repositories: Repositories, clone: Path, text: str = "two") -> None:
    copied, new = read_tree(clone), repositories.temporary_path(clone)
    new.mkdir()
    (new / "setup.py").write_text(text)
    repositories.put(new, clone, copied=copied)


def _names(clone: Path) -> list[str]:
    return sorted(path.name for path in clone.parent.iterdir())


@pytest.fixture(params=["exchange", "two renames"])
def _each_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace as on each system."""

    def refuse(*_: str) -> None:
        raise ExchangeUnsupportedError

    if request.param == "two renames":
        monkeypatch.setattr(vcs_src, "exchange", refuse)


def test_what_was_changed_since_it_was_copied_is_not_replaced(
    bench: Workbench, clone: Path
) -> None:
    repositories = Repositories(clone.parent, bench.ui)
    copied, new = read_tree(clone), repositories.temporary_path(clone)
    new.mkdir()
    (clone / "mine").write_text("mine")
    with pytest.raises(InstallError, match=r"changed while it was updated \(mine\)"):
        repositories.put(new, clone, copied=copied)
    repositories.end()
    assert ((clone / "mine").read_text(), _names(clone)) == ("mine", ["project"])


@pytest.mark.usefixtures("_each_way")
@pytest.mark.posix_only("it changes what is about to be renamed")
@pytest.mark.parametrize("is_kept", [True, False])
def test_what_is_saved_in_the_replaced_one_is_found_again(
    bench: Workbench, clone: Path, *, is_kept: bool
) -> None:
    repositories = Repositories(clone.parent, bench.ui)
    with (clone / "setup.py").open("a", encoding="utf-8") as editor:
        _put(repositories, clone)
        editor.write(", and mine")
    if is_kept:
        repositories.keep()
    repositories.end()
    kept = clone.with_name("project.bak") if is_kept else clone
    assert (kept / "setup.py").read_text() == "one, and mine"
    assert _names(clone) == (["project", "project.bak"] if is_kept else ["project"])
    assert (f"was kept as {kept}: setup.py changed" in bench.err.getvalue()) is is_kept


@pytest.mark.usefixtures("_each_way")
@pytest.mark.parametrize("name", ["mine", "build/lib/demo.py", "demo.egg-info/SOURCES.txt"])
def test_what_is_saved_in_the_new_one_of_a_run_that_fails_is_kept_but_for_what_builds_write(
    bench: Workbench, clone: Path, name: str
) -> None:
    repositories = Repositories(clone.parent, bench.ui)
    _put(repositories, clone)
    (clone / name).parent.mkdir(parents=True, exist_ok=True)
    (clone / name).write_text("written")
    repositories.end()
    assert (clone / "setup.py").read_text() == "one"
    if name == "mine":
        assert (clone.with_name("project.bak") / name).read_text() == "written"
        assert "mine changed during the installation" in bench.err.getvalue()
    else:
        assert _names(clone) == ["project"]


def test_work_in_a_first_clone_of_a_run_that_fails_stays(bench: Workbench, clone: Path) -> None:
    remove_tree(clone)
    for name in ("build", "mine"):
        repositories = Repositories(clone.parent, bench.ui)
        _put(repositories, clone)
        (clone / name).write_text("written")
        repositories.end()
        assert clone.exists() is (name == "mine")
    assert f"{clone} was not removed: mine changed" in bench.err.getvalue()
    assert _names(clone) == ["project"]


@pytest.mark.usefixtures("_each_way")
def test_what_somebody_else_put_there_meanwhile_is_not_undone(
    bench: Workbench, clone: Path
) -> None:
    repositories = Repositories(clone.parent, bench.ui)
    _put(repositories, clone)
    clone.rename(clone.with_name("elsewhere"))
    clone.mkdir()
    (clone / "theirs").write_text("theirs")
    repositories.end()
    assert (clone / "theirs").exists()
    assert (clone.with_name("project.bak") / "setup.py").read_text() == "one"
    assert "was replaced during the installation" in bench.err.getvalue()


@pytest.mark.usefixtures("_each_way")
@pytest.mark.posix_only("it forks")
@pytest.mark.parametrize("does_clone_again", [True, False])
@pytest.mark.parametrize("has_work", [True, False])
def test_after_a_kill_at_any_instant_no_work_is_lost(
    bench: Workbench, clone: Path, *, does_clone_again: bool, has_work: bool
) -> None:
    def run() -> None:
        repositories = Repositories(clone.parent, bench.ui)
        _put(repositories, clone)
        repositories.keep()
        repositories.end()

    number, ended = 0, -signal.SIGKILL
    while ended:
        number += 3
        remove_tree(clone.parent)
        clone.mkdir(parents=True)
        (clone / "setup.py").write_text("one")
        ended = in_child(run, number, signal.SIGKILL)
        found_all = [path for path in clone.parent.rglob("setup.py") if path.read_text() == "one"]
        left = [path for path in found_all if "removed-" not in str(path)]
        if has_work:
            for path in left:
                path.write_text("one, and mine")
        if does_clone_again:
            remove_tree(clone)
            clone.mkdir()
            (clone / "theirs").write_text("theirs")
        recover(replace(bench.target, src=clone.parent), bench.ui)
        texts = [path.read_text() for path in clone.parent.rglob("setup.py")]
        found = number, _names(clone), texts
        assert {"project"} <= set(_names(clone)) <= {"project", "project.bak"}, found
        assert (clone / "theirs").exists() is does_clone_again, found
        was_elsewhere = left not in ([], [clone / "setup.py"])
        if has_work and (was_elsewhere or (left and not does_clone_again)):
            assert "one, and mine" in texts, found
        elif not does_clone_again:
            assert texts in (["one"], ["two"]), found


def test_waiting_for_another_run_ends_with_the_run(bench: Workbench, clone: Path) -> None:
    one, other = (Repositories(clone.parent, bench.ui) for _ in range(2))
    one.hold()
    raised = []

    def wait() -> None:
        with pytest.raises(StoppedError) as caught:
            other.hold()
        raised.append(caught)

    thread = threading.Thread(target=wait)
    thread.start()
    other.end()
    thread.join(10)
    one.end()
    assert raised


def test_a_directory_that_the_run_locks_later_itself_is_not_locked(
    bench: Workbench, clone: Path
) -> None:
    for _ in range(2):
        Repositories(clone.parent, bench.ui, 0.1, [str(clone.parent)]).hold()
