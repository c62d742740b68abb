"""A project's page as read, whatever its form: raw entries, described when they matter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import lru_cache
from typing import Any, NamedTuple

from bootstrap._vendor.packaging.specifiers import InvalidSpecifier, SpecifierSet
from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.index.candidate import DistributionFile
from bootstrap.network.urls import MalformedUrlError, is_remote, join_url, split_fragment
from bootstrap.trust.hashes import KNOWN_ALGORITHMS, Hashes


class FileEntry(NamedTuple):
    """One file of a page; cheap to make, since a page may list thousands."""

    filename: str
    url: str
    """As it stands on the page, maybe relative."""
    base_url: str
    index_url: str
    said: Mapping[str, Any]
    """The keys of PEP 691's file object."""

    @property
    def requires_python(self) -> SpecifierSet | None:
        """What Pythons it is for; None where nothing is said, or nothing that makes sense."""
        text = self.said.get("requires-python")
        return specifier(text) if isinstance(text, str) and text else None

    @property
    def upload_time(self) -> datetime | None:
        """When it was uploaded (PEP 700)."""
        text = self.said.get("upload-time")
        try:
            return _moment(text) if isinstance(text, str) else None
        except ValueError:
            return None

    def described(self) -> DistributionFile:
        """Return the file with all that its page says of it, its URL absolute.

        Raises `MalformedUrlError`, also where a page of the web names a file of this machine.
        """
        url, _ = split_fragment(join_url(self.base_url, self.url))
        if is_remote(self.base_url) and not url.lower().startswith(("https:", "http:")):
            raise MalformedUrlError(url, "a page of the web cannot name such a place")
        size, provenance = self.said.get("size"), self.said.get("provenance")
        return DistributionFile(
            self.filename,
            url,
            _hashes(self.said.get("hashes")),
            self.requires_python,
            _yanked(self.said.get("yanked", False)),
            _metadata(self.said),
            size if isinstance(size, int) and size >= 0 else None,
            self.upload_time,
            join_url(self.base_url, provenance) if isinstance(provenance, str) else None,
            self.index_url,
        )


@dataclass(frozen=True)
class ProjectDetails:
    """One project's page of one index (PEP 691, 700, 708, 792)."""

    name: NormalizedName
    index_url: str
    entries: tuple[FileEntry, ...]
    tracks: tuple[str, ...] = ()
    alternate_locations: tuple[str, ...] = ()
    status: str = "active"
    status_reason: str = ""


@lru_cache(maxsize=4096)
def specifier(text: str) -> SpecifierSet | None:
    """Parse a Requires-Python; None where it is invalid, which counts as not said (as in pip)."""
    try:
        return SpecifierSet(text)
    except InvalidSpecifier:
        return None


def _hashes(said: Any) -> Hashes:
    if not isinstance(said, dict):
        return Hashes()
    return Hashes.of(
        (a, d) for a, d in said.items() if a in KNOWN_ALGORITHMS and isinstance(d, str)
    )


def _yanked(said: Any) -> str | None:
    """Return the reason of PEP 592, "" where none is given, None for a file that is not yanked."""
    if said is False or said is None:
        return None
    return said if isinstance(said, str) else ""


def _metadata(said: Mapping[str, Any]) -> Hashes | None:
    """Return the metadata file's hashes; PEP 714: `core-metadata` counts before its old name."""
    offer = said.get("core-metadata", said.get("dist-info-metadata"))
    if isinstance(offer, str):  # HTML: "true", or "sha256=…"
        algorithm, _, digest = offer.partition("=")
        offer = {algorithm: digest} if digest else offer.strip().lower() != "false"
    if not offer and offer != {}:
        return None
    return _hashes(offer)


def _moment(text: str) -> datetime:
    # Python 3.10's fromisoformat knows no "Z", and only three or six digits of a second.
    whole, dot, fraction = text.removesuffix("Z").partition(".")
    moment = datetime.fromisoformat(whole + (f".{fraction[:6]:0<6}" if dot else ""))
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
