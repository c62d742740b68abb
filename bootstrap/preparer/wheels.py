"""One wheel, fetched or built: verified, and compared with what was resolved.

`WheelBuilder` is the interface of what builds wheels from sources; `SourceBuilder` implements it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from bootstrap.dataclasses import dataclass
from bootstrap.errors import BootstrapError
from bootstrap.index.candidate import Candidate, ContainedWheel
from bootstrap.install.model import WheelToInstall
from bootstrap.metadata.core import Metadata, parse_metadata
from bootstrap.metadata.direct_url import direct_url_for_archive
from bootstrap.network.session import Session
from bootstrap.resolve.requirement import InputRequirement, Resolved
from bootstrap.trust.hashes import (
    Hashes,
    HashMismatchError,
    VerifiedWheel,
    verify_wheel_bytes,
)

_IN_MEMORY = 4 << 20
"""The size up to which a wheel of a kit is read into memory."""


@dataclass(frozen=True)
class Built:
    """A wheel built from a source, and where the source came from."""

    wheel: VerifiedWheel
    direct_url: Mapping[str, Any] | None = None
    """The content of direct_url.json (PEP 610), for direct references only."""


class WheelBuilder(Protocol):
    """Builds sources for the target."""

    @property
    def suits_target(self) -> bool:
        """Whether the target can run a build, so that sources are candidates."""
        ...

    def metadata(self, candidate: Candidate) -> Metadata:
        """Return a source distribution's metadata, building as little as possible."""
        ...

    def wheel(self, candidate: Candidate, expected: Hashes) -> Built:
        """Build a wheel from a source that has the expected hashes."""
        ...

    def direct_url(self, candidate: Candidate) -> Mapping[str, Any]:
        """Return direct_url.json's content (PEP 610) for a candidate of `reference`."""
        ...

    def reference(self, requirement: InputRequirement) -> Candidate:
        """Return the candidate of a direct reference to an archive, directory or repository."""
        ...


class NoBuilderError(BootstrapError):
    """A source was named where only wheels can be installed.

    Causes: `pack` and other machines' targets take wheels only, and a path, archive or repository
    was named.

    Next: build a wheel of it, and name its directory:
        python3 get-installer.pyz pack NAME --find-links wheels -o KIT.pyz
    """

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(
            f"{what} is a source and not a wheel, and sources cannot be built here.",
            hint="Name a wheel, or build one elsewhere (pip wheel) and name its directory with "
            "--find-links.",
        )


@dataclass(frozen=True)
class DownloadInfo:
    """Where a distribution of a resolution comes from, and what it is."""

    resolved: Resolved
    origin: Mapping[str, Any]
    """Its URL and hashes in the form of PEP 610, also for a file of an index."""
    metadata: bytes
    """Its METADATA file."""


class UnexpectedMetadataError(BootstrapError):
    """A wheel's METADATA is not the metadata that it was resolved with.

    Causes: the index serves metadata that is not that of its file, or the file was replaced between
    two requests.

    Next: try it again without the cache; if it stays, do not install the file, and tell the index:
        python3 get-installer.pyz --venv demo --no-cache-dir NAME
    """

    def __init__(self, filename: str, detail: str, *, is_built: bool) -> None:
        self.filename, self.detail = filename, detail
        hint = "Report it to the project, or choose another version."
        super().__init__(
            f"The wheel {filename} is refused: its METADATA differs from the metadata that it was "
            f"chosen by ({detail}).",
            hint=hint if is_built else f"Download it again. If that does not help: {hint}",
        )


def expected_hashes(candidate: Candidate, resolved: Resolved) -> Hashes:
    """Return the hashes that a file must have: those of the index and those of the user."""
    return candidate.file.hashes.intersection(resolved.hashes)


def fetch(candidate: Candidate, expected: Hashes, session: Session) -> VerifiedWheel:
    """Fetch a wheel and check its hashes; the bundled one is not downloaded.

    Raises `HashMismatchError`, network errors.
    """
    file = candidate.file
    if file.bundled is not None:
        return _read_contained(file.bundled, expected, session)
    return session.download(
        file.url, filename=file.filename, expected=expected, size=file.size
    ).as_wheel()


def _read_contained(contained: ContainedWheel, expected: Hashes, session: Session) -> VerifiedWheel:
    """Return a wheel of the running file: in memory, or a private copy of a large one."""
    try:
        with contained.open() as stream:
            if contained.size > _IN_MEMORY:
                return session.keep(stream, contained.filename, expected).as_wheel()
            return verify_wheel_bytes(stream.read(), contained.filename, expected)
    except HashMismatchError as error:
        raise contained.explain(error) from error


def fetched_wheel(
    wheel: VerifiedWheel, candidate: Candidate, resolved: Resolved, expected: Metadata | None
) -> WheelToInstall:
    """Return a fetched wheel as the transaction takes it.

    :param expected: the metadata that was resolved with; None where a lock named the wheel

    Raises `UnexpectedMetadataError` where the wheel's own metadata differs (PEP 658).
    """
    if expected is None:
        check_metadata(wheel, candidate, "name", "version")
    else:
        check_metadata(wheel, expected, "name", "version", "requires", "requires_python", "extras")
    return WheelToInstall(
        wheel,
        requested=resolved.requested is not None,
        direct_url=direct_url_for_archive(candidate.file.url, wheel.sha256)
        if candidate.is_direct
        else None,
    )


def built_wheel(built: Built, resolved: Resolved, expected: Metadata) -> WheelToInstall:
    """Return a built wheel as the transaction takes it.

    Its requirements may differ from those of its source, since a backend may write some that are
    true of this build only. Raises `UnexpectedMetadataError` where it is another distribution.
    """
    check_metadata(built.wheel, expected, "name", "version", is_built=True)
    requested = resolved.requested is not None
    return WheelToInstall(
        built.wheel, requested=requested, direct_url=built.direct_url, is_built=True
    )


def check_metadata(
    wheel: VerifiedWheel, expected: Metadata | Candidate, *fields: str, is_built: bool = False
) -> None:
    """Compare fields of a wheel's metadata with those that the resolver saw.

    Raises `UnexpectedMetadataError`, `WheelRefusedError`.
    """
    from bootstrap.install.wheel.wheel import read_metadata

    with wheel.open() as stream:
        content = read_metadata(stream, wheel.filename, is_built=is_built)
    found = parse_metadata(content, wheel.filename)
    for field in fields:
        ours, theirs = getattr(expected, field), getattr(found, field)
        if ours != theirs:
            detail = f"{field}: expected {_shown(ours)}, found {_shown(theirs)}"
            raise UnexpectedMetadataError(wheel.filename, detail, is_built=is_built)


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
