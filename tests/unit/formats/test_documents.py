"""Documents of others are measured before they are parsed, and honest ones pass."""

from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path

import pytest

from bootstrap.formats.documents import parse_json, parse_json_list, parse_toml, read_file
from bootstrap.limits import (
    DOCUMENT_DEPTH,
    DOCUMENT_DIGITS,
    DOCUMENT_VALUES,
    PAGE_SIZE,
    PYPROJECT_SIZE,
    LimitError,
)


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


@pytest.mark.parametrize(
    "content",
    [
        nested(DOCUMENT_DEPTH + 1),
        nested(1_000_000),
        b'{"a":' * 1_000_000,
        b'"\\\\",' + nested(DOCUMENT_DEPTH + 1),
    ],
    ids=["one too many", "a million", "unclosed", "after a backslash"],
)
def test_json_that_is_nested_too_deeply_is_refused(content: bytes) -> None:
    with pytest.raises(LimitError, match=f"more than {DOCUMENT_DEPTH} levels of nesting"):
        parse_json(content, PAGE_SIZE)


def test_json_at_the_limit_of_nesting_is_read() -> None:
    assert parse_json(nested(DOCUMENT_DEPTH))


def test_brackets_in_strings_of_json_do_not_count() -> None:
    texts = ["[" * 200, '\\"' + "{" * 200, "\\\\", '"[', "é[[" * 100]
    assert parse_json(json.dumps(texts).encode()) == texts
    assert parse_json(json.dumps(texts, ensure_ascii=False).encode()) == texts


def test_json_with_very_many_values_is_refused_at_once() -> None:
    content = b"[" + b"[]," * DOCUMENT_VALUES + b"[]]"
    start = time.monotonic()
    with pytest.raises(LimitError, match="values"):
        parse_json(content, PAGE_SIZE)
    assert time.monotonic() - start < 5


def test_a_page_with_a_hundred_thousand_files_is_read() -> None:
    file = {
        "filename": "name-1.0-py3-none-any.whl",
        "url": "https://files.example.org/name-1.0-py3-none-any.whl",
        "hashes": {"sha256": "a" * 64},
        "core-metadata": {"sha256": "b" * 64},
        "requires-python": ">=3.8,<4,!=3.9.*",
        "size": 12345,
        "yanked": False,
        "provenance": None,
    }
    page = {"meta": {"api-version": "1.4"}, "files": [file] * 100_000}
    assert parse_json(json.dumps(page).encode(), PAGE_SIZE) == page


@pytest.mark.parametrize("number", ["9", "1_000"])
def test_a_number_with_thousands_of_digits_is_refused(number: str) -> None:
    text = number * DOCUMENT_DIGITS * 2
    with pytest.raises(LimitError, match="digits"):
        parse_toml(f"a = {text}".encode(), PYPROJECT_SIZE)
    with pytest.raises(LimitError, match="digits"):
        parse_json(f'{{"a": {text}}}'.encode())


@pytest.mark.parametrize(
    "content", [b'"\xff"', b'["\\ud800"]', b'{"\\udfff": 1}', b"{", b"", b'"\xed\xa0\x80"']
)
def test_json_that_is_invalid_or_not_unicode_is_a_value_error(content: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_json(content)


def test_characters_outside_the_basic_plane_are_read_in_either_form() -> None:
    assert parse_json(b'["\\ud83d\\ude00"]') == parse_json('["😀"]'.encode()) == ["😀"]


def test_a_document_that_is_too_large_is_refused_unread() -> None:
    for parse in (parse_json, parse_toml):
        with pytest.raises(LimitError, match="more than 10 bytes"):
            parse(b" " * 11, 10)


@pytest.mark.parametrize(
    "content",
    [
        b"a = " + nested(3000),
        b"a = " + b"{a=" * 3000 + b"1" + b"}" * 3000,
        b"a." * 3000 + b"b = 1",
        b"[" + b"a." * 200 + b"b]",
        b"a = " + nested(DOCUMENT_DEPTH),  # the table that it is in is one level, too
    ],
    ids=["lists", "tables", "keys", "headings", "one too many"],
)
def test_toml_that_is_nested_too_deeply_is_refused(content: bytes) -> None:
    with pytest.raises(LimitError, match="levels of nesting"):
        parse_toml(content, PYPROJECT_SIZE)


def test_ordinary_toml_is_read() -> None:
    content = b'[build-system]\nrequires = ["a>=1", "b"]\n[tool.x]\ny.z = {a = [1, 2.5, {b = 3}]}'
    assert parse_toml(content, PYPROJECT_SIZE)["build-system"] == {"requires": ["a>=1", "b"]}


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"12345")
    assert read_file(file, 5) == b"12345"
    with pytest.raises(LimitError, match="more than 4 bytes"):
        read_file(file, 4)


@pytest.mark.skipif(os.name == "nt", reason="Windows has neither")
def test_pipes_and_devices_are_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    errors: list[OSError] = []

    def read(path: Path) -> None:
        try:
            read_file(path)
        except OSError as error:
            errors.append(error)

    for path in (pipe, Path("/dev/zero"), tmp_path):
        thread = threading.Thread(target=read, args=(path,), daemon=True)
        thread.start()
        thread.join(10)
    assert [error.errno for error in errors] == [22, 22, 22]


LISTS = (
    '{"files": [], "name": "a"}',
    '{"files":[{"a":[1,{"b":2}]},"x, ]",null,-1.5e3],"meta":{"files":[1]}}',
    ' {\n"name" : "demo", "files"\t: [ 1 , [ ] ,\r{ } ] } \n',
    '{"files": [1, 2], "files": [3]}',
    '{"files": [1, 2], "files": "none"}',
    '{"files": {"0": 1}}',
    '{"name": "a"}',
    "{}",
    "[1, 2]",
    '"files"',
    '{"files": ["\\u00e9", "é", "\\ud83d\\ude00"]}',
)


@pytest.mark.parametrize("text", LISTS)
def test_a_list_is_read_item_by_item_as_the_whole_document_is(text: str) -> None:
    expected = json.loads(text)
    items = expected.get("files") if isinstance(expected, dict) else None
    for content in (text.encode(), b"\xef\xbb\xbf" + text.encode()):
        value, kept = parse_json_list(content, 1000, "files", lambda item, of: (item, of))
        assert [item for item, _ in kept] == (items if isinstance(items, list) else [])
        assert all(json.loads(of) == item for item, of in kept)
        if isinstance(items, list):
            expected["files"] = []
        assert value == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        '{"files"',
        '{"files": [',
        '{"files": [1',
        '{"files": [1,',
        '{"files": [1,]}',
        '{"files": [,1]}',
        '{"files": [1 2]}',
        '{"files": [1}}',
        '{"files": [1]',
        '{"files": [1]]',
        '{"files": [1],}',
        '{"files": [1]} x',
        '{"files" [1]}',
        "{files: [1]}",
        "{1: [1]}",
        '{"files": [1] "a": 2}',
        "{\"files\": ['a']}",
        '{"files": ["\\ud800"]}',
        '{"other": "\\ud800", "files": []}',
        '{"files": ["a\nb"]}',
    ],
)
def test_what_is_no_json_is_refused_where_a_list_is_read_too(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # whatever the parser says
        parse_json(text.encode())
    with pytest.raises(ValueError):  # noqa: PT011
        parse_json_list(text.encode(), 1000, "files", lambda item, _of: item)


def test_a_document_with_a_list_has_the_same_limits() -> None:
    def read(content: bytes, size: int = 1000) -> None:
        parse_json_list(content, size, "files", lambda item, _of: item)

    for content in (
        b'{"files": [' + b"1" * 501 + b"]}",
        b'{"files": ' + b"[" * 70 + b"]" * 70 + b"}",
    ):
        with pytest.raises(LimitError):
            read(content)
    with pytest.raises(LimitError):
        read(b'{"files": []}', 5)


def test_a_long_number_is_found_wherever_it_is() -> None:
    for before in (0, (1 << 19) - 501, (1 << 19) - 250, (1 << 19) - 1, 1 << 19, (1 << 20) - 7):
        content = b"[" + b" " * before + b"1" * 501 + b"]"
        with pytest.raises(LimitError, match="digits"):
            parse_json(content, 1 << 22)
        assert parse_json(content.replace(b"1" * 501, b"1" * 500), 1 << 22)
