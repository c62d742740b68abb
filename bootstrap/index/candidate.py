"""What an index offers: files, and the candidates made of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bootstrap._vendor.packaging.specifiers import SpecifierSet
from bootstrap._vendor.packaging.utils import BuildTag, NormalizedName
from bootstrap._vendor.packaging.version import Version

from bootstrap.trust.hashes import Hashes


@dataclass(frozen=True)
class DistributionFile:
    """One file of a project page (PEP 503 and 691); URLs are absolute."""

    filename: str
    url: str
    """Without a fragment; may hold credentials, so it is shown by way of `redacted` only."""
    hashes: Hashes = Hashes()
    requires_python: SpecifierSet | None = None
    yanked: str | None = None
    """PEP 592: the reason ("" where none was given), or None where it is not yanked."""
    metadata: Hashes | None = None
    """PEP 658/714: the metadata file's hashes (maybe empty), or None where it is not offered."""
    size: int | None = None
    upload_time: datetime | None = None
    provenance: str | None = None
    """PEP 740: the URL of the provenance object."""
    index_url: str | None = None
    """The index or find-links location it came from."""


@dataclass(frozen=True)
class ProjectDetails:
    """One project's page of one index (PEP 691, 700, 708, 792)."""

    name: NormalizedName
    index_url: str
    files: tuple[DistributionFile, ...]
    tracks: tuple[str, ...] = ()
    alternate_locations: tuple[str, ...] = ()
    status: str = "active"
    status_reason: str = ""


@dataclass(frozen=True)
class Candidate:
    """A distribution that could be installed: one version by one file."""

    name: NormalizedName
    version: Version
    file: DistributionFile
    is_wheel: bool
    tag_rank: int = 0
    """Of a wheel: the rank of its best tag on the target; 0 is best."""
    build: BuildTag = ()
