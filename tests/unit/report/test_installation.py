"""Core metadata as JSON (PEP 566); against the real pip in functional/index/test_report.py."""

from __future__ import annotations

from bootstrap.report.installation import json_metadata


def test_multiple_fields_are_lists_and_the_body_is_the_description() -> None:
    content = "Metadata-Version: 2.1\nName: a\nClassifier: one\nClassifier: two\n\nhello 👋\n"
    assert json_metadata(content.encode()) == {
        "metadata_version": "2.1",
        "name": "a",
        "classifier": ["one", "two"],
        "description": "hello 👋\n",
    }


def test_keywords_are_split_at_commas_or_else_at_spaces() -> None:
    assert json_metadata(b"Keywords: a, b c\n\n")["keywords"] == ["a", "b c"]
    assert json_metadata(b"Keywords: a b\n\n")["keywords"] == ["a", "b"]


def test_unknown_fields_are_left_out_and_invalid_utf_8_is_replaced() -> None:
    found = json_metadata(b"Name: a\nX-Own: 1\nAuthor: \xff\n\n")
    assert found == {"name": "a", "author": "\ufffd"}
