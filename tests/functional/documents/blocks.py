"""The blocks of the pages: what they show besides sentences and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.functional.engine import CHECKOUT

PAGES = (
    *("README.md", "CONTRIBUTING.md", "SECURITY.md"),
    *sorted(
        path.relative_to(CHECKOUT).as_posix()
        for root in ("docs", "contrib")
        for path in (CHECKOUT / root).rglob("*.md")
        if path.parent.name not in {"adr", "changes"}
    ),
)
_FENCED = re.compile(r"^ *```(?P<language>.*)\n(?P<text>(?:.*\n)*?) *```$", re.MULTILINE)
_INDENTED = re.compile(r"(?<=\n\n)    .*\n(?:(?:    .*)?\n)*")


@dataclass(frozen=True)
class Block:
    """A block of a page."""

    text: str
    language: str = ""
    """Of a fenced block; none where it is indented."""

    @property
    def lines(self) -> list[str]:
        """Its lines: with those that continue them, and without comments and empty ones."""
        text = re.sub(r" *\\\n *", " ", self.text)
        lines = (re.sub(r" +# .*", "", line).strip() for line in text.splitlines())
        return [line for line in lines if line]


def blocks_of(page: str) -> Iterator[Block]:
    """Return the blocks of a page: the fenced ones, then the indented ones."""
    text = (CHECKOUT / page).read_text("utf-8")
    for found in _FENCED.finditer(text):
        yield Block(found["text"], found["language"].strip())
    for found in _INDENTED.finditer(_FENCED.sub("", text)):
        yield Block(found[0])
