from __future__ import annotations

import signal
from pathlib import Path

import pytest

from bootstrap.file_changes import remove_tree
from bootstrap.install import vcs_src
from bootstrap.install.transaction import recover
from bootstrap.install.vcs_src import Repositories, src_directory
from tests.unit.install.conftest import Workbench
from tests.unit.install.instants import at, count, listening


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
