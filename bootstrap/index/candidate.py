"""The files of an index, and the candidates made of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any, BinaryIO, Protocol

from bootstrap._vendor.packaging.specifiers import SpecifierSet
from bootstrap._vendor.packaging.utils import BuildTag, NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.dataclasses import dataclass, field
from bootstrap.errors import BootstrapError
from bootstrap.network.urls import is_remote
from bootstrap.trust.hashes import Hashes, HashMismatchError


class ContainedWheel(Protocol):
    """A wheel inside the file that is running: the bundled one, or one of a kit."""

    @property
    def filename(self) -> str:
        """Its file name."""
        ...

    @property
    def remark(self) -> str:
        """What a summary says about where it comes from; "" for nothing."""
        ...

    @property
    def size(self) -> int:
        """The number of its bytes."""
        ...

    def open(self) -> BinaryIO:
        """Open its bytes, which are not checked yet."""
        ...

    def explain(self, error: HashMismatchError) -> BootstrapError:
        """Return the error for bytes that do not have the expected hash."""
        ...


@dataclass(frozen=True)
class DistributionFile:
    """One file of a project page (PEP 503 and 691); URLs are absolute."""

    filename: str
    url: str
    """Without a fragment. May hold credentials: use `redact` to show it."""
    hashes: Hashes = field(default_factory=Hashes)
    requires_python: SpecifierSet | None = None
    yanked: str | None = None
    """PEP 592: the reason ("" if none is given); None if it is not yanked."""
    metadata: Hashes | None = None
    """PEP 658 and 714: the hashes of the metadata file (maybe none); None without such a file."""
    size: int | None = None
    upload_time: datetime | None = None
    provenance: str | None = None
    """PEP 740: the URL of the provenance object."""
    index_url: str | None = None
    """The index or find-links location that lists it."""
    bundled: ContainedWheel | None = field(default=None, compare=False)
    """The wheel inside the .pyz or the kit, if this is its file: its bytes are not at the URL."""

    @property
    def is_remote(self) -> bool:
        """Whether reading it needs the network."""
        return self.bundled is None and is_remote(self.url)


@dataclass(frozen=True)
class Candidate:
    """A distribution that could be installed: one version, from one file."""

    name: NormalizedName
    version: Version
    file: DistributionFile
    is_wheel: bool
    tag_rank: int = 0
    """Of a wheel: the rank of its best tag for the target; 0 is best."""
    build: BuildTag = ()
    is_direct: bool = False
    """Whether it is a direct reference (PEP 508, PEP 610) and not from an index."""
    origin: Mapping[str, Any] | None = field(default=None, compare=False)
    """The content of direct_url.json, for a source that is a direct reference."""

    def __hash__(self) -> int:
        return hash(self.file.url)

    @property
    def identity(self) -> tuple[object, ...]:
        """Distinguishes it from all other candidates of its project."""
        if not self.is_direct:
            return (self.file.url,)
        hashes = frozenset(self.file.hashes.allowed.items())
        return self.file.url, (self.origin or {}).get("subdirectory"), hashes


class RejectionReason(Enum):
    """Why a file of a project is not a candidate."""

    PYTHON = "Requires-Python"
    """`detail` is the specifier."""
    TAGS = "no compatible tag"
    """`detail` is the tag set of the wheel, as in its name."""
    FORMAT = "excluded by --only-binary or --no-binary"
    UNSUPPORTED = "not a format that can be installed"
    """A source distribution that cannot be built, an egg, an installer; `detail` names it."""
    TOO_NEW = "uploaded after --uploaded-prior-to"
    NO_UPLOAD_TIME = "without an upload time for --uploaded-prior-to"
    """`detail` is the index that does not give it."""
    MALFORMED = "an invalid name or version"
    LINK = "an invalid URL or hash"
    """`detail` says what is invalid."""


@dataclass(frozen=True)
class RejectedFile:
    """A file of a project that is not a candidate for this target, and why; for messages."""

    file: DistributionFile
    version: Version | None
    reason: RejectionReason
    detail: str = ""
