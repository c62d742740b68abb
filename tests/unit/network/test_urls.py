from __future__ import annotations

from pathlib import Path

import pytest

from bootstrap.network.urls import (
    MalformedUrlError,
    UrlOrigin,
    is_remote,
    join_url,
    metadata_url,
    path_to_url,
    remove_credentials,
    split_credentials,
    url_filename,
    url_origin,
    url_to_path,
)
from bootstrap.redaction import redact


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:secret@host/simple/", "https://****@host/simple/"),
        ("https://token@host/", "https://****@host/"),
        ("https://us%40er:p@ss@host/x", "https://****@host/x"),
        (
            "see https://a:b@c/ and http://d:e@f:8080/g",
            "see https://****@c/ and http://****@f:8080/g",
        ),
        ("https://host/@scope/name", "https://host/@scope/name"),
        ("https://host/a?mail=x@y", "https://host/a?mail=x@y"),
        ("git+ssh://git:pw@host/x", "git+ssh://****@host/x"),
        ("no url at all", "no url at all"),
    ],
)
def test_credentials_are_never_shown(url: str, shown: str) -> None:
    assert redact(url) == shown


def test_an_origin_is_scheme_host_and_port() -> None:
    assert url_origin("HTTPS://Host/simple/") == UrlOrigin("https", "host", 443)
    assert url_origin("http://u:p@[::1]:8080/") == UrlOrigin("http", "::1", 8080)
    assert str(url_origin("https://host:443/x")) == "https://host"
    assert str(url_origin("http://[::1]:8080/")) == "http://[::1]:8080"


@pytest.mark.parametrize("url", ["https://", "https://host:port/", "http://[::1/"])
def test_an_invalid_url_is_malformed(url: str) -> None:
    with pytest.raises(MalformedUrlError):
        url_origin(url)


@pytest.mark.parametrize(
    ("base", "reference", "expected"),
    [
        ("https://h/simple/demo/", "../../files/x.whl", "https://h/files/x.whl"),
        ("https://h/simple/demo/", "x.whl", "https://h/simple/demo/x.whl"),
        ("https://h/simple/demo", "x.whl", "https://h/simple/x.whl"),
        ("https://h/simple/demo/", "/x.whl", "https://h/x.whl"),
        ("https://h/simple/demo/", "//cdn/x.whl", "https://cdn/x.whl"),
        ("https://h/simple/demo/", "//cdn", "https://cdn"),
        ("https://h/simple/demo/", "https://cdn", "https://cdn"),
        ("https://h/simple/demo/", "https://cdn/a/x.whl", "https://cdn/a/x.whl"),
        ("https://h/simple/demo/", "..", "https://h/simple/"),
        ("https://h/simple/demo/", "?page=2", "https://h/simple/demo/?page=2"),
        ("https://h/simple/demo/", "file:x", "file:x"),
        ("https://h/simple/demo/", "a/b?c=d/e", "https://h/simple/demo/a/b?c=d/e"),
        ("https://u:p@h/simple/", "../x.whl", "https://u:p@h/x.whl"),
        ("https://u:p@h/simple/", "https://h/x.whl", "https://u:p@h/x.whl"),
        ("https://u:p@h/simple/", "https://h:8443/x.whl", "https://h:8443/x.whl"),
        ("https://u:p@h/simple/", "https://other/x.whl", "https://other/x.whl"),
        ("https://u:p@h/simple/", "http://h/x.whl", "http://h/x.whl"),
        ("file:///srv/simple/demo/", "../../x%20y.whl", "file:///srv/x%20y.whl"),
    ],
)
def test_a_reference_is_resolved_against_its_page(base: str, reference: str, expected: str) -> None:
    assert join_url(base, reference) == expected


def test_an_invalid_reference_is_malformed() -> None:
    with pytest.raises(MalformedUrlError):
        join_url("https://h/", "https://[x/y.whl")


def test_credentials_are_split_and_decoded() -> None:
    assert split_credentials("https://a%40b:c%3Ad@h:8/x") == ("https://h:8/x", ("a@b", "c:d"))
    assert split_credentials("https://token@h/x") == ("https://h/x", ("token", None))
    assert split_credentials("https://h/x") == ("https://h/x", None)


def test_file_names_are_decoded_once() -> None:
    assert url_filename("https://h/a/x%2B1%2525.whl") == "x+1%25.whl"


def test_a_local_path_becomes_a_file_url_and_back(tmp_path: Path) -> None:
    place = tmp_path / "with space & ümlaut#1"
    assert url_to_path(path_to_url(str(place))) == place
    assert path_to_url(f"{place}/").endswith("/")
    assert path_to_url("https://h/x") == "https://h/x"


@pytest.mark.parametrize("url", ["https://h/x", "http://h/x", "ftp://h/x"])
def test_urls_of_the_network_are_remote(url: str) -> None:
    assert is_remote(url)


@pytest.mark.parametrize("url", ["file:///x", "x.txt", "/srv/x", "C:\\wheels", "c:/wheels"])
def test_paths_and_file_urls_are_local(url: str) -> None:
    assert not is_remote(url)


def test_a_file_url_of_another_host_is_refused() -> None:
    with pytest.raises(MalformedUrlError):
        url_to_path("file://server/share/x.whl")


def test_the_query_of_a_url_is_kept_in_its_metadata_url() -> None:
    assert metadata_url("https://h/x.whl?token=1") == "https://h/x.whl.metadata?token=1"


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("https://user:secret@host/x", "https://host/x"),
        ("https://token@host/x", "https://host/x"),
        ("https://${USER}:${PASS}@host/x", "https://${USER}:${PASS}@host/x"),
        ("https://${TOKEN}@host/x", "https://${TOKEN}@host/x"),
        ("ssh://git@host/x", "ssh://git@host/x"),
        ("ssh://git:secret@host/x", "ssh://host/x"),
        ("https://me:p%40ss@host:8443/x", "https://host:8443/x"),
        ("file:///a/b@c", "file:///a/b@c"),
    ],
)
def test_secrets_are_removed_from_a_url(url: str, written: str) -> None:
    assert remove_credentials(url) == written
