"""Indexes are URLs or directories; a host without a scheme is neither."""

from __future__ import annotations

import pytest

from bootstrap.config.indexes import IndexNotFoundError
from tests.unit.config.users import User


@pytest.mark.parametrize(
    "typed",
    [
        ("-i", "pypi.example/simple"),
        ("--index-url", "localhost"),
        ("--extra-index-url", "pypi.example/simple"),
    ],
)
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
