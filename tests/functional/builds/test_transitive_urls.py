"""URLs in the requirements of packages: a package acts with the rights of where it came from."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.functional.builds.conftest import Site
from tests.functional.builds.projects import git, pack, repository, write_project
from tests.servers import StaticServer

ONLY_PATHS = "only a package that you named by its path may name a path of this machine"


@pytest.fixture
def private(tmp_path: Path) -> Path:
    """A project of the user's, which nobody else may have built."""
    return write_project(tmp_path / "home" / "private", "private")


@pytest.fixture
def repository_url(tmp_path: Path) -> Iterator[str]:
    """A repository on a server."""
    if not shutil.which("git"):
        pytest.skip("there is no git")
    site = tmp_path / "site"
    site.mkdir()
    fork = write_project(tmp_path / "fork", "forked")
    repository(fork)
    git(site, "clone", "--quiet", "--bare", str(fork), "forked.git")
    git(site / "forked.git", "update-server-info")
    with StaticServer(site) as server:
        yield f"git+{server.url}/forked.git"


@pytest.mark.parametrize("kind", ["file:", "git+file:", "path"])
def test_a_package_of_an_index_has_no_project_of_this_machine_built(
    site: Site, private: Path, kind: str
) -> None:
    repository(private)
    url = {
        "file:": private.as_uri(),
        "git+file:": f"git+{private.as_uri()}",
        "path": str(private),
    }[kind]
    site.index.add("evil", "1.0", requires=[f"private @ {url}"])
    site.index.add("app", "1.0", requires=["evil"])
    done = site.refuses("app")
    assert (
        "You asked for app (the command line); app 1.0 requires evil: evil 1.0 cannot be used: "
        f"evil 1.0 requires private @ {url}, but {ONLY_PATHS}." in done.err
    )
    assert not site.seen()


def test_a_build_requirement_of_a_package_of_an_index_cannot_be_a_path(
    site: Site, private: Path, tmp_path: Path
) -> None:
    requires = ("tinyback", f"private @ {private.as_uri()}")
    tree = write_project(tmp_path / "evil", "evil", "1.0", requires=requires)
    site.index.server.add(pack(tree, tmp_path / "sdists", "evil-1.0.tar.gz"))
    done = site.refuses("evil")
    assert f"the build of evil-1.0.tar.gz requires private @ {private.as_uri()}" in done.err
    assert ONLY_PATHS in done.err
    assert not site.seen()


def test_a_project_that_was_named_by_its_path_may_require_others_by_their_paths(
    site: Site, private: Path, tmp_path: Path
) -> None:
    requires = ("tinyback", f"private @ {private.as_uri()}")
    tree = write_project(tmp_path / "mine", "mine", "1.0", requires=requires)
    sdist = pack(tree, tmp_path / "sdists", "mine-1.0.tar.gz")
    for named in (tree, sdist):
        assert " mine 1.0" in site.installs(named, "--force-reinstall").out


def test_a_package_of_an_index_may_require_a_repository_of_a_server(
    site: Site, repository_url: str
) -> None:
    site.index.add("app", "1.0", requires=[f"forked @ {repository_url}"])
    site.installs("app")
    assert site.direct_url("forked")["vcs_info"]["vcs"] == "git"


def test_only_binary_holds_for_repositories_that_packages_require(
    site: Site, repository_url: str
) -> None:
    site.index.add("app", "1.0", requires=[f"forked @ {repository_url}"])
    done = site.refuses("app", "--only-binary", ":all:")
    assert f"app 1.0 requires forked @ {repository_url}, but it has to be built" in done.err
    assert not site.seen()


def test_no_transitive_urls_allows_only_the_users_own(site: Site, repository_url: str) -> None:
    helper = site.index.add("helper", "1.0")
    url = site.index.server.file_url(helper.name)
    site.index.add("app", "1.0", requires=[f"helper @ {url}"])
    site.index.add("other", "1.0", requires=[f"forked @ {repository_url}"])
    for requirement in ("app", "other"):
        done = site.refuses(requirement, "--no-transitive-urls")
        assert "--no-transitive-urls allows URLs only in your own requirements" in done.err
    assert not site.seen()
    own = ("--no-transitive-urls", "app", f"helper @ {url}", f"forked @ {repository_url}", "other")
    site.installs(*own)


def test_no_transitive_urls_may_be_a_variable(site: Site) -> None:
    helper = site.index.add("helper", "1.0")
    requires = [f"helper @ {site.index.server.file_url(helper.name)}"]
    site.index.add("app", "1.0", requires=requires)
    environ = {"PIP_NO_TRANSITIVE_URLS": "1"}
    done = site.engine.fails(*site.options, "app", environ=environ)
    assert "--no-transitive-urls allows URLs only" in done.err
    site.installs("app")


@pytest.mark.parametrize("first", [True, False])
def test_a_repository_with_and_without_credentials_is_one(
    site: Site, repository_url: str, first: bool
) -> None:
    secret = repository_url.replace("://", "://tok3n@")
    site.index.add("app", "1.0", requires=[f"forked @ {repository_url}@main"])
    own = [f"forked @ {secret}@main", f"forked @ {repository_url}@main"]
    done = site.installs("-vv", "app", *(own if first else reversed(own)), "--no-transitive-urls")
    assert done.out.count("Cloning ") == 1
    assert "tok3n" not in done.text
    assert site.direct_url("forked")["url"] == repository_url.removeprefix("git+")


def test_another_branch_of_a_repository_is_a_conflict(site: Site, repository_url: str) -> None:
    secret = repository_url.replace("://", "://tok3n@")
    done = site.refuses(f"forked @ {secret}@main", f"forked @ {repository_url}")
    assert "tok3n" not in done.text
    assert "conflict" in done.err


def test_a_directory_is_one_however_it_is_named(site: Site, private: Path) -> None:
    localhost = private.as_uri().replace("file:///", "file://localhost/")
    around = private.parent / "other" / ".." / private.name
    names = [f"private @ {localhost}", str(around), f"private @ file:{private}", "file:../private"]
    site.engine.succeeds(*site.options, *names, environ=site.environ, cwd=private)
    assert site.direct_url("private") == {"url": private.as_uri(), "dir_info": {}}
    assert len(site.seen()) == 1
