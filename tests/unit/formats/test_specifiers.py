"""Versions, specifiers, markers and requirements of others are measured before they are parsed."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from bootstrap.formats.specifiers import (
    parse_marker,
    parse_requirement,
    parse_specifiers,
    parse_version,
)
from bootstrap.limits import MARKER_DEPTH, REQUIREMENT_LENGTH, VERSION_LENGTH


@pytest.mark.parametrize(
    "text",
    ["1" * 5000, f"{'1' * 5000}!1", f"1.dev{'1' * 5000}", f"1+{'1' * 5000}", "1." * 150_000 + "1"],
)
def test_a_version_with_thousands_of_digits_is_invalid(text: str) -> None:
    with pytest.raises(ValueError, match=f"more than {VERSION_LENGTH} characters"):
        parse_version(text)


HOSTILE = [
    (parse_specifiers, f"=={'1' * 5000}"),
    (parse_specifiers, f"=={'1' * 1000}"),
    (parse_specifiers, ">=1," * 100_000),
    (parse_marker, f"python_version < '{'1' * 5000}'"),
    (parse_marker, "(" * 5000 + "os_name == 'a'" + ")" * 5000),
    (parse_marker, "(" * (MARKER_DEPTH + 1) + "os_name == 'a'" + ")" * (MARKER_DEPTH + 1)),
    (parse_marker, " or ".join(["os_name == 'a'"] * 100_000)),
    (parse_requirement, "a-" * 300_000),
    (parse_requirement, "a" + " " * 100_000 + "b"),
    (parse_requirement, "a[" + "b," * 300_000 + "b]"),
    (parse_requirement, f"a=={'1' * 5000}"),
    (parse_requirement, f"a; python_version < '{'1' * 5000}'"),
    (parse_requirement, "a; " + "(" * 5000 + "os_name == 'a'" + ")" * 5000),
    (parse_requirement, "a @ https://h/" + "b" * REQUIREMENT_LENGTH),
]


@pytest.mark.parametrize(("parse", "text"), HOSTILE)
def test_what_exceeds_a_limit_is_invalid_at_once_and_shown_shortened(
    parse: Callable[[str], Any], text: str
) -> None:
    start = time.monotonic()
    with pytest.raises(ValueError, match="which is the limit") as raised:
        parse(text)
    assert time.monotonic() - start < 1
    assert len(str(raised.value)) < 500
    assert type(raised.value).__name__.startswith("Invalid")


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (parse_version, "2!1.2.3rc4.post5.dev6+local.7"),
        (parse_version, "20261126123456.0+g0123456789abcdef0123456789abcdef01234567"),
        (parse_specifiers, ",".join(f"!=1.{minor}" for minor in range(400))),
        (parse_marker, "(((os_name == 'nt') or (os_name == 'posix')) and extra == 'x')"),
        (parse_marker, " or ".join(f"extra == 'extra-number-{n}'" for n in range(500))),
        (parse_requirement, f"a @ https://h/{'b' * 4000}.whl ; os_name == 'nt'"),
        (parse_requirement, f"a[{','.join(f'extra{n}' for n in range(1000))}]>=1"),
    ],
)
def test_long_ones_in_use_are_parsed(parse: Callable[[str], Any], text: str) -> None:
    assert parse(text)
