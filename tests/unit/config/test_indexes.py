"""Indexes are URLs or directories; a host without a scheme is neither."""

from __future__ import annotations

import pytest

from bootstrap.config.indexes import IndexNotFoundError, LinksNotFoundError
from tests.unit.config.users import User


@pytest.mark.parametrize(
    "typed",
    [
        ("-i", "pypi.example/simple"),
        ("--index-url", "localhost"),
        ("--extra-index-url", "pypi.example/simple"),
    ],
)
@pytest.mark.posix_only("the message names a path with slashes")
def test_an_index_without_scheme_that_is_no_directory_is_an_error(
    user: User, typed: tuple[str, str]
) -> None:
    with pytest.raises(IndexNotFoundError, match="it is neither a URL nor a directory") as caught:
        user.load(*typed)
    assert typed[1] in str(caught.value)
    assert caught.value.hint == "The URL of an index begins with https://."


def test_an_index_that_is_not_used_need_not_exist(user: User) -> None:
    assert user.load("--no-index", "-i", "pypi.example/simple").index.index_urls == ()


def test_an_index_may_be_a_directory(user: User) -> None:
    (user.cwd / "simple").mkdir()
    (url,) = user.load("-i", "simple").index.index_urls
    assert url.path == user.cwd / "simple"


@pytest.mark.posix_only("the message names a path with slashes")
def test_links_without_scheme_that_were_typed_and_do_not_exist_are_an_error(user: User) -> None:
    with pytest.raises(LinksNotFoundError, match=r"links\.example/page was not found") as caught:
        user.load("--find-links", "links.example/page")
    assert caught.value.hint == "The URL of a page with links begins with https://."


def test_links_may_be_a_directory_a_file_or_a_url(user: User) -> None:
    (user.cwd / "wheels").mkdir()
    user.write("links.html", "")
    for typed in ("wheels", "links.html", "https://links.example/page", "file:///missing"):
        assert len(user.load("-f", typed).index.find_links) == 1


def test_links_that_are_configured_and_do_not_exist_are_left_to_a_warning_as_in_pip(
    user: User,
) -> None:
    assert len(user.load(PIP_FIND_LINKS="missing").index.find_links) == 1
