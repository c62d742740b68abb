"""Repositories by git, on this machine."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.functional.builds.conftest import Site
from tests.functional.builds.projects import git, repository, write_project
from tests.functional.engine import snapshot

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="there is no git")


@pytest.fixture
def fork(tmp_path: Path) -> Path:
    """A repository with a project in it, at its first commit."""
    tree = write_project(tmp_path / "the fork", script=True)
    repository(tree)
    return tree


def test_a_branch_is_pinned_to_its_commit(site: Site, fork: Path) -> None:
    git(fork, "checkout", "--quiet", "-b", "feature/x")
    git(fork, "commit", "--quiet", "--allow-empty", "-m", "more")
    site.installs(f"demo @ git+{fork.as_uri()}@feature/x")
    assert site.direct_url("demo") == {
        "url": fork.as_uri(),
        "vcs_info": {
            "vcs": "git",
            "commit_id": git(fork, "rev-parse", "HEAD"),
            "requested_revision": "feature/x",
        },
    }


def test_a_commit_that_is_installed_already_is_not_built_again(site: Site, fork: Path) -> None:
    url = f"git+{fork.as_uri()}"
    site.installs(f"demo @ {url}")
    before = snapshot(site.venv)
    commit = git(fork, "rev-parse", "HEAD")
    for spelling in (f"demo @ {url}", f"{url}@main", f"{url}@{commit}"):
        assert "Nothing to do" in site.installs(spelling).out
    assert snapshot(site.venv) == before
    assert len(site.seen()) == 1
    site.installs(f"demo @ {url}", "--force-reinstall")
    assert len(site.seen()) == 2
    git(fork, "commit", "--quiet", "--allow-empty", "-m", "the same version, but another commit")
    site.installs(f"demo @ {url}")
    assert site.direct_url("demo")["vcs_info"]["commit_id"] == git(fork, "rev-parse", "HEAD")


def test_a_fork_may_be_the_installer(site: Site, fork: Path) -> None:
    options = ("--venv", str(site.venv), *site.index.options)
    done = site.engine.succeeds(*options, "--installer", f"git+{fork.as_uri()}", "--", "hello")
    assert done.out.splitlines()[-1] == "demo says hello"


def test_an_editable_repository_stays_in_the_environment(site: Site, fork: Path) -> None:
    url = f"git+{fork.as_uri()}@main#egg=demo"
    site.installs("-e", url)
    place = site.venv / "src" / "demo"
    assert site.direct_url("demo") == {"url": place.as_uri(), "dir_info": {"editable": True}}
    (fork / "demo.py").write_text("VALUE = 8\n", encoding="utf-8")
    git(fork, "commit", "--quiet", "-am", "eight")
    site.installs("-e", url)
    assert site.python("import demo; print(demo.VALUE, demo.__file__)") == f"8 {place / 'demo.py'}"


def test_a_dry_run_reports_an_editable_repository_where_it_would_be(site: Site, fork: Path) -> None:
    before = snapshot(site.venv)
    done = site.installs("--dry-run", "--report", "-", "-e", f"git+{fork.as_uri()}#egg=demo")
    (demo,) = (
        item for item in json.loads(done.out)["install"] if item["metadata"]["name"] == "demo"
    )
    assert demo["download_info"] == {
        "url": (site.venv / "src" / "demo").as_uri(),
        "dir_info": {"editable": True},
    }
    assert snapshot(site.venv) == before


def break_build(fork: Path) -> None:
    """Commit what cannot be built."""
    path = fork / "pyproject.toml"
    path.write_text(path.read_text("utf-8").replace('"tinyback"', '"broken"', 1), encoding="utf-8")
    git(fork, "commit", "--quiet", "-am", "break it")


def test_an_editable_repository_that_fails_leaves_nothing(site: Site, fork: Path) -> None:
    site.installs("tinyback")
    before = snapshot(site.venv)
    break_build(fork)
    site.refuses("-e", f"git+{fork.as_uri()}#egg=demo")
    assert snapshot(site.venv) == before


@pytest.fixture
def clone(site: Site, fork: Path) -> Path:
    """The clone of an editable requirement, in which somebody has worked."""
    site.installs("-e", f"git+{fork.as_uri()}#egg=demo")
    place = site.venv / "src" / "demo"
    git(place, "switch", "--quiet", "-c", "mine")
    (place / "mine.py").write_text("MINE = True\n", encoding="utf-8")
    return place


def test_an_editable_repository_that_fails_stays_at_the_commit_it_had(
    site: Site, fork: Path, clone: Path
) -> None:
    before = snapshot(site.venv)
    break_build(fork)
    site.refuses("-e", f"git+{fork.as_uri()}#egg=demo")
    assert snapshot(site.venv) == before
    assert git(clone, "branch", "--show-current") == "mine"


def test_an_editable_repository_keeps_local_changes(site: Site, fork: Path, clone: Path) -> None:
    (fork / "demo.py").write_text("VALUE = 8\n", encoding="utf-8")
    git(fork, "commit", "--quiet", "-am", "eight")
    site.installs("-e", f"git+{fork.as_uri()}#egg=demo")
    assert site.python("import demo, mine; print(demo.VALUE, mine.MINE)") == "8 True"
    assert "mine" in git(clone, "branch", "--format", "%(refname:short)").splitlines()

    (clone / "demo.py").write_text("VALUE = 'mine'\n", encoding="utf-8")
    (fork / "demo.py").write_text("VALUE = 9\n", encoding="utf-8")
    git(fork, "commit", "--quiet", "-am", "nine")
    before = snapshot(site.venv)
    done = site.refuses("-e", f"git+{fork.as_uri()}#egg=demo")
    assert "demo.py" in done.err
    assert "Commit, stash or remove the local changes in the clone." in done.err
    assert snapshot(site.venv) == before


def test_an_editable_repository_stays_if_the_report_fails_after_the_installation(
    site: Site, fork: Path
) -> None:
    done = site.refuses("--report", "/dev/full", "-e", f"git+{fork.as_uri()}#egg=demo")
    assert "/dev/full" in done.err
    place = site.venv / "src" / "demo"
    assert site.python("import demo; print(demo.__file__)") == str(place / "demo.py")
    assert list(place.parent.iterdir()) == [place]


def starts(site: Site, url: str) -> subprocess.Popen[bytes]:
    """Begin to install an editable requirement."""
    environ = {**os.environ, **site.engine.environ, **site.environ}
    command = [*site.engine.command, *map(str, site.options), "-e", url]
    return subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


@pytest.mark.parametrize("milliseconds", [0, 5])
def test_an_editable_repository_exists_if_it_is_installed_despite_late_interrupts(
    site: Site, fork: Path, milliseconds: int
) -> None:
    site.installs("tinyback")
    libraries = site.venv / "lib"
    with starts(site, f"git+{fork.as_uri()}#egg=demo") as process:
        while process.poll() is None and not list(libraries.glob("*/site-packages/demo-*")):
            pass
        time.sleep(milliseconds / 1000)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=60)
    assert process.returncode in {0, 130, -signal.SIGINT}, output
    assert list(libraries.glob("*/site-packages/demo-*")), output
    place = site.venv / "src" / "demo"
    assert (place / "demo.py").is_file(), output
    assert list(place.parent.iterdir()) == [place]


def test_what_a_killed_run_left_beside_editable_repositories_is_removed_by_the_next_run(
    site: Site, fork: Path
) -> None:
    site.installs("tinyback")
    src = site.venv / "src"
    with starts(site, f"git+{fork.as_uri()}#egg=demo") as process:
        while process.poll() is None and not list(src.glob(".get-installer-*")):
            pass
        process.kill()
        process.communicate()
    assert list(src.glob(".get-installer-*"))
    assert "Nothing to do" in site.installs("tinyback").out
    assert not list(src.glob(".get-installer-*"))


def test_another_directory_in_place_of_an_editable_repository_is_kept(
    site: Site, fork: Path
) -> None:
    site.installs("tinyback")
    place = site.venv / "src" / "demo"
    place.mkdir(parents=True)
    (place / "mine.txt").write_text("mine", encoding="utf-8")
    before = snapshot(site.venv)
    done = site.refuses("-e", f"git+{fork.as_uri()}#egg=demo")
    assert f"{place}: something else is there" in done.err
    assert snapshot(site.venv) == before


def test_a_subdirectory_and_submodules_are_cloned(
    site: Site, fork: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = tmp_path / "whole"
    write_project(whole / "inner", "inner")
    git(whole, "init", "--quiet")
    git(whole, "submodule", "--quiet", "add", fork.as_uri(), "inner/vendor")
    git(whole, "add", ".")
    git(whole, "commit", "--quiet", "-m", "with a submodule")
    # git itself refuses file: submodules by default.
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "protocol.file.allow")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "always")
    site.installs(f"inner @ git+{whole.as_uri()}#subdirectory=inner")
    assert site.direct_url("inner")["subdirectory"] == "inner"


@pytest.mark.parametrize("system", ["hg", "svn", "bzr"])
def test_other_systems_are_refused_by_name(site: Site, system: str) -> None:
    done = site.refuses(f"demo @ {system}+https://host.example/demo")
    assert f"repositories of {system} are not supported" in done.err


def test_a_missing_revision_is_refused(site: Site, fork: Path) -> None:
    done = site.refuses(f"demo @ git+{fork.as_uri()}@nowhere")
    assert "it has no branch, tag or commit 'nowhere'" in done.err


def test_an_editable_repository_is_checked_out_where_src_says(
    site: Site, fork: Path, tmp_path: Path
) -> None:
    place = tmp_path / "sources" / "demo"
    site.installs("--src", place.parent, "-e", f"git+{fork.as_uri()}@main#egg=demo")
    assert site.direct_url("demo") == {"url": place.as_uri(), "dir_info": {"editable": True}}
    assert not (site.venv / "src").exists()


def test_the_directories_of_builds_stay_where_they_are_wanted(site: Site, fork: Path) -> None:
    done = site.installs("--no-clean", f"git+{fork.as_uri()}")
    kept = Path(done.out.split("(--no-clean): ")[1].splitlines()[0])
    assert any(kept.rglob("demo.py"))
    shutil.rmtree(kept)


def test_a_clone_with_commits_of_its_own_is_what_is_installed(site: Site, fork: Path) -> None:
    url = f"git+{fork.as_uri()}@main#egg=demo"
    site.installs("-e", url)
    place = site.venv / "src" / "demo"
    assert git(place, "branch", "--show-current") == "main"
    path = place / "pyproject.toml"
    path.write_text(path.read_text("utf-8").replace("1.5", "2.0"), encoding="utf-8")
    git(place, "commit", "--quiet", "-am", "a version of my own")
    assert "→ 2.0" in site.installs("-e", url).out
    assert git(place, "branch", "--show-current") == "main"


def test_what_lies_in_the_place_of_a_clone_is_renamed_if_that_is_asked_for(
    site: Site, fork: Path
) -> None:
    place = site.venv / "src" / "demo"
    site.installs("tinyback")
    place.mkdir(parents=True)
    (place / "mine.txt").write_text("mine", encoding="utf-8")
    done = site.refuses("-e", f"git+{fork.as_uri()}#egg=demo")
    assert "--exists-action" in done.err
    site.installs("-e", f"git+{fork.as_uri()}#egg=demo", "--exists-action", "b")
    assert (place.with_name("demo.bak") / "mine.txt").exists()
    assert site.python("import demo; print(demo.__file__)") == str(place / "demo.py")
