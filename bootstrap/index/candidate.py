"""What an index offers: files, and the candidates made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from bootstrap._bundled import BundledWheel
from bootstrap._vendor.packaging.specifiers import SpecifierSet
from bootstrap._vendor.packaging.utils import BuildTag, NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.trust.hashes import Hashes


@dataclass(frozen=True)
class DistributionFile:
    """One file of a project page (PEP 503 and 691); URLs are absolute."""

    filename: str
    url: str
    """Without a fragment; may hold credentials, so it is shown by way of `redact` only."""
    hashes: Hashes = field(default_factory=Hashes)
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
    bundled: BundledWheel | None = field(default=None, compare=False)
    """The wheel inside the .pyz, if this is its file: its bytes are not at the URL."""


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
    is_direct: bool = False
    """Whether it was named by URL or path (PEP 508, PEP 610) and not found on an index."""
    origin: Mapping[str, Any] | None = field(default=None, compare=False)
    """What direct_url.json will say of a source that was named so."""


class Reason(Enum):
    """Why a file of a project is no candidate."""

    PYTHON = "Requires-Python"
    """`detail` is the specifier."""
    TAGS = "no tag of the target"
    """`detail` is the wheel's tag set, as in its name."""
    FORMAT = "excluded by --only-binary or --no-binary"
    UNSUPPORTED = "not a format that can be installed"
    """A source distribution where nothing can build it, an egg, an installer; `detail` says."""
    TOO_NEW = "uploaded after --uploaded-prior-to"
    MALFORMED = "a name or version that cannot be understood"


@dataclass(frozen=True)
class RejectedFile:
    """A file of a project that cannot be a candidate on this target, and why: for messages."""

    file: DistributionFile
    version: Version | None
    reason: Reason
    detail: str = ""
