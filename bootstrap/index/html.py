"""Reading the HTML of a simple page, or of any page with links to files (PEP 503)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote, urljoin

from bootstrap.trust.hashes import fragment_digests

_FILES = (".whl", ".tar.gz", ".zip", ".egg", ".tar.bz2", ".tgz", ".exe", ".msi", ".rpm")
_HEADINGS = {"title", "h1", "h2", "h3", "a"}
_NOT_ON_AN_INDEX = {"form", "input", "script", "frame", "iframe"}
_ATTRIBUTES = {
    "data-requires-python": "requires-python",
    "data-core-metadata": "core-metadata",
    "data-dist-info-metadata": "dist-info-metadata",
    "data-yanked": "yanked",
    "data-provenance": "provenance",
}


@dataclass(frozen=True)
class Link:
    """One anchor: the file it names, and what it says of it in JSON's words."""

    filename: str
    """The last segment of its URL, decoded once."""
    url: str
    """As it stands on the page, without its fragment."""
    said: Mapping[str, Any]


@dataclass(frozen=True)
class HtmlPage:
    """A page's links, and its `pypi:` meta elements by name."""

    base_url: str
    links: tuple[Link, ...]
    meta: Mapping[str, list[str]]
    oddity: str
    """What an index page would hardly have, or ""."""

    @property
    def is_plausible(self) -> bool:
        """Whether it may be an index page, maybe of a project without files."""
        return not self.oddity or "repository-version" in self.meta or self._has_files

    @property
    def _has_files(self) -> bool:
        return any(link.filename.endswith(_FILES) for link in self.links)


def read_html(text: str, page_url: str) -> HtmlPage:
    """Read a page; relative links in it are to be resolved against the result's `base_url`."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    base_url = urljoin(page_url, reader.base) if reader.base else page_url
    return HtmlPage(base_url, tuple(reader.links), reader.meta, reader.oddity)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.base = ""
        self.links: list[Link] = []
        self.meta: dict[str, list[str]] = {}
        self._strange_tag = ""
        self._headings = 0
        self._stray_text = False

    @property
    def oddity(self) -> str:
        """What speaks against this being an index page."""
        if self._strange_tag:
            return f"with a <{self._strange_tag}> and no link to a file"
        return "with text and no link at all" if self._stray_text and not self.links else ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._anchor(dict(attrs))
        elif tag == "base" and not self.base:
            self.base = dict(attrs).get("href") or ""
        elif tag == "meta":
            self._meta(dict(attrs))
        elif tag in _NOT_ON_AN_INDEX:
            self._strange_tag = self._strange_tag or tag
        self._headings += tag in _HEADINGS

    def handle_endtag(self, tag: str) -> None:
        self._headings -= tag in _HEADINGS and self._headings > 0

    def handle_data(self, data: str) -> None:
        if not (self.links or self._headings or self._stray_text):
            self._stray_text = bool(data.strip())

    def _anchor(self, attributes: dict[str, str | None]) -> None:
        href = (attributes.get("href") or "").strip()
        url, _, fragment = href.partition("#")
        path = url.partition("?")[0]
        filename = unquote(path.rpartition("/")[2])
        if not filename:
            return
        said: dict[str, Any] = {
            key: attributes[name] or "" for name, key in _ATTRIBUTES.items() if name in attributes
        }
        if fragment:
            said["hashes"] = dict(fragment_digests(href))
        self.links.append(Link(filename, url, said))

    def _meta(self, attributes: dict[str, str | None]) -> None:
        kind, _, name = (attributes.get("name") or "").partition(":")
        if kind.lower() == "pypi" and name:
            self.meta.setdefault(name.lower(), []).append(attributes.get("content") or "")
