"""The HTML form of the simple API's pages (PEP 503): its links, with the keys of the JSON form.

Imported where an index sends HTML: the library for it is a large part of what a run imports.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any, NamedTuple
from urllib.parse import unquote

from bootstrap.limits import (
    PAGE_ELEMENT_LENGTH,
    PAGE_ELEMENTS,
    PAGE_FILES,
    LimitError,
    shorten,
)
from bootstrap.trust.hashes import fragment_digests

_PART = 1 << 16
_HEADINGS = {"title", "h1", "h2", "h3", "a"}
_NOT_ON_AN_INDEX = {"form", "input", "script", "frame", "iframe"}
_ATTRIBUTES = {
    "data-requires-python": "requires-python",
    "data-core-metadata": "core-metadata",
    "data-dist-info-metadata": "dist-info-metadata",
    "data-yanked": "yanked",
    "data-provenance": "provenance",
}


class Link(NamedTuple):
    """An anchor with the keys of PEP 691's file object."""

    filename: str
    """The last segment of its URL, decoded once."""
    url: str
    """As on the page, without its fragment."""
    attributes: dict[str, Any]


class PageParser(HTMLParser):
    """Collects the links, the base URL and the `pypi:` meta elements of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.base = ""
        self.links: list[Link] = []
        self.meta: dict[str, list[str]] = {}
        self._unusual_tag = ""
        self._elements = 0
        self._headings = 0
        self._has_text = False

    def parse(self, text: str) -> None:
        """Parse a page in parts; what is incomplete at its end is ignored. Raises `ValueError`.

        Older versions of the library parse an incomplete element again for each character after it.
        They do so in `close`, which is not called, and here for each part.
        """
        for start in range(0, len(text), _PART):
            try:
                self.feed(text[start : start + _PART])
            except AssertionError as error:  # older versions of the library, for "<![" and others
                raise ValueError(f"an invalid declaration ({shorten(str(error))})") from error
            if len(self.rawdata) > PAGE_ELEMENT_LENGTH:
                raise LimitError(PAGE_ELEMENT_LENGTH, "characters in one element")
            if len(self.links) > PAGE_FILES:
                raise LimitError(PAGE_FILES, "links")

    @property
    def implausible(self) -> str:
        """What a page of an index would hardly contain; "" if there is nothing of the kind."""
        if self._unusual_tag:
            return f"with a <{self._unusual_tag}> and no link to a file"
        return "with text and no link at all" if self._has_text and not self.links else ""

    def _count(self) -> None:
        self._elements += 1
        if self._elements > PAGE_ELEMENTS:
            raise LimitError(PAGE_ELEMENTS, "elements")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect a link, the base URL or a meta element."""
        self._count()
        attributes = dict(attrs)
        if tag == "a":
            self._add_link(attributes)
        elif tag == "base" and not self.base:
            self.base = attributes.get("href") or ""
        elif tag == "meta":
            kind, _, name = (attributes.get("name") or "").partition(":")
            if kind.lower() == "pypi" and name:
                self.meta.setdefault(name.lower(), []).append(attributes.get("content") or "")
        elif tag in _NOT_ON_AN_INDEX:
            self._unusual_tag = self._unusual_tag or tag
        self._headings += tag in _HEADINGS

    def handle_endtag(self, tag: str) -> None:
        """Leave a heading."""
        self._count()
        self._headings -= tag in _HEADINGS and self._headings > 0

    def handle_data(self, data: str) -> None:
        """Note text that no heading contains."""
        self._count()
        if not (self.links or self._headings or self._has_text):
            self._has_text = bool(data.strip())

    def handle_comment(self, data: str) -> None:  # noqa: ARG002  # the library's signature
        """Count a comment as an element."""
        self._count()

    def _add_link(self, attributes: dict[str, str | None]) -> None:
        href = (attributes.get("href") or "").strip()
        url, _, fragment = href.partition("#")
        filename = unquote(url.partition("?")[0].rpartition("/")[2])
        if not filename:
            return
        file: dict[str, Any] = {
            key: attributes[name] or "" for name, key in _ATTRIBUTES.items() if name in attributes
        }
        if fragment:
            file["hashes"] = dict(fragment_digests(href))
        self.links.append(Link(filename, url, file))
