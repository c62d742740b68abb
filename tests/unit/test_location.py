"""Locations: what is a path, what is a URL, and what needs the network, on every platform."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from bootstrap.config.load import load
from bootstrap.location import InvalidLocationError, Location
from bootstrap.network.urls import is_remote
from bootstrap.provenance import Origin, Sourced
from bootstrap.ui import Ui
from bootstrap.workflow.context import create_context

_ORIGIN = Origin.option("--find-links")


def parse(text: str, directory: Path = Path("/work")) -> Location:
    return Location.parse(Sourced(text, _ORIGIN), lambda path: directory / path)


@pytest.mark.parametrize(
    "text",
    [
        "C:\\wheels",
        "c:/wheels",
        "C:wheels",
        "\\\\server\\share\\wheels",
        "//server/share/wheels",
        "/wheels",
        "wheels/with:colon",
        "file:///C:/wheels",
        "FILE:///wheels",
        "file:wheels",
        "file://server/share",
    ],
)
def test_local_paths_and_file_urls_need_no_network(text: str) -> None:
    assert not is_remote(text)
    assert not Location(text, _ORIGIN).is_remote
    assert not parse(text).is_remote


@pytest.mark.parametrize(
    "text",
    ["https://host/simple", "HTTP://host", "ftp://host/x", "git+ssh://host/x"],
)
def test_every_scheme_but_file_needs_the_network(text: str) -> None:
    assert is_remote(text)
    assert parse(text) == Location(text, _ORIGIN)
    assert parse(text).is_remote
    assert parse(text).url == text


@pytest.mark.parametrize(
    "text", ["https:host", "https://", "https://h\\x", "https://[h]/", "git+ssh://a b/"]
)
def test_a_malformed_url_is_refused_with_its_origin(text: str) -> None:
    with pytest.raises(InvalidLocationError, match="is not a usable URL") as caught:
        parse(text)
    assert str(_ORIGIN) in str(caught.value)


def test_a_path_becomes_absolute_and_keeps_its_origin() -> None:
    location = parse("wheels")
    assert (location.value, location.origin) == (str(Path("/work/wheels")), _ORIGIN)
    assert location.path == Path("/work/wheels")


def test_a_path_has_a_file_url_and_a_file_url_has_a_path(tmp_path: Path) -> None:
    directory = tmp_path / "with space & ümlaut#1"
    assert Location(str(directory), _ORIGIN).url == directory.as_uri()
    assert Location(directory.as_uri(), _ORIGIN).path == directory


@pytest.mark.skipif(sys.platform == "win32", reason="Windows allows no colon in a file name")
def test_a_file_whose_name_looks_like_a_scheme_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "ab:c.txt").touch()
    assert parse("ab:c.txt", tmp_path).value == str(tmp_path / "ab:c.txt")
    assert parse("ab:d.txt", tmp_path).is_remote


@pytest.mark.parametrize("links", ["C:\\wheels", "\\\\server\\wheels"])
def test_offline_keeps_a_windows_path_as_find_links(links: str, tmp_path: Path) -> None:
    environ = {
        "HOME": str(tmp_path),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_FIND_LINKS": f"{links} https://links.example/",
    }
    config = load(["--offline"], environ, cwd=tmp_path)
    context = create_context(config, Ui(io.StringIO(), io.StringIO()))
    [kept] = context.without_network().config.index.find_links
    assert kept.value == str(tmp_path / links)
