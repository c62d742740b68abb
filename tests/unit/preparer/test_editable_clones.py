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
from bootstrap.install.errors import InstallError
from bootstrap.install.vcs_src import Repositories, clean_up
from bootstrap.locking import LockTimeoutError
from bootstrap.pep517.builder import Builder
from bootstrap.pep517.editable_clone import EditableClone
from bootstrap.pep517.git import Git, VcsError, VcsUrl, parse_vcs_url
from bootstrap.pep517.settings import BuildSettings, ExistsAction
from bootstrap.pep517.source import VcsCheckout
from bootstrap.preparer.editable_clones import EditableClones
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
        self.git = git

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *_: object) -> None:
        self.repositories.end()

    def move(self, checkout: VcsCheckout, url: VcsUrl, *actions: ExistsAction) -> None:
        EditableClones(self.git, self.repositories, actions).place(checkout, url, NAME)

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
    """Clone the repository, which has a new commit each time: so what is there is replaced."""

    def clone() -> VcsCheckout:
        git(tmp_path / "fork", "commit", "--quiet", "--allow-empty", "-m", "one more")
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


def test_what_changes_while_it_is_updated_is_not_replaced(
    move_to_src: Callable[[], None], src: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    move_to_src()
    update = EditableClone.update

    def update_slowly(copy: EditableClone, checkout: VcsCheckout) -> None:
        update(copy, checkout)
        commit(src / "demo", "mine")

    with monkeypatch.context() as patched:
        patched.setattr(EditableClone, "update", update_slowly)
        with pytest.raises(InstallError, match="demo changed while it was updated") as caught:
            move_to_src()
    assert caught.value.hint == "Run the command again."
    assert git(src / "demo", "log", "-1", "--format=%s") == "mine"
    assert [path.name for path in src.iterdir()] == ["demo"]


def test_other_runs_wait_until_a_clone_that_was_moved_is_kept_or_undone(
    move_to_src: Callable[[], None],
    src: Path,
    url: VcsUrl,
    builder: Builder,
    a_run: Callable[[], Run],
    fresh: Callable[[], VcsCheckout],
    ui: Ui,
) -> None:
    move_to_src()
    before = git(src / "demo", "rev-parse", "HEAD")
    with a_run() as one:
        one.move(fresh(), url)
        with Run(builder.git, src, ui) as other:
            other.repositories = Repositories(src, ui, lock_timeout=0.1)
            with pytest.raises(LockTimeoutError):
                other.move(fresh(), url)
        clean_up(src, ui, ui.warn)
        assert (src / "demo").is_dir()
    assert git(src / "demo", "rev-parse", "HEAD") == before
    move_to_src()
    assert git(src / "demo", "rev-parse", "HEAD") != before


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


def branch_of(clone: Path) -> str:
    return git(clone, "branch", "--show-current")


@pytest.fixture
def moved(
    a_run: Callable[[], Run], builder: Builder, tmp_path: Path, src: Path, url: VcsUrl
) -> Callable[..., Path]:
    """Install the fork at a revision in a run of its own; return the clone."""

    def move(revision: str = "", *actions: ExistsAction, fork: str = "fork") -> Path:
        named = url.repository.replace((tmp_path / "fork").as_uri(), (tmp_path / fork).as_uri())
        wanted = parse_vcs_url(f"git+{named}{revision}")
        into = tmp_path / "checkout"
        shutil.rmtree(into, ignore_errors=True)
        with a_run() as run:
            run.move(builder.git.clone(wanted, into, editable=True), wanted, *actions)
            run.keep()
        return src / NAME

    return move


@pytest.fixture
def fork(tmp_path: Path, url: VcsUrl) -> Path:
    """The repository of `url`, with a tag at its first commit and another branch."""
    path = tmp_path / "fork"
    assert path.as_uri() == url.repository
    git(path, "tag", "v1")
    git(path, "branch", "topic/x")
    commit(path, "two")
    return path


def commit(path: Path, text: str) -> str:
    (path / "text").write_text(text, encoding="utf-8")
    git(path, "add", "text")
    git(path, "commit", "--quiet", "-m", text)
    return git(path, "rev-parse", "HEAD")


@pytest.mark.parametrize(("revision", "branch"), [("", "main"), ("@topic/x", "topic/x")])
def test_a_branch_is_checked_out_and_tracks_that_of_the_server(
    moved: Callable[..., Path], fork: Path, revision: str, branch: str
) -> None:
    clone = moved(revision)
    assert branch_of(clone) == branch
    assert git(clone, "rev-parse", "--abbrev-ref", "@{upstream}") == f"origin/{branch}"
    assert git(clone, "rev-parse", "HEAD") == git(fork, "rev-parse", branch)
    assert git(clone, "status", "--porcelain") == ""


@pytest.mark.parametrize("revision", ["v1", "v1^{commit}"])
def test_a_tag_or_commit_is_checked_out_detached(
    moved: Callable[..., Path], fork: Path, revision: str
) -> None:
    asked = "v1" if revision == "v1" else git(fork, "rev-parse", revision)
    for _ in range(2):
        clone = moved(f"@{asked}")
        assert branch_of(clone) == ""
        assert git(clone, "rev-parse", "HEAD") == git(fork, "rev-parse", "v1")


@pytest.mark.parametrize("branch", ["main", "mine"])
def test_a_clone_that_has_the_commit_and_more_stays_as_it_is(
    moved: Callable[..., Path], fork: Path, branch: str
) -> None:
    clone = moved()
    if branch != "main":
        git(clone, "switch", "--quiet", "-c", branch)
    own = commit(clone, "own work")
    (clone / "demo.py").write_text("changed", encoding="utf-8")
    inode = clone.stat().st_ino
    moved()
    assert clone.stat().st_ino == inode
    assert (branch_of(clone), git(clone, "rev-parse", "HEAD")) == (branch, own)
    assert (clone / "demo.py").read_text(encoding="utf-8") == "changed"
    assert git(fork, "rev-parse", "HEAD") != own


def test_a_clone_on_its_branch_is_brought_forward(moved: Callable[..., Path], fork: Path) -> None:
    clone = moved()
    newest = commit(fork, "three")
    moved()
    assert (branch_of(clone), git(clone, "rev-parse", "HEAD")) == ("main", newest)


def test_a_clone_that_an_older_run_had_detached_is_put_on_its_branch(
    moved: Callable[..., Path], fork: Path
) -> None:
    clone = moved()
    git(clone, "checkout", "--quiet", "--detach")
    moved()
    assert branch_of(clone) == "main"
    git(clone, "checkout", "--quiet", "--detach")
    newest = commit(fork, "three")
    moved()
    assert (branch_of(clone), git(clone, "rev-parse", "HEAD")) == ("main", newest)


def test_another_branch_is_switched_to_and_that_of_somebody_is_kept(
    moved: Callable[..., Path], fork: Path
) -> None:
    clone = moved()
    git(clone, "switch", "--quiet", "-c", "mine")
    own = commit(clone, "own")
    newest = commit(fork, "three")
    moved()
    assert (branch_of(clone), git(clone, "rev-parse", "HEAD")) == ("main", newest)
    assert git(clone, "rev-parse", "mine") == own


def test_a_branch_with_other_commits_is_refused_and_stays(
    moved: Callable[..., Path], fork: Path
) -> None:
    clone = moved()
    own = commit(clone, "own")
    commit(fork, "three")
    with pytest.raises(VcsError, match="git merge exited with status") as caught:
        moved()
    assert "rebase or merge them" in (caught.value.hint or "")
    assert (branch_of(clone), git(clone, "rev-parse", "HEAD")) == ("main", own)
    assert [path.name for path in clone.parent.iterdir()] == [NAME]


def test_credentials_of_the_same_server_make_no_other_repository(
    moved: Callable[..., Path], fork: Path
) -> None:
    clone = moved()
    git(clone, "remote", "set-url", "origin", fork.as_uri().replace("//", "//localhost"))
    newest = commit(fork, "three")
    moved()
    assert git(clone, "rev-parse", "HEAD") == newest


@pytest.mark.parametrize("actions", [(), (ExistsAction.SWITCH,)], ids=["no action", "s"])
@pytest.mark.parametrize("is_same", [True, False])
def test_the_repository_around_a_damaged_clone_is_not_taken_for_it(
    moved: Callable[..., Path],
    fork: Path,
    src: Path,
    actions: tuple[ExistsAction, ...],
    is_same: bool,
) -> None:
    around = src.parent
    git(around, "init", "--quiet", "-b", "main")
    git(around, "remote", "add", "origin", fork.as_uri() if is_same else "https://host.example/x")
    own = commit(around, "own")
    (src / NAME / ".git").mkdir(parents=True)
    before = git(around, "config", "--list", "--local"), git(around, "for-each-ref")
    with pytest.raises(VcsError, match="something else is there"):
        moved("@v1", *actions)
    assert (git(around, "config", "--list", "--local"), git(around, "for-each-ref")) == before
    assert (branch_of(around), git(around, "rev-parse", "HEAD")) == ("main", own)
    assert (around / "text").exists()


@pytest.mark.parametrize("is_link", [True, False], ids=["link", "worktree"])
def test_a_clone_elsewhere_is_not_changed_through_what_leads_to_it(
    moved: Callable[..., Path], fork: Path, src: Path, tmp_path: Path, is_link: bool
) -> None:
    elsewhere = tmp_path / "elsewhere"
    git(fork.parent, "clone", "--quiet", fork.as_uri(), str(elsewhere))
    place = src / NAME
    src.mkdir()
    if is_link:
        place.mkdir()
        (place / ".git").symlink_to(elsewhere / ".git")
    else:
        git(elsewhere, "worktree", "add", "--quiet", "-b", "wip", str(place))
    before = git(elsewhere, "for-each-ref"), git(place, "rev-parse", "HEAD"), branch_of(place)
    commit(fork, "three")
    for actions in ((), (ExistsAction.SWITCH,)):
        with pytest.raises(VcsError, match="something else is there"):
            moved("@v1", *actions)
    after = git(elsewhere, "for-each-ref"), git(place, "rev-parse", "HEAD"), branch_of(place)
    assert after == before
    moved("@v1", ExistsAction.BACKUP)
    assert branch_of(elsewhere) == "main"


@pytest.mark.parametrize("revision", ["", "@topic/x", "@v2"])
def test_a_file_that_git_ignores_is_not_overwritten(
    moved: Callable[..., Path], fork: Path, revision: str
) -> None:
    clone = moved()
    (clone / ".git/info/exclude").write_text("notes\n", encoding="utf-8")
    (clone / "notes").write_text("mine", encoding="utf-8")
    git(fork, "checkout", "--quiet", revision[1:] if "/" in revision else "main")
    (fork / "notes").write_text("theirs", encoding="utf-8")
    git(fork, "add", "notes")
    git(fork, "commit", "--quiet", "-m", "notes")
    git(fork, "tag", "v2")
    with pytest.raises(VcsError, match="notes"):
        moved(revision)
    assert (clone / "notes").read_text(encoding="utf-8") == "mine"
    (clone / "notes").unlink()
    moved(revision)
    assert (clone / "notes").read_text(encoding="utf-8") == "theirs"


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Another repository of the same project."""
    path = write_project(tmp_path / "other")
    repository(path)
    return path


class TestExistsAction:
    """What happens where a clone of another repository, or anything else, is there."""

    def test_without_one_is_an_error(
        self, moved: Callable[..., Path], fork: Path, other: Path
    ) -> None:
        clone = moved()
        for actions in ((), (ExistsAction.ABORT, ExistsAction.WIPE)):
            with pytest.raises(VcsError, match="something else is there") as caught:
                moved("", *actions, fork=other.name)
            assert "--exists-action" in (caught.value.hint or "")
        assert git(clone, "remote", "get-url", "origin") == fork.as_uri()

    def test_s_switches_the_clone(
        self, moved: Callable[..., Path], fork: Path, other: Path
    ) -> None:
        clone = moved()
        (clone / "own").write_text("own", encoding="utf-8")
        git(other, "branch", "-m", "trunk")
        newest = commit(other, "of the other")
        moved("", ExistsAction.SWITCH, fork=other.name)
        assert git(clone, "remote", "get-url", "origin") == other.as_uri()
        assert (branch_of(clone), git(clone, "rev-parse", "HEAD")) == ("trunk", newest)
        assert (clone / "own").exists()
        assert fork.exists()

    def test_i_leaves_what_is_there(
        self, moved: Callable[..., Path], fork: Path, other: Path
    ) -> None:
        clone = moved()
        inode = clone.stat().st_ino
        moved("", ExistsAction.IGNORE, fork=other.name)
        assert clone.stat().st_ino == inode
        assert git(clone, "remote", "get-url", "origin") == fork.as_uri()

    def test_w_deletes_what_is_there(self, moved: Callable[..., Path], src: Path) -> None:
        (src / NAME).mkdir(parents=True)
        (src / NAME / "mine").write_text("mine", encoding="utf-8")
        # s is not possible, so that the next one counts
        clone = moved("", ExistsAction.SWITCH, ExistsAction.WIPE)
        assert not (clone / "mine").exists()
        assert (clone / "demo.py").exists()
        assert [path.name for path in src.iterdir()] == [NAME]

    def test_b_renames_what_is_there(self, moved: Callable[..., Path], src: Path) -> None:
        for number in ("", "2"):
            shutil.rmtree(src / NAME, ignore_errors=True)
            (src / NAME).mkdir(parents=True)
            (src / NAME / f"mine{number}").write_text("mine", encoding="utf-8")
            clone = moved("", ExistsAction.BACKUP)
            assert (clone / "demo.py").exists()
            assert (src / f"{NAME}.bak{number}" / f"mine{number}").exists()

    def test_b_does_not_replace_a_link_that_leads_nowhere(
        self, moved: Callable[..., Path], src: Path
    ) -> None:
        src.mkdir()
        (src / NAME).write_text("mine", encoding="utf-8")
        (src / f"{NAME}.bak").symlink_to("nowhere")
        moved("", ExistsAction.BACKUP)
        assert (src / f"{NAME}.bak").is_symlink()
        assert (src / f"{NAME}.bak2").read_text(encoding="utf-8") == "mine"

    @pytest.mark.parametrize("action", [ExistsAction.WIPE, ExistsAction.BACKUP])
    def test_is_undone_if_the_run_fails(
        self,
        a_run: Callable[[], Run],
        fresh: Callable[[], VcsCheckout],
        url: VcsUrl,
        src: Path,
        action: ExistsAction,
    ) -> None:
        (src / NAME).mkdir(parents=True)
        (src / NAME / "mine").write_text("mine", encoding="utf-8")
        run, checkout = a_run(), fresh()
        fail(run, lambda: run.move(checkout, url, action))
        assert (src / NAME / "mine").exists()
        assert [path.name for path in src.iterdir()] == [NAME]
