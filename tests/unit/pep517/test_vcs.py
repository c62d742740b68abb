from __future__ import annotations

import pytest

from bootstrap.network.urls import is_vcs_url
from bootstrap.pep517.git import VcsError, VcsUrl, parse_vcs_url


class TestUrls:
    def test_is_taken_apart(self) -> None:
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
            ("git+https://host/x@--upload-pack=touch%20y", "begins like an option"),
            ("git+https://host/x@%2Dc", "begins like an option"),
            ("git+https://host/x@", "has no revision after its @"),
            ("git+https://host/x@a..b", "no branch, tag or commit"),
            ("git+https://host/x@a%20b", "no branch, tag or commit"),
            ("git+https://host/x@a%0Ab", "no branch, tag or commit"),
            ("git+ext://sh -c true", "git+ext is not supported"),
            ("git+ssh://-oProxyCommand=x/y", "names the host"),
            ("git+https:///x", "names the host ''"),
            ("hg+https://host/x", "repositories of hg are not supported, only git's"),
            ("svn+https://host/x", "repositories of svn are not supported"),
            ("bzr+https://host/x", "repositories of bzr are not supported"),
        ],
    )
    def test_that_is_dangerous_or_foreign_is_refused(self, url: str, expected: str) -> None:
        with pytest.raises(VcsError) as caught:
            parse_vcs_url(url)
        assert expected in str(caught.value)

    def test_is_told_from_other_urls(self) -> None:
        assert is_vcs_url("git+https://host/x")
        assert is_vcs_url("svn+https://host/x")
        assert not is_vcs_url("https://host/git+x")
        assert not is_vcs_url("git+x")
