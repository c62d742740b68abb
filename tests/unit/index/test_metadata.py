from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bootstrap._vendor.packaging.version import Version
from bootstrap.index.finder import Finder
from bootstrap.metadata.core import MetadataError, fetch_metadata, parse_metadata
from bootstrap.network.session import Session
from bootstrap.trust.hashes import HashMismatchError
from tests.servers import IndexServer, make_wheel
from tests.servers.faults import changed, status
from tests.servers.wheels import core_metadata
from tests.unit.index.conftest import MakeFinder
from tests.unit.network.conftest import Heard


def text(**said: object) -> bytes:
    return core_metadata("Demo.Thing", "1.0", **said).encode()  # type: ignore[arg-type]  # handed on


def test_what_matters_is_read() -> None:
    found = parse_metadata(
        text(
            requires=["other>1; python_version < '3.9'", "more[x] @ https://h/y.whl"],
            requires_python=">=3.8",
            extras=["Extra_One"],
        ),
        "demo",
    )
    assert (found.name, found.version) == ("demo-thing", Version("1.0"))
    assert [each.name for each in found.requires] == ["other", "more"]
    assert str(found.requires_python) == ">=3.8"
    assert found.extras == {"extra-one"}


def test_the_description_is_not_looked_at() -> None:
    content = text() + b"Requires-Dist: !!!\n\nName: other\n\xff\xfe"
    assert parse_metadata(content, "demo").name == "demo-thing"
    assert parse_metadata(content.replace(b"\n", b"\r\n"), "demo").requires == ()


@pytest.mark.parametrize("version", ["1.0", "1.2", "2.1", "2.6"])
def test_known_versions_are_read_silently(version: str, heard: Heard) -> None:
    found = parse_metadata(text(metadata_version=version), "demo", heard.ui)
    assert ".".join(map(str, found.metadata_version)) == version
    assert heard.warnings == ""


def test_a_newer_minor_version_is_told_of(heard: Heard) -> None:
    assert parse_metadata(text(metadata_version="2.99"), "demo", heard.ui).name == "demo-thing"
    assert "2.99" in heard.warnings


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (text(metadata_version="3.0"), "Metadata-Version is 3.0"),
        (text(metadata_version="x"), "Metadata-Version is 'x'"),
        (b"Name: demo\nVersion: 1\n", "no Metadata-Version"),
        (b"Metadata-Version: 2.1\nVersion: 1\n", "no Name"),
        (b"Metadata-Version: 2.1\nName: a\nName: b\nVersion: 1\n", "no Name, or several"),
        (b"Metadata-Version: 2.1\nName: a\n", "no Version"),
        (text().replace(b"1.0", b"one"), "version is 'one'"),
        (text(requires=["what is this"]), "requires 'what is this'"),
        (b"", "no Metadata-Version"),
        (b"\x00\xff\xfe" * 100, "no Metadata-Version"),
    ],
)
def test_metadata_that_makes_no_sense_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(MetadataError, match=why) as caught:
        parse_metadata(content, "demo-1.0.whl")
    assert caught.value.of == "demo-1.0.whl"


def test_an_invalid_requires_python_does_not_count() -> None:
    assert parse_metadata(text(requires_python="3.8 or so"), "demo").requires_python is None


@pytest.fixture
def finder(index: IndexServer, tmp_path: Path, make_finder: MakeFinder) -> Finder:
    index.add(make_wheel(tmp_path, "demo", "1.0", requires=["other>1"]))
    return make_finder((index.simple_url,))


FILE = "/files/demo-1.0-py3-none-any.whl"


def test_metadata_is_fetched_beside_the_wheel_once(
    finder: Finder, session: Session, index: IndexServer
) -> None:
    (candidate,) = finder.candidates("demo")  # type: ignore[arg-type]  # a literal
    for _ in range(2):
        found = fetch_metadata(candidate, session)
        assert found is not None
        assert [str(each) for each in found.requires] == ["other>1"]
    assert index.paths == ["/simple/demo/", f"{FILE}.metadata"]


def test_metadata_with_another_hash_is_refused(
    finder: Finder, session: Session, index: IndexServer
) -> None:
    index.fault(f"{FILE}.metadata", changed())
    (candidate,) = finder.candidates("demo")  # type: ignore[arg-type]  # a literal
    with pytest.raises(HashMismatchError):
        fetch_metadata(candidate, session)


def test_where_none_is_offered_or_kept_there_is_none(
    finder: Finder, session: Session, index: IndexServer
) -> None:
    index.fault(f"{FILE}.metadata", status(404))
    (candidate,) = finder.candidates("demo")  # type: ignore[arg-type]  # a literal
    assert fetch_metadata(candidate, session) is None
    silent = replace(candidate, file=replace(candidate.file, metadata=None))
    assert fetch_metadata(silent, session) is None
