"""Where repositories of editable requirements stay, after runs that were killed, too."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bootstrap._vendor.packaging.utils import canonicalize_name
from bootstrap.build.builder import Builder
from bootstrap.build.settings import BuildSettings
from bootstrap.build.vcs import VcsUrl, parse_vcs_url
from bootstrap.install.commit.area import Area
from bootstrap.preparer.checkouts import Checkouts
from bootstrap.termination import StoppedError
from bootstrap.ui import Ui
from tests.functional.builds.projects import git, repository, write_project
from tests.unit.build_room.workbench import LocalSdists
from tests.unit.target.pythons import target_of

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="there is no git")

NAME = canonicalize_name("demo")


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Builder]:
    ui = Ui(io.StringIO(), io.StringIO())
    settings = BuildSettings(environ=os.environ)
    directory = tmp_path / "room"
    directory.mkdir()
    with Builder(target_of(), LocalSdists(), settings, directory=directory, ui=ui) as room:
        yield room


@pytest.fixture
def url(tmp_path: Path) -> VcsUrl:
    """A repository with one commit."""
    fork = write_project(tmp_path / "fork")
    repository(fork)
    return parse_vcs_url(f"git+{fork.as_uri()}")


@pytest.fixture
def src(tmp_path: Path) -> Path:
    return tmp_path / "src"


@pytest.fixture
def settle(room: Builder, url: VcsUrl, src: Path, tmp_path: Path) -> Callable[[], None]:
    """Settle the repository in a run of its own."""

    def run() -> None:
        with Checkouts(src, room) as checkouts:
            into = tmp_path / "fresh"
            shutil.rmtree(into, ignore_errors=True)
            checkouts.settle(room.git.clone(url, into, editable=True), url, NAME)

    return run


def killed(src: Path) -> Path:
    """Move a clone aside as a run does that is killed right then; return where it lies."""
    area = Area(str(src))
    area.make()
    kept = Path(area.path, "old", "demo")
    (src / "demo").rename(kept)
    area.end(keep=True)
    return kept


def test_what_a_killed_run_moved_aside_comes_back(settle: Callable[[], None], src: Path) -> None:
    settle()
    (src / "demo" / "mine.txt").write_text("mine", encoding="utf-8")
    killed(src)
    settle()
    assert (src / "demo" / "mine.txt").is_file()
    assert [path.name for path in src.iterdir()] == ["demo"]


def test_what_a_killed_run_had_replaced_goes(settle: Callable[[], None], src: Path) -> None:
    settle()
    kept = killed(src)
    shutil.copytree(kept, src / "demo", symlinks=True)
    settle()
    assert [path.name for path in src.iterdir()] == ["demo"]


def test_what_a_living_run_moved_aside_is_left_to_it(
    settle: Callable[[], None], src: Path, url: VcsUrl, room: Builder, tmp_path: Path
) -> None:
    settle()
    with Checkouts(src, room) as other:
        other.settle(room.git.clone(url, tmp_path / "other", editable=True), url, NAME)
        settle()
        assert len(list(src.iterdir())) == 2
    assert [path.name for path in src.iterdir()] == ["demo"]


def test_a_socket_of_git_s_does_not_hinder(settle: Callable[[], None], src: Path) -> None:
    settle()
    os.mkfifo(src / "demo" / ".git" / "fsmonitor--daemon.ipc")
    settle()
    assert git(src / "demo", "status", "--porcelain") == ""


def test_nothing_is_settled_once_the_run_is_over(
    room: Builder, url: VcsUrl, src: Path, tmp_path: Path
) -> None:
    checkouts = Checkouts(src, room)
    found = room.git.clone(url, tmp_path / "fresh", editable=True)
    checkouts.__exit__(None, None, None)
    with pytest.raises(StoppedError):
        checkouts.settle(found, url, NAME)
    assert not src.exists()
