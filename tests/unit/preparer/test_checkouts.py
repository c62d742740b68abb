"""Where repositories of editable requirements stay, after runs that failed or were killed, too."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from bootstrap._vendor.packaging.utils import canonicalize_name
from bootstrap.install.commit.staging import StagingDirectory
from bootstrap.install.vcs_src import Repositories, mend
from bootstrap.pep517.builder import Builder
from bootstrap.pep517.git import VcsError, VcsUrl, parse_vcs_url
from bootstrap.pep517.settings import BuildSettings
from bootstrap.pep517.source import VcsCheckout
from bootstrap.preparer.source_fetcher import Checkouts
from bootstrap.signals import StoppedError
from bootstrap.ui import Ui
from tests.functional.builds.projects import git, repository, write_project
from tests.unit.environment.pythons import target_of
from tests.unit.install.instants import listening
from tests.unit.pep517.workbench import LocalSdists

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="there is no git")

NAME = canonicalize_name("demo")


@pytest.fixture
def ui() -> Ui:
    return Ui(io.StringIO(), io.StringIO())


@pytest.fixture
def room(tmp_path: Path, ui: Ui) -> Iterator[Builder]:
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
def a_run(room: Builder, src: Path, ui: Ui) -> Callable[[], Checkouts]:
    """Return a new run's."""
    return lambda: Checkouts(Repositories(src, ui), room.git)


@pytest.fixture
def fresh(room: Builder, url: VcsUrl, tmp_path: Path) -> Callable[[], VcsCheckout]:
    """Clone the repository."""

    def clone() -> VcsCheckout:
        into = tmp_path / "fresh"
        shutil.rmtree(into, ignore_errors=True)
        return room.git.clone(url, into, editable=True)

    return clone


@pytest.fixture
def settle(
    a_run: Callable[[], Checkouts], fresh: Callable[[], VcsCheckout], url: VcsUrl
) -> Callable[[], None]:
    """Settle the repository in a run of its own, that installs it."""

    def run() -> None:
        with a_run() as checkouts:
            checkouts.settle(fresh(), url, NAME)
            checkouts.keep()

    return run


def killed(src: Path) -> Path:
    """Move a clone aside as a run does that is killed right then; return where it lies."""
    area = StagingDirectory(str(src))
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
    settle: Callable[[], None],
    src: Path,
    url: VcsUrl,
    a_run: Callable[[], Checkouts],
    fresh: Callable[[], VcsCheckout],
    ui: Ui,
) -> None:
    settle()
    with a_run() as other:
        other.settle(fresh(), url, NAME)
        settle()
        mend(src, ui)
        assert len(list(src.iterdir())) == 2
        other.keep()
    assert [path.name for path in src.iterdir()] == ["demo"]


def test_a_killed_run_is_swept_without_settling_anything(
    settle: Callable[[], None], src: Path, ui: Ui
) -> None:
    settle()
    (src / "demo" / "mine.txt").write_text("mine", encoding="utf-8")
    killed(src)
    mend(src, ui)
    assert (src / "demo" / "mine.txt").is_file()
    assert [path.name for path in src.iterdir()] == ["demo"]


class ErrorAfterwardsError(Exception):
    """Something fails."""


def fail(checkouts: Checkouts, *actions: Callable[[], object]) -> None:
    """Do things in a run, and fail."""
    with suppress(ErrorAfterwardsError), checkouts:
        for each in actions:
            each()
        raise ErrorAfterwardsError


def test_what_is_to_be_kept_stays_whatever_comes(
    a_run: Callable[[], Checkouts], fresh: Callable[[], VcsCheckout], url: VcsUrl, src: Path
) -> None:
    for _ in range(2):
        run = a_run()
        fail(run, lambda run=run: run.settle(fresh(), url, NAME), run.keep)  # type: ignore[misc]
        assert [path.name for path in src.iterdir()] == ["demo"]
        assert (src / "demo" / "pyproject.toml").is_file()


def test_what_was_settled_twice_in_a_run_that_fails_comes_back_as_it_was_before_both(
    settle: Callable[[], None],
    a_run: Callable[[], Checkouts],
    fresh: Callable[[], VcsCheckout],
    url: VcsUrl,
    src: Path,
) -> None:
    settle()
    before = (src / "demo").stat().st_ino
    run = a_run()

    def settle_again() -> None:
        run.settle(fresh(), url, NAME)

    fail(run, settle_again, settle_again)
    assert (src / "demo").stat().st_ino == before
    assert [path.name for path in src.iterdir()] == ["demo"]


def test_what_was_settled_twice_in_a_run_that_fails_goes_where_nothing_was(
    a_run: Callable[[], Checkouts], fresh: Callable[[], VcsCheckout], url: VcsUrl, src: Path
) -> None:
    run = a_run()

    def settle_again() -> None:
        run.settle(fresh(), url, NAME)

    fail(run, settle_again, settle_again)
    assert not src.exists()


def test_a_place_is_never_empty_while_something_else_takes_it(
    settle: Callable[[], None],
    a_run: Callable[[], Checkouts],
    fresh: Callable[[], VcsCheckout],
    url: VcsUrl,
    src: Path,
) -> None:
    settle()
    run, found = a_run(), fresh()
    there = []
    with listening(lambda _: there.append((src / "demo").exists())):
        fail(run, lambda: run.settle(found, url, NAME))
    assert there
    assert all(there)


def test_a_link_to_somebody_s_own_clone_is_refused_and_stays(
    a_run: Callable[[], Checkouts],
    fresh: Callable[[], VcsCheckout],
    url: VcsUrl,
    src: Path,
    tmp_path: Path,
) -> None:
    own = tmp_path / "own"
    shutil.copytree(fresh().path, own, symlinks=True)
    src.mkdir()
    (src / "demo").symlink_to(own)
    with (
        a_run() as checkouts,
        pytest.raises(VcsError, match=f"{src / 'demo'}: it is a link to {own}") as caught,
    ):
        checkouts.settle(fresh(), url, NAME)
    assert caught.value.hint is not None
    assert f"-e {own}" in caught.value.hint
    assert (src / "demo").is_symlink()
    assert [path.name for path in src.iterdir()] == ["demo"]


def test_a_socket_of_git_s_does_not_hinder(settle: Callable[[], None], src: Path) -> None:
    settle()
    os.mkfifo(src / "demo" / ".git" / "fsmonitor--daemon.ipc")
    settle()
    assert git(src / "demo", "status", "--porcelain") == ""


def test_nothing_is_settled_once_the_run_is_over(
    a_run: Callable[[], Checkouts], fresh: Callable[[], VcsCheckout], url: VcsUrl, src: Path
) -> None:
    checkouts = a_run()
    found = fresh()
    checkouts.__exit__(None, None, None)
    with pytest.raises(StoppedError):
        checkouts.settle(found, url, NAME)
    assert not src.exists()
