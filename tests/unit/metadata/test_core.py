from __future__ import annotations

import sysconfig
from email import message_from_string
from pathlib import Path

import pytest
from packaging.metadata import parse_email

from bootstrap._vendor.packaging.utils import canonicalize_name
from bootstrap._vendor.packaging.version import Version
from bootstrap.metadata.core import MetadataError, parse_headers, parse_metadata
from tests.servers.wheels import core_metadata
from tests.unit.network.conftest import RecordedUi, recorded

__all__ = ["recorded"]


def text(**fields: object) -> bytes:
    return core_metadata("Demo.Thing", "1.0", **fields).encode()  # type: ignore[arg-type]  # passed on


def test_the_fields_that_resolving_needs_are_read() -> None:
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


def test_values_that_begin_or_go_on_in_another_line_are_read() -> None:
    folded = (
        b"Requires-Dist:\n    other @ https://h/other-1.0-py3-none-any.whl\n"
        b"Requires-Dist: more\r\n\t>=1;\r\n\tpython_version > '3'\n"
        b"Requires-Python:\n >=3.8\nProvides-Extra:\n  one\n"
    )
    found = parse_metadata(text().replace(b"\n\n", b"\n" + folded + b"\n", 1), "demo")
    assert list(map(str, found.requires)) == [
        "other @ https://h/other-1.0-py3-none-any.whl",
        'more>=1; python_version > "3"',
    ]
    assert str(found.requires_python) == ">=3.8"
    assert found.extras == {"one"}


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x0b", "\x0c", "\x1c", "\x85"])
def test_only_line_ends_end_a_line(separator: str) -> None:
    fields = f"\nSummary: one{separator}two\nRequires-Dist: other\n\n".encode()
    content = text().replace(b"\n\n", fields, 1)
    assert [each.name for each in parse_metadata(content, "demo").requires] == ["other"]


def test_the_description_is_ignored() -> None:
    content = text() + b"Requires-Dist: !!!\n\nName: other\n"
    assert parse_metadata(content, "demo").name == "demo-thing"
    assert parse_metadata(content.replace(b"\n", b"\r\n"), "demo").requires == ()


@pytest.mark.parametrize("version", ["1.0", "1.2", "2.1", "2.6"])
def test_known_versions_are_read_silently(version: str, recorded: RecordedUi) -> None:
    found = parse_metadata(text(metadata_version=version), "demo", recorded.ui)
    assert ".".join(map(str, found.metadata_version)) == version
    assert recorded.warnings == ""


def test_a_later_minor_version_gives_a_warning(recorded: RecordedUi) -> None:
    assert parse_metadata(text(metadata_version="2.99"), "demo", recorded.ui).name == "demo-thing"
    assert "2.99" in recorded.warnings


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
        (b"\x00\xff\xfe" * 100, "it is not UTF-8"),
        (text() + b"\nM\xfcller", "it is not UTF-8"),
    ],
)
def test_invalid_metadata_is_an_error(content: bytes, why: str) -> None:
    with pytest.raises(MetadataError, match=why) as caught:
        parse_metadata(content, "demo-1.0.whl")
    assert caught.value.of == "demo-1.0.whl"


def test_an_invalid_requires_python_is_ignored() -> None:
    assert parse_metadata(text(requires_python="3.8 or so"), "demo").requires_python is None


HEADERS = [
    b"",
    b"Name: a\nVersion: 1\n\ntext\n",
    b"Name: a\r\nVersion: 1\r\n\r\ntext\r\nmore\r\n",
    b"Name:a\nName: \tb \nSUMMARY : c\nAuthor: d\n",
    b"Name: a\nDescription: first\n        \n        second\n        third\nVersion: 1\n\n",
    b"Name: a\nno header at all\nVersion: 1\n",
    b"Name: a\nNot header: at all\nVersion: 1\n",
    b" continued\nName: a\n\n",
    b"Name: a\rVersion: 1\n\n",
    b"Name: a\n: no name\nVersion: 1\n\n",
    b"Name: a\nFrom here on\n folded\nVersion: 1\n\n",
    b"Name: a\nSummary: \x0b\x0c\x1c\xc2\x85\xe2\x80\xa8 b\nVersion: 1\n\n\x0c\xc2\x85",
    b"Name: a\nClassifier:\nClassifier: b:c\n\n\n\ntext",
    "Name: a\nAuthor: Jörg 👋\n\nJörg 👋".encode(),
]


@pytest.mark.parametrize("content", HEADERS)
def test_headers_are_read_as_the_standard_library_reads_them(content: bytes) -> None:
    message = message_from_string(content.decode())
    headers = parse_headers(content)
    assert list(headers.fields) == [(name.lower(), value) for name, value in message.items()]
    assert headers.body == message.get_payload()


def test_metadata_of_this_environment_is_read_as_packaging_reads_it() -> None:
    for path in Path(sysconfig.get_path("purelib")).glob("*.dist-info/METADATA"):
        content = path.read_bytes()
        theirs, _unparsed = parse_email(content)
        headers, metadata = parse_headers(content), parse_metadata(content, path.parent.name)
        assert headers.get_all("requires-dist") == theirs.get("requires_dist", [])
        assert headers.get_all("classifier") == theirs.get("classifiers", [])
        assert headers.get("summary") == theirs.get("summary", "").strip()
        assert (metadata.name, str(metadata.version)) == (
            canonicalize_name(theirs["name"]),
            str(Version(theirs["version"])),
        )
        assert metadata.extras == set(map(canonicalize_name, theirs.get("provides_extra", [])))


def test_a_line_that_is_no_header_ends_the_headers() -> None:
    headers = parse_headers(b"Name: a\nwhat is this\nVersion: 1\n")
    assert headers.fields == (("name", "a"),)
    assert headers.invalid_line == "what is this\n"
    assert headers.body == "what is this\nVersion: 1\n"


def test_bytes_that_are_not_utf_8_are_replaced_or_refused() -> None:
    assert parse_headers(b"Author: \xff\n").get("author") == "\ufffd"
    with pytest.raises(UnicodeDecodeError):
        parse_headers(b"Author: \xff\n", errors="strict")
    with pytest.raises(MetadataError, match="not UTF-8"):
        parse_metadata(b"Metadata-Version: 2.1\nName: \xff\nVersion: 1\n", "demo")
