"""Code of others gets no credentials, and its output shows none."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.functional.builds.conftest import Site
from tests.functional.builds.projects import BACKEND, git, repository, write_project
from tests.functional.engine import Finished

SECRET = "s3cret/@x"
SPELLED = ("s3cret", "s3cret%2F%40x", "bWU6czNjcmV0")
TALKATIVE = """
print("environment:", dict(os.environ))
print("\\x1b]0;title\\x07 from https://me:s3cret%2F%40x@index.test/")
"""


@pytest.fixture
def guarded(site: Site) -> Site:
    """A site whose index requires a password, and whose backend prints its environment."""
    site.index.add("talkative", "1.0", files={"talkative.py": BACKEND + TALKATIVE})
    server = site.index.server
    server.features = replace(server.features, credentials=("me", SECRET))
    return site


def index_url(site: Site) -> str:
    return site.index.server.simple_url.replace("https://", "https://me:s3cret%2F%40x@")


def assert_no_secret(text: str) -> None:
    assert [word for word in SPELLED if word in text] == []


def build(site: Site, tree: Path, *options: str, **variables: str) -> Finished:
    environ = {**site.environ, "PIP_CERT": str(site.index.ca), **variables}
    target = ("--venv", site.venv, "--installer", "none")
    return site.engine.succeeds(*target, *options, tree, environ=environ)


@pytest.mark.parametrize("given", ["option", "variable", "extra", "pip.conf"])
def test_a_hook_gets_the_index_without_its_password(
    given: str, guarded: Site, tmp_path: Path
) -> None:
    tree = write_project(tmp_path / "tree", requires=["talkative"], backend="talkative")
    url, bare = index_url(guarded), guarded.index.server.simple_url
    (tmp_path / "pip.conf").write_text(f"[global]\nindex-url = {url}\n")
    done = {
        "option": lambda: build(guarded, tree, "-vv", "--index-url", url),
        "variable": lambda: build(guarded, tree, "-vv", PIP_INDEX_URL=url),
        "extra": lambda: build(guarded, tree, "-vv", "-i", url, "--extra-index-url", url),
        "pip.conf": lambda: build(guarded, tree, "-vv", PIP_CONFIG_FILE=str(tmp_path / "pip.conf")),
    }[given]()
    (seen,) = guarded.seen()
    assert seen["environ"]["PIP_INDEX_URL"] == bare
    assert seen["environ"].get("PIP_EXTRA_INDEX_URL", bare) == bare
    variables = json.dumps(
        {name: value for name, value in seen["environ"].items() if name != "TINY_NOTES"}
    )
    assert_no_secret(variables)
    assert_no_secret(done.text)


def test_the_output_of_a_hook_shows_no_password_and_no_terminal_escape(
    guarded: Site, tmp_path: Path
) -> None:
    tree = write_project(tmp_path / "tree", requires=["talkative"], backend="talkative")
    done = build(guarded, tree, "-v", "--index-url", index_url(guarded))
    assert "from https://****@index.test/" in done.text
    assert "\\x1b]0;title\\x07" in done.text
    assert not {"\x1b", "\x07"} & set(done.text)
    assert_no_secret(done.text)


def test_the_output_of_a_hook_that_fails_shows_no_password(guarded: Site, tmp_path: Path) -> None:
    files = {"failing.py": BACKEND + TALKATIVE + "raise SystemExit(3)\n"}
    guarded.index.add("failing", "1.0", files=files)
    tree = write_project(tmp_path / "tree", requires=["failing"], backend="failing")
    options = ("--venv", guarded.venv, "--installer", "none", "--index-url", index_url(guarded))
    done = guarded.engine.fails(*options, "--cert", guarded.index.ca, tree)
    assert "exited with status 3" in done.err
    assert "from https://****@index.test/" in done.err
    assert "\x1b" not in done.err
    assert_no_secret(done.text)


@pytest.mark.skipif(not shutil.which("git"), reason="there is no git")
def test_the_url_of_a_submodule_is_shown_without_its_password(site: Site, tmp_path: Path) -> None:
    tree = write_project(tmp_path / "tree")
    url = "http://me:s3cret%2F%40x@127.0.0.1:1/library.git"
    (tree / ".gitmodules").write_text(f'[submodule "library"]\n\tpath = library\n\turl = {url}\n')
    commit = repository(tree)
    git(tree, "update-index", "--add", "--cacheinfo", f"160000,{commit},library")
    git(tree, "commit", "--quiet", "-m", "With a submodule")
    clone = ["git", "clone", "--recurse-submodules", str(tree), str(tmp_path / "clone")]
    assert url in subprocess.run(clone, capture_output=True, text=True, check=False).stderr
    done = site.engine.fails(*site.options, "-v", f"demo @ git+{tree.as_uri()}")
    assert "git submodule exited with status 1" in done.err
    assert "127.0.0.1:1/library.git" in done.err
    assert_no_secret(done.text)
