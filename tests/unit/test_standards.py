"""docs/standards.md names tests: they are there."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs" / "standards.md").read_text("utf-8")
_NAMED = re.compile(r"`((?:unit|functional)/[\w/]+\.(?:py|toml))(?:::(\w+))?`")

COVERED = """
    376 405 425 427 440 453 503 508 517 518 566 592 600 610 625 627 629 639 656 658 660 668 685 691
    700 706 708 714 721 735 739 740 751 770 792
"""


def test_every_test_that_the_page_names_exists() -> None:
    named = _NAMED.findall(PAGE)
    assert named
    assert [each for each in named if not _exists(*each)] == []


def _exists(path: str, name: str) -> bool:
    file = TESTS / path
    if not file.is_file():
        return False
    return (
        not name
        or re.search(rf"^ *def {name}\(", file.read_text("utf-8"), re.MULTILINE) is not None
    )


def test_every_row_names_a_test() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and "|---" not in line]
    assert [
        row for row in rows if not row.startswith("| standard") and not _NAMED.search(row)
    ] == []


def test_every_standard_we_claim_has_its_row() -> None:
    cells = " ".join(line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| PEP"))
    assert [number for number in COVERED.split() if number not in re.findall(r"\d+", cells)] == []
