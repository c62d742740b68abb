"""The pages of `docs/` name tests, sessions, tools and workflows: they are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=["platforms", "macos", "shells", "packaging", "embedding"])
def page(request: pytest.FixtureRequest) -> str:
    """The text of a page."""
    return (ROOT / "docs" / f"{request.param}.md").read_text("utf-8")


def test_every_file_that_the_page_names_exists(page: str) -> None:
    named = re.findall(r"`((?:tests|tools|\.github|\.ci)/[\w./-]+)`", page)
    assert named
    assert [each for each in named if not (ROOT / each).exists()] == []


def test_every_session_that_the_page_names_exists() -> None:
    text = (ROOT / "docs" / "platforms.md").read_text("utf-8")
    sessions = set(
        re.findall(r"^def (\w+)\(session", (ROOT / "noxfile.py").read_text("utf-8"), re.M)
    )
    named = set(re.findall(r"nox -s (\w+)", text))
    assert named
    assert named <= sessions


def test_each_environment_variable_of_the_page_occurs_in_the_program() -> None:
    text = (ROOT / "docs/configuration.md").read_text("utf-8").partition("## Environment")[2]
    rows = re.findall(r"^\| (`.*?) \|", text, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert len(named) > 20
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "bootstrap").rglob("*.py"))
    words = set(re.findall(r"\w+", sources)) | set(_STANDARD_LIBRARY_S)
    assert named - words == set()


_STANDARD_LIBRARY_S = ("TMPDIR", "PYTHONUSERBASE")
