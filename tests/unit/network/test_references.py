"""When two URLs name the same file, directory or commit."""

from __future__ import annotations

from pathlib import Path

import pytest

from bootstrap.network.references import absolute_file_url, has_credentials, normalize_reference

SAME = [
    ("https://h.example/x-1.0.zip", "https://me:secret@h.example/x-1.0.zip"),
    ("https://h.example/x-1.0.zip", "https://H.Example:443/a/../x-1%2E0.zip#egg=x"),
    ("https://h.example/%7Eme/x.zip", "https://h.example/~me/./x.zip"),
    ("http://h.example/x.zip#sha256=0", "http://h.example:80/x.zip"),
    ("git+https://h.example/x.git@main", "git+https://token@h.example/x.git@main"),
    ("git+https://h.example/x.git@main", "git+https://h.example:443/x.git@main#egg=x"),
    ("git+ssh://git@h.example/x.git", "git+ssh://h.example/x.git"),
    ("git+file:///r/x@main", "git+file://localhost/r/a/../x@main"),
    ("file:///r/x", "file://localhost/r/x"),
    ("file:///r/x", "file:/r/a/../x/"),
    ("file:///r/x#subdirectory=a", "file:///r/./x#egg=x&subdirectory=a/"),
    ("file:///r/x#subdirectory=a", "file:///r/x#subdirectory=a&subdirectory=b"),
]
OTHER = [
    ("https://h.example/x.zip", "http://h.example/x.zip"),
    ("https://h.example/x.zip", "https://h.example:8443/x.zip"),
    ("https://h.example/x.zip", "https://h.example@other.example/x.zip"),
    ("https://h.example/x.zip", "https://h.example/X.zip"),
    ("https://h.example/a%2Fx.zip", "https://h.example/a/x.zip"),
    ("https://h.example/x.zip?a", "https://h.example/x.zip?b"),
    ("git+https://h.example/x.git@main", "git+https://h.example/x.git"),
    ("git+https://h.example/x.git@main", "git+https://h.example/x.git@v1"),
    ("git+https://h.example/x.git", "https://h.example/x.git"),
    ("git+file:///r/x@main", "git+file:///r/x@v1"),
    ("file:///r/x#subdirectory=a", "file:///r/x#subdirectory=b"),
    ("file:///r/x#subdirectory=b", "file:///r/x#subdirectory=a&subdirectory=b"),
    ("file:///r/x", "file:///r/x%2e"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_one_reference_are_the_same(one: str, other: str) -> None:
    assert normalize_reference(one) == normalize_reference(other)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_other_references_differ(one: str, other: str) -> None:
    assert normalize_reference(one) != normalize_reference(other)


@pytest.mark.parametrize("url", ["https://me:secret@h.example/x", "git+https://secret@h.example/x"])
def test_what_is_compared_has_no_credentials(url: str) -> None:
    assert "secret" not in normalize_reference(url)
    assert has_credentials(url)
    assert not has_credentials(normalize_reference(url))


def test_dots_after_a_link_are_those_of_the_file_system(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "link").symlink_to("a/b")
    through_link = normalize_reference(f"{tmp_path.as_uri()}/link/../x")
    assert through_link == normalize_reference((tmp_path / "a" / "x").as_uri())
    assert through_link != normalize_reference((tmp_path / "x").as_uri())


def test_what_is_not_a_url_is_equal_to_itself_only() -> None:
    assert normalize_reference("https://a b@c/") == "https://a b@c/"


def test_only_relative_file_urls_are_made_absolute(tmp_path: Path) -> None:
    def absolute(path: str) -> Path:
        return tmp_path / path

    found = absolute_file_url("file:./a%20b#egg=x", absolute)
    assert found == f"{(tmp_path / 'a b').as_uri()}#egg=x"
    for url in ("file:///a/b", "https://h.example/../x", "git+file:../x"):
        assert absolute_file_url(url, absolute) == url
