"""A project's page, in the same form for JSON and HTML; its files are parsed only when needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from bootstrap._vendor.packaging.specifiers import InvalidSpecifier, SpecifierSet
from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.dataclasses import dataclass
from bootstrap.formats.specifiers import parse_specifiers
from bootstrap.index.candidate import DistributionFile
from bootstrap.index.errors import UnrelatedIndexesError
from bootstrap.network.urls import (
    MalformedUrlError,
    has_scheme,
    is_downgrade,
    is_remote,
    join_url,
    split_credentials,
    split_fragment,
    url_origin,
)
from bootstrap.trust.digests import InvalidDigestError
from bootstrap.trust.hashes import Hashes


class FileEntry(NamedTuple):
    """One file of a page, unparsed, since a page may list thousands: as text, it is small."""

    filename: str
    base_url: str
    """What its URL is relative to: the page, or what the page names in `<base>`."""
    page_url: str
    """Where the page came from: its links act with the rights of that server."""
    index_url: str
    description: Mapping[str, Any] | str
    """PEP 691's file object, or its text in JSON."""

    @property
    def attributes(self) -> Mapping[str, Any]:
        """The keys of PEP 691's file object."""
        if not isinstance(self.description, str):
            return self.description
        import json

        found: dict[str, Any] = json.loads(self.description)
        return found

    def read(self) -> FileEntry:
        """Return the entry with its text parsed, for who looks at it more than once."""
        return self._replace(description=self.attributes)

    @property
    def url(self) -> str:
        """As on the page, maybe relative."""
        url: str = self.attributes["url"]
        return url

    @property
    def is_remote(self) -> bool:
        """Whether its file is on a server."""
        return is_remote(self.url if has_scheme(self.url) else self.base_url)

    @property
    def requires_python(self) -> SpecifierSet | None:
        """The Requires-Python; None if there is none, or an invalid one."""
        text = self.attributes.get("requires-python")
        return parse_specifier(text) if isinstance(text, str) and text else None

    @property
    def upload_time(self) -> datetime | None:
        """When the file was uploaded (PEP 700); None if that is unknown."""
        text = self.attributes.get("upload-time")
        if not isinstance(text, str):
            return None
        # Python 3.10's fromisoformat does not accept "Z", nor every number of digits of a second.
        whole, dot, fraction = text.removesuffix("Z").partition(".")
        try:
            time = datetime.fromisoformat(whole + (f".{fraction[:6]:0<6}" if dot else ""))
        except ValueError:
            return None
        return time if time.tzinfo else time.replace(tzinfo=timezone.utc)

    @property
    def yanked(self) -> str | None:
        """The reason, "" if none is given; None if the file is not yanked (PEP 592)."""
        value = self.attributes.get("yanked", False)
        if value is False or value is None:
            return None
        return value if isinstance(value, str) else ""

    @property
    def metadata_hashes(self) -> Hashes | None:
        """The hashes of the metadata file; None if there is no such file (PEP 658).

        PEP 714: `core-metadata` has priority over its old name. With an invalid hash it counts as
        missing: the metadata is read from the file itself.
        """
        value = self.attributes.get("core-metadata", self.attributes.get("dist-info-metadata"))
        if isinstance(value, str):  # HTML: "true", or "sha256=…"
            algorithm, _, digest = value.partition("=")
            value = {algorithm: digest} if digest else value.strip().lower() != "false"
        if not value and value != {}:
            return None
        try:
            return _parse_hashes(value)
        except InvalidDigestError:
            return None

    def parse(self) -> DistributionFile:
        """Return the file with its parsed attributes and an absolute URL.

        Raises `MalformedUrlError`, also for a link that its page must not have, and
        `InvalidDigestError`: a file whose hash cannot be checked must not count as one without.
        """
        url, _ = split_fragment(join_url(self.base_url, self.url))
        hashes, metadata_hashes = _parse_hashes(self.attributes.get("hashes")), self.metadata_hashes
        if is_remote(self.page_url):
            _require_linkable(self.page_url, url, hashes)
            if is_downgrade(self.page_url, url) and not (metadata_hashes or Hashes()).strong():
                metadata_hashes = None
        size, provenance = self.attributes.get("size"), self.attributes.get("provenance")
        return DistributionFile(
            self.filename,
            url,
            hashes,
            self.requires_python,
            self.yanked,
            metadata_hashes,
            size if isinstance(size, int) and size >= 0 else None,
            self.upload_time,
            join_url(self.base_url, provenance) if isinstance(provenance, str) else None,
            self.index_url,
        )


@dataclass(frozen=True)
class ProjectDetails:
    """The page of a project on one index (PEP 691, 700, 708, 792)."""

    name: NormalizedName
    index_url: str
    entries: tuple[FileEntry, ...]
    tracks: tuple[str, ...] = ()
    alternate_locations: tuple[str, ...] = ()
    status: str = "active"
    status_reason: str = ""
    defect: str = ""
    """What the page lacks that it should have, but can be read without; "" if nothing."""


def _require_linkable(page_url: str, url: str, hashes: Hashes) -> None:
    """Raise `MalformedUrlError` for a link that a page of a server must not have.

    It must not lead to this machine's files, and from https to http only with a hash.
    """
    if url_origin(url).scheme not in {"https", "http"}:
        raise MalformedUrlError(url, "a remote page may only link to https: and http: URLs")
    if is_downgrade(page_url, url) and not hashes.strong():
        raise MalformedUrlError(url, "an https: page may link to http: only with a sha256")


def require_related(pages: Sequence[ProjectDetails]) -> None:
    """Raise `UnrelatedIndexesError` if the pages of a name are not of one project (PEP 708).

    They are if one lists all others as alternate locations, or if all but the tracked one track
    the same one. Where no index declares anything, they are mixed as in pip, since most indexes do
    not know PEP 708.
    """
    if len(pages) < 2 or not any(page.tracks or page.alternate_locations for page in pages):
        return
    urls = [_normalize_url(f"{page.index_url.rstrip('/')}/{page.name}/") for page in pages]
    listed, tracked = [], []
    for url, page in zip(urls, pages, strict=True):
        tracked.append(set(map(_normalize_url, page.tracks)) or {url})
        if page.alternate_locations:
            listed.append({url, *map(_normalize_url, page.alternate_locations)})
    lists_all_others = listed and all(locations.issuperset(urls) for locations in listed)
    if not lists_all_others and not set.intersection(*tracked):
        raise UnrelatedIndexesError(pages[0].name, [page.index_url for page in pages])


def _normalize_url(url: str) -> str:
    """Return the URL of a project's page in one spelling."""
    try:
        parts = urlsplit(split_credentials(url)[0])
    except ValueError:
        return url  # PEP 708's lists may hold anything
    return f"{parts.scheme.lower()}://{parts.netloc.lower()}{parts.path.rstrip('/')}/"


@lru_cache(maxsize=4096)
def parse_specifier(text: str) -> SpecifierSet | None:
    """Parse a Requires-Python; None if it is invalid, which is ignored as in pip."""
    try:
        return parse_specifiers(text)
    except InvalidSpecifier:
        return None


def _parse_hashes(value: Any) -> Hashes:
    """Return the hashes of a page. An empty digest is none: some servers do not know it yet."""
    if not isinstance(value, dict):
        return Hashes()
    return Hashes.of(
        (name, text if isinstance(text, str) else repr(text))
        for name, text in value.items()
        if text not in ("", None)
    )
