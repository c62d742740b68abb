"""docs/security.md names tests and limits: they are there, and they are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bootstrap import limits

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs" / "security.md").read_text("utf-8")
NAMED = re.findall(r"`((?:unit|functional|fuzz)/[\w/]+\.py)::(?:\w+::)?(\w+)`", PAGE)
CONSTANTS = {
    name: value for name, value in vars(limits).items() if re.fullmatch(r"[A-Z][A-Z_]*", name)
}


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_a_test_that_the_page_names_exists(path: str, name: str) -> None:
    assert re.search(rf"^ *def {name}\(", (TESTS / path).read_text("utf-8"), re.MULTILINE)


def test_every_promise_names_a_test() -> None:
    promises, _, _ = PAGE.partition("\n## Limits\n")
    rows = [
        line
        for line in promises.splitlines()
        if line.startswith("| ") and not line.startswith("| promise")
    ]
    assert len(rows) == len(NAMED) > 50


def test_the_table_of_limits_is_that_of_the_code() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \| ([\d.,]+) \|", PAGE, re.MULTILINE)
    assert dict(rows) == {name: f"{value:,}" for name, value in CONSTANTS.items()}
