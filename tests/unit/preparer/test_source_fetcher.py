"""Where repositories of editable requirements are, also after runs that failed or were killed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from bootstrap._vendor.packaging.utils import canonicalize_name
from bootstrap.install.commit.staging import StagingDirectory
from bootstrap.install.vcs_src import Repositories, clean_up
from bootstrap.pep517.builder import Builder
from bootstrap.pep517.git import Git, VcsError, VcsUrl, parse_vcs_url
from bootstrap.pep517.settings import BuildSettings
from bootstrap.pep517.source import VcsCheckout
from bootstrap.preparer.source_fetcher import SourceFetcher
from bootstrap.signals import StoppedError
from bootstrap.ui import Ui
from tests.functional.builds.projects import git, repository, write_project
from tests.unit.environment.pythons import target_of
from tests.unit.install.instants import listening
from tests.unit.pep517.workbench import LocalSdists

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="there is no git")

NAME = canonicalize_name("demo")


class Run:
    """One run: at its end, what it moved to `src` is undone unless it was to be kept."""

    def __init__(self, git: Git, src: Path, ui: Ui) -> None:
        self.repositories = Repositories(src, ui)
        self.fetcher = SourceFetcher(None, git, None, self.repositories)  # type: ignore[arg-type]  # nothing is fetched

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *_: object) -> None:
        self.repositories.end()

    def move(self, checkout: VcsCheckout, url: VcsUrl) -> None:
        self.fetcher.move_to_src(checkout, url, NAME)

    def keep(self) -> None:
        self.repositories.keep()


@pytest.fixture
def builder(tmp_path: Path, ui: Ui) -> Iterator[Builder]:
    settings = BuildSettings(environ=os.environ)
    directory = tmp_path / "builds"
    directory.mkdir()
    with Builder(target_of(), LocalSdists(), settings, directory=directory, ui=ui) as builder:
        yield builder


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
def a_run(builder: Builder, src: Path, ui: Ui) -> Callable[[], Run]:
    """Return a new run's."""
    return lambda: Run(builder.git, src, ui)


@pytest.fixture
def fresh(builder: Builder, url: VcsUrl, tmp_path: Path) -> Callable[[], VcsCheckout]:
    """Clone the repository."""

    def clone() -> VcsCheckout:
        into = tmp_path / "fresh"
        shutil.rmtree(into, ignore_errors=True)
        return builder.git.clone(url, into, editable=True)

    return clone


@pytest.fixture
def move_to_src(
    a_run: Callable[[], Run], fresh: Callable[[], VcsCheckout], url: VcsUrl
) -> Callable[[], None]:
    """Move the repository to `src` in a run of its own, which keeps it."""

    def move_and_keep() -> None:
        with a_run() as run:
            run.move(fresh(), url)
            run.keep()

    return move_and_keep


def killed(src: Path) -> Path:
    """Move a clone aside as a run does that is killed right then; return where it lies."""
    area = StagingDirectory(str(src))
    area.create()
    kept = Path(area.path, "old", "demo")
    (src / "demo").rename(kept)
    area.remove(keep=True)
    return kept


def test_a_clone_that_a_killed_run_had_moved_aside_is_restored(
    move_to_src: Callable[[], None], src: Path
) -> None:
    move_to_src()
    (src / "demo" / "mine.txt").write_text("mine", encoding="utf-8")
    killed(src)
    move_to_src()
    assert (src / "demo" / "mine.txt").is_file()
    assert [path.name for path in src.iterdir()] == ["demo"]


def test_a_clone_that_a_killed_run_had_replaced_is_removed(
    move_to_src: Callable[[], None], src: Path
) -> None:
    move_to_src()
    kept = killed(src)
    shutil.copytree(kept, src / "demo", symlinks=True)
    move_to_src()
    assert [path.name for path in src.iterdir()] == ["demo"]


def test_a_clone_that_another_running_run_moved_aside_is_left_alone(
    move_to_src: Callable[[], None],
    src: Path,
    url: VcsUrl,
    a_run: Callable[[], Run],
    fresh: Callable[[], VcsCheckout],
    ui: Ui,
) -> None:
    move_to_src()
    with a_run() as other:
        other.move(fresh(), url)
        move_to_src()
        clean_up(src, ui, ui.warn)
        assert len(list(src.iterdir())) == 2
        other.keep()
    assert [path.name for path in src.iterdir()] == ["demo"]


def test_a_killed_run_is_cleaned_up_without_moving_anything(
    move_to_src: Callable[[], None], src: Path, ui: Ui
) -> None:
    move_to_src()
    (src / "demo" / "mine.txt").write_text("mine", encoding="utf-8")
    killed(src)
    clean_up(src, ui, ui.warn)
    assert (src / "demo" / "mine.txt").is_file()
    assert [path.name for path in src.iterdir()] == ["demo"]


class ErrorAfterwardsError(Exception):
    """Something fails."""


def fail(run: Run, *actions: Callable[[], object]) -> None:
    """Do things in a run, and fail."""
    with suppress(ErrorAfterwardsError), run:
        for action in actions:
            action()
        raise ErrorAfterwardsError


def test_a_kept_clone_stays_even_if_the_run_fails(
    a_run: Callable[[], Run], fresh: Callable[[], VcsCheckout], url: VcsUrl, src: Path
) -> None:
    for _ in range(2):
        run = a_run()
        fail(run, lambda run=run: run.move(fresh(), url), run.keep)  # type: ignore[misc]
        assert [path.name for path in src.iterdir()] == ["demo"]
        assert (src / "demo" / "pyproject.toml").is_file()


def test_a_clone_replaced_twice_in_a_run_that_fails_is_restored_as_it_was_before_both(
    move_to_src: Callable[[], None],
    a_run: Callable[[], Run],
    fresh: Callable[[], VcsCheckout],
    url: VcsUrl,
    src: Path,
) -> None:
    move_to_src()
    before = (src / "demo").stat().st_ino
    run = a_run()

    def move_again() -> None:
        run.move(fresh(), url)

    fail(run, move_again, move_again)
    assert (src / "demo").stat().st_ino == before
    assert [path.name for path in src.iterdir()] == ["demo"]


def test_a_new_clone_moved_twice_in_a_run_that_fails_is_removed(
    a_run: Callable[[], Run], fresh: Callable[[], VcsCheckout], url: VcsUrl, src: Path
) -> None:
    run = a_run()

    def move_again() -> None:
        run.move(fresh(), url)

    fail(run, move_again, move_again)
    assert not src.exists()


def test_the_clone_is_never_missing_while_another_replaces_it(
    move_to_src: Callable[[], None],
    a_run: Callable[[], Run],
    fresh: Callable[[], VcsCheckout],
    url: VcsUrl,
    src: Path,
) -> None:
    move_to_src()
    run, found = a_run(), fresh()
    there = []
    with listening(lambda _: there.append((src / "demo").exists())):
        fail(run, lambda: run.move(found, url))
    assert there
    assert all(there)


def test_a_link_to_a_clone_elsewhere_is_refused_and_stays(
    a_run: Callable[[], Run],
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
        a_run() as run,
        pytest.raises(VcsError, match=f"{src / 'demo'}: it is a link to {own}") as caught,
    ):
        run.move(fresh(), url)
    assert caught.value.hint is not None
    assert f"-e {own}" in caught.value.hint
    assert (src / "demo").is_symlink()
    assert [path.name for path in src.iterdir()] == ["demo"]


def test_a_socket_of_git_is_skipped(move_to_src: Callable[[], None], src: Path) -> None:
    move_to_src()
    os.mkfifo(src / "demo" / ".git" / "fsmonitor--daemon.ipc")
    move_to_src()
    assert git(src / "demo", "status", "--porcelain") == ""


def test_nothing_is_moved_after_the_run(
    a_run: Callable[[], Run], fresh: Callable[[], VcsCheckout], url: VcsUrl, src: Path
) -> None:
    run = a_run()
    found = fresh()
    run.__exit__(None, None, None)
    with pytest.raises(StoppedError):
        run.move(found, url)
    assert not src.exists()
