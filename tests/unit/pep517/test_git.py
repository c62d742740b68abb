from __future__ import annotations

import io
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from bootstrap.network.urls import is_vcs_url
from bootstrap.pep517.git import Git, VcsError, VcsUrl, parse_vcs_url
from bootstrap.pep517.settings import BuildSettings
from bootstrap.pep517.subprocesses import ProcessGroup
from bootstrap.ui import Ui
from tests.functional.builds.projects import git

IDENTITY = {
    "GIT_AUTHOR_NAME": "t",
    "GIT_AUTHOR_EMAIL": "t@example.org",
    "GIT_COMMITTER_NAME": "t",
    "GIT_COMMITTER_EMAIL": "t@example.org",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    # Submodules of tests lie on this machine, which git takes for suspicious.
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "protocol.file.allow",
    "GIT_CONFIG_VALUE_0": "always",
    "PATH": os.environ["PATH"],
}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two commits on main, the first one tagged; a branch; a ref outside heads; a submodule."""
    part, path = tmp_path / "part", tmp_path / "repository"
    for each in (part, path):
        each.mkdir()
        git(each, "init")
    (part / "part.txt").write_text("part", encoding="utf-8")
    git(part, "add", ".")
    git(part, "commit", "-m", "part")
    (path / "which").write_text("one", encoding="utf-8")
    git(path, "submodule", "add", part.as_uri(), "sub")
    git(path, "add", ".")
    git(path, "commit", "-m", "one")
    git(path, "tag", "-a", "v1", "-m", "v1")
    for name, ref in [("branch", "refs/heads/topic/x"), ("hidden", "refs/pull/7/head")]:
        (path / "which").write_text(name, encoding="utf-8")
        git(path, "commit", "-am", name)
        git(path, "update-ref", ref, "HEAD")
        git(path, "reset", "--hard", "v1")
    (path / "which").write_text("two", encoding="utf-8")
    git(path, "commit", "-am", "two")
    return path


@pytest.fixture
def a_git() -> Callable[..., Git]:
    def make(environ: Mapping[str, str] = IDENTITY, **variables: str) -> Git:
        settings = BuildSettings(environ=environ, variables=variables)
        return Git(settings, ProcessGroup(), Ui(io.StringIO(), io.StringIO()))

    return make


class TestUrls:
    def test_is_parsed(self) -> None:
        url = "git+https://host/team/demo.git@v1.0%2Bx#subdirectory=a/b&egg=demo[extra]"
        assert parse_vcs_url(url) == VcsUrl("https://host/team/demo.git", "v1.0+x", "a/b", "demo")

    @pytest.mark.parametrize(
        ("url", "repository", "revision"),
        [
            ("git+ssh://git@host/x.git", "ssh://git@host/x.git", None),
            ("git+ssh://git@host/x.git@main", "ssh://git@host/x.git", "main"),
            ("git+file:///srv/x@feature/y", "file:///srv/x", "feature/y"),
            ("git+https://u:p@host:8/x", "https://u:p@host:8/x", None),
            ("git+https://host/x@refs/pull/3/head", "https://host/x", "refs/pull/3/head"),
        ],
    )
    def test_may_name_users_ports_and_revisions(
        self, url: str, repository: str, revision: str | None
    ) -> None:
        found = parse_vcs_url(url)
        assert (found.repository, found.revision) == (repository, revision)

    def test_never_shows_a_password(self) -> None:
        found = parse_vcs_url("git+https://user:secret@host/x")
        assert found.shown == "https://host/x"
        assert "secret" not in repr(found)
        with pytest.raises(VcsError) as caught:
            parse_vcs_url("git+https://user:secret@host/x@--upload-pack=y")
        assert "secret" not in str(caught.value)

    @pytest.mark.parametrize(
        ("url", "expected"),
        [
            ("git+https://host/x@--upload-pack=touch%20y", "looks like an option"),
            ("git+https://host/x@%2Dc", "looks like an option"),
            ("git+https://host/x@", "no revision follows its @"),
            ("git+https://host/x@a..b", "is not a branch, tag or commit"),
            ("git+https://host/x@a%20b", "is not a branch, tag or commit"),
            ("git+https://host/x@a%0Ab", "is not a branch, tag or commit"),
            ("git+ext://sh -c true", "git+ext is not supported"),
            ("git+ssh://-oProxyCommand=x/y", "neither a name nor an address"),
            ("git+ssh://-oProxyCommand=x@host/y", "looks like an option of ssh"),
            ("git+ssh://%2DoProxyCommand=x@host/y", "looks like an option of ssh"),
            ("git+https://evil\\@host/x", "must be percent-encoded"),
            ("git+https:///x", "it has no host"),
            ("git+ssh:///x", "it has no host"),
            ("git+file://server/x", "cannot name another host"),
            ("hg+https://host/x", "repositories of hg are not supported, only those of git"),
            ("svn+https://host/x", "repositories of svn are not supported"),
            ("bzr+https://host/x", "repositories of bzr are not supported"),
        ],
    )
    def test_that_is_dangerous_or_foreign_is_refused(self, url: str, expected: str) -> None:
        with pytest.raises(VcsError) as caught:
            parse_vcs_url(url)
        assert expected in str(caught.value)

    def test_is_distinguished_from_other_urls(self) -> None:
        assert is_vcs_url("git+https://host/x")
        assert is_vcs_url("svn+https://host/x")
        assert not is_vcs_url("https://host/git+x")
        assert not is_vcs_url("git+x")


class TestAClone:
    @pytest.mark.parametrize(
        ("revision", "content"),
        [("", "two"), ("@v1", "one"), ("@topic/x", "branch"), ("@refs/pull/7/head", "hidden")],
    )
    def test_has_the_requested_revision_with_submodules_and_its_commit(
        self,
        repository: Path,
        tmp_path: Path,
        a_git: Callable[..., Git],
        revision: str,
        content: str,
    ) -> None:
        url = parse_vcs_url(f"git+{repository.as_uri()}{revision}#subdirectory=sub")
        found = a_git().clone(url, tmp_path / "clone")
        assert (found.path / "which").read_text(encoding="utf-8") == content
        assert (found.path / "sub/part.txt").is_file()
        assert found.commit == git(found.path, "rev-parse", "HEAD")
        assert found.requested == (revision[1:] or None)
        assert found.subdirectory == "sub"

    @pytest.mark.parametrize("length", [40, 10])
    def test_may_be_of_a_full_or_short_commit(
        self, repository: Path, tmp_path: Path, a_git: Callable[..., Git], length: int
    ) -> None:
        commit = git(repository, "rev-parse", "v1^{commit}")
        url = parse_vcs_url(f"git+{repository.as_uri()}@{commit[:length]}")
        assert a_git().clone(url, tmp_path / "clone").commit == commit

    def test_of_a_missing_revision_is_refused(
        self, repository: Path, tmp_path: Path, a_git: Callable[..., Git]
    ) -> None:
        url = parse_vcs_url(f"git+{repository.as_uri()}@missing")
        with pytest.raises(
            VcsError, match=r"(?s)it has no branch, tag or commit 'missing'\..*remote ref missing"
        ) as caught:
            a_git().clone(url, tmp_path / "clone")
        assert caught.value.hint is not None
        assert "ls-remote" in caught.value.hint
        assert "cert" not in caught.value.hint

    def test_of_a_missing_repository_shows_the_output_of_git(
        self, tmp_path: Path, a_git: Callable[..., Git]
    ) -> None:
        url = parse_vcs_url(f"git+{(tmp_path / 'none').as_uri()}")
        with pytest.raises(
            VcsError, match=r"(?s)git clone exited with status 128\..*none"
        ) as caught:
            a_git().clone(url, tmp_path / "clone")
        assert "Cloning into" not in str(caught.value)

    def test_that_cannot_be_checked_out_gets_the_hint_for_a_new_clone(
        self, repository: Path, tmp_path: Path, a_git: Callable[..., Git]
    ) -> None:
        (repository / ".gitattributes").write_text("* filter=broken\n", encoding="utf-8")
        git(repository, "add", ".")
        git(repository, "commit", "-m", "needs a filter")
        environ = {
            **IDENTITY,
            "GIT_CONFIG_COUNT": "2",
            "GIT_CONFIG_KEY_0": "filter.broken.smudge",
            "GIT_CONFIG_VALUE_0": "false",
            "GIT_CONFIG_KEY_1": "filter.broken.required",
            "GIT_CONFIG_VALUE_1": "true",
        }
        with pytest.raises(VcsError, match="git checkout exited with status 128") as caught:
            a_git(environ).clone(parse_vcs_url(f"git+{repository.as_uri()}"), tmp_path / "clone")
        assert caught.value.hint is not None
        assert "git clone" in caught.value.hint
        assert "stash" not in caught.value.hint
        assert str(tmp_path / "clone") not in str(caught.value)

    def test_without_the_program_is_refused(
        self, tmp_path: Path, a_git: Callable[..., Git]
    ) -> None:
        with pytest.raises(VcsError, match="the program git was not found on PATH"):
            a_git({"PATH": str(tmp_path)}).clone(
                parse_vcs_url("git+https://host/x"), tmp_path / "clone"
            )

    def test_ignores_the_repository_of_the_current_directory(
        self, repository: Path, tmp_path: Path, a_git: Callable[..., Git]
    ) -> None:
        environ = {**IDENTITY, "GIT_DIR": str(tmp_path / "else"), "GIT_INDEX_FILE": "/none"}
        url = parse_vcs_url(f"git+{repository.as_uri()}")
        assert (a_git(environ).clone(url, tmp_path / "clone").path / "which").is_file()

    def test_passes_the_user_s_settings_to_git(
        self, tmp_path: Path, a_git: Callable[..., Git]
    ) -> None:
        program = tmp_path / "bin/git"
        program.parent.mkdir()
        program.write_text("#!/bin/sh\nenv\nexit 1\n", encoding="utf-8")
        program.chmod(0o755)
        fake = a_git({"PATH": f"{program.parent}{os.pathsep}/usr/bin:/bin"}, GIT_SSL_CAINFO="/ca")
        with pytest.raises(VcsError) as caught:
            fake.clone(parse_vcs_url("git+https://u:secret@host/x"), tmp_path / "clone")
        assert "GIT_SSL_CAINFO=/ca" in str(caught.value)
        assert "GIT_TERMINAL_PROMPT=0" in str(caught.value)
        assert "secret" not in str(caught.value)
