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

DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *(path for path in (ROOT / "docs").rglob("*.md") if path.parent.name != "changes"),
]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_relative_link_of_a_document_leads_somewhere(document: Path) -> None:
    text = re.sub(r"```.*?```|`[^`\n]*`", "", document.read_text("utf-8"), flags=re.DOTALL)
    links = re.findall(r"\]\(([^)\s]+)\)", text)
    dead = []
    for link in links:
        name, _, anchor = link.partition("#")
        if "://" in name or name.startswith("mailto:"):
            continue
        target = (document.parent / name) if name else document
        if not target.exists() or (anchor and anchor not in _anchors(target)):
            dead.append(link)
    assert dead == []


def _anchors(page: Path) -> set[str]:
    """Return what a page's headings are called in links, on forges and by MyST."""
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


def test_the_pictures_are_small_and_load_nothing() -> None:
    pictures = [*(ROOT / "docs/pictures").glob("*.svg")]
    assert len(pictures) == 3
    for each in pictures:
        text = each.read_text("utf-8")
        assert len(text) < 60_000
        loaded = re.findall(r"(?:url\(|src=|href=)[\"']?(?!#)[^\"')]+", text)
        assert loaded == []
