"""The rules by which `nox -s measure` counts, on made-up sources."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from tools.measure.counts import (
    FunctionLengths,
    Module,
    Share,
    function_lengths,
    line_count,
    metadata_parsers,
    private_called_once,
    read_modules,
    remoteness_decisions,
    remoteness_questions,
    repeated_classes,
)
from tools.measure.imports import imported


def modules(*sources: str) -> list[Module]:
    """Return modules a.py, b.py and so on."""
    return [
        Module(f"{name}.py", dedent(source)) for name, source in zip("abc", sources, strict=False)
    ]


def test_the_packages_own_modules_are_read_without_the_vendored_ones(tmp_path: Path) -> None:
    for path in ("bootstrap/cli.py", "bootstrap/_vendor/idna/core.py", "tools/other.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("x = 1\n")
    assert read_modules(tmp_path) == [Module("bootstrap/cli.py", "x = 1\n")]


def test_a_package_docstring_alone_is_no_code() -> None:
    only, code, empty = modules('"""The package."""\n', '"""The module."""\nx = 1\n', "")
    assert only.is_only_docstring
    assert not code.is_only_docstring
    assert empty.is_only_docstring


def test_blank_lines_and_comments_are_lines() -> None:
    assert line_count(modules("x = 1\n\n# why\n", "y = 2\n")) == 4


def test_functions_are_measured_without_their_decorators() -> None:
    found = modules(
        """
        @decorated
        def short(): pass

        class A:
            def long(self):
                def nested():
                    return 1
                return nested()
        """
    )
    assert function_lengths(found) == FunctionLengths(median=2, p90=4, longest=4)
    assert function_lengths([]) == FunctionLengths(0, 0, 0)


def test_a_private_function_that_is_used_once_is_counted_among_all_functions() -> None:
    found = modules(
        """
        def public(): return _once() + _twice() + _twice()
        def _once(): ...
        def _twice(): ...
        def _never(): ...
        def __getattr__(name): return __getattr__
        class A:
            def _method(self): ...
            def other(self): return map(self._method, ())
        """
    )
    assert private_called_once(found) == Share(2, 7)
    assert str(Share(2, 7)) == "2 of 7 (29 %)"
    assert str(Share(0, 0)) == "0 of 0 (0 %)"


def test_the_same_private_name_in_another_module_is_another_function() -> None:
    source = "def _text(): ...\nvalue = _text()\n"
    assert private_called_once(modules(source, source)) == Share(2, 2)


def test_class_names_with_two_meanings_are_listed_with_their_places() -> None:
    found = modules("class Kind: ...\nclass One: ...\n", "x = 1\nclass Kind: ...\n")
    assert repeated_classes(found) == {"Kind": ["a.py:1", "b.py:2"]}


@pytest.mark.parametrize(
    "code",
    [
        "'://' in text",
        "'://' not in value.name",
        "text.lower().startswith('file:')",
        "text.startswith(('https://', 'http://'))",
        "urlsplit(text).scheme.lower() not in {'', 'file'}",
        "re.compile('https?:')",
    ],
)
def test_a_decision_of_remoteness_is_one_place(code: str) -> None:
    assert remoteness_decisions(modules(f"x = 1\ny = {code}\n")) == ["a.py:2"]


@pytest.mark.parametrize(
    "code",
    [
        "is_remote(text)",
        "location.is_remote",
        "'://' in proxy",
        "'://' in url",
        "':' in text",
        "text.startswith('https:')",
        "text.startswith()",
        "parts.scheme == 'https'",
        "parts.scheme == 'file'",
        "kind in {'', 'file'}",
        "re.compile('[a-z]+')",
    ],
)
def test_another_question_is_no_decision_of_remoteness(code: str) -> None:
    assert remoteness_decisions(modules(f"y = {code}\n")) == []


@pytest.mark.parametrize(
    "code", ["is_remote(text)", "urls.is_remote_url(text)", "any(map(is_remote, texts))"]
)
def test_a_question_about_a_text_is_one_place(code: str) -> None:
    assert remoteness_questions(modules(f"x = 1\ny = {code}\n")) == ["a.py:2"]


@pytest.mark.parametrize("code", ["location.is_remote", "is_remote or other", "'://' in text"])
def test_reading_a_parsed_value_is_no_question_about_a_text(code: str) -> None:
    assert remoteness_questions(modules(f"y = {code}\n")) == []


def test_a_function_decides_where_it_is_defined_and_is_asked_where_it_is_called() -> None:
    found = modules(
        """
        def is_remote(text):
            return "://" in text

        class Location:
            @property
            def is_remote(self):
                return is_remote(self.text)
        """
    )
    assert remoteness_decisions(found) == ["a.py:3"]
    assert remoteness_questions(found) == ["a.py:8"]


@pytest.mark.parametrize(
    "code",
    [
        "message_from_string(text)",
        "email.parser.HeaderParser()",
        "parse_email(content)",
        "line.partition(':')",
        "line.split(':', 1)",
    ],
)
def test_a_parser_of_headers_is_one_place(code: str) -> None:
    assert metadata_parsers(modules(f"x = 1\ny = {code}\n")) == ["a.py:2"]


@pytest.mark.parametrize(
    "code", ["parse_metadata(content)", "url.partition(':')", "line.split()", "line.split('=')"]
)
def test_another_parser_is_none_of_headers(code: str) -> None:
    assert metadata_parsers(modules(f"y = {code}\n")) == []


def test_modules_of_ours_are_found_in_what_python_prints_about_imports() -> None:
    printed = """
import time: self [us] | cumulative | imported package
import time:       120 |        120 |   bootstrap
import time:       120 |        120 |     bootstrap.errors
import time:       120 |        120 |     bootstrap._vendor
import time:       120 |        120 |       bootstrap._vendor.idna
import time:       120 |        120 |     bootstrap._bundled
import time:       120 |        120 |   urllib
import time:       120 |        120 |     bootstrap.errors
"""
    assert imported(printed) == {"bootstrap", "bootstrap.errors", "bootstrap._bundled"}
