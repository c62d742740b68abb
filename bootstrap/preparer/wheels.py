"""One wheel, fetched or built: verified, and compared with what was resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bootstrap.index.candidate import Candidate
from bootstrap.install.model import WheelToInstall
from bootstrap.metadata.core import Metadata, parse_metadata
from bootstrap.metadata.direct_url import direct_url_for_archive
from bootstrap.metadata.wheel import MalformedWheelError, read_metadata
from bootstrap.network.session import Session
from bootstrap.preparer.builder import Built
from bootstrap.resolve.requirement import Resolved
from bootstrap.trust.hashes import Hashes, VerifiedWheel, verify_wheel_bytes


@dataclass(frozen=True)
class DownloadInfo:
    """Where a distribution of a resolution comes from, and what it is."""

    resolved: Resolved
    origin: Mapping[str, Any]
    """Its URL and hashes in the form of PEP 610, also for a file of an index."""
    metadata: bytes
    """Its METADATA file."""


def expected_hashes(candidate: Candidate, resolved: Resolved) -> Hashes:
    """Return the hashes that a file must have: those of the index and those of the user."""
    return candidate.file.hashes.intersection(resolved.hashes)


def fetch(candidate: Candidate, expected: Hashes, session: Session) -> VerifiedWheel:
    """Fetch a wheel and check its hashes; the bundled one is not downloaded.

    Raises `HashMismatchError`, network errors.
    """
    file = candidate.file
    if file.bundled is not None:
        return verify_wheel_bytes(file.bundled.read(), file.filename, expected)
    return session.download(
        file.url, filename=file.filename, expected=expected, size=file.size
    ).as_wheel()


def fetched_wheel(
    wheel: VerifiedWheel, candidate: Candidate, resolved: Resolved, expected: Metadata | None
) -> WheelToInstall:
    """Return a fetched wheel as the transaction takes it.

    :param expected: the metadata that was resolved with; None where a lock named the wheel

    Raises `MalformedWheelError` where the wheel's own metadata differs (PEP 658).
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
    true of this build only. Raises `MalformedWheelError` where it is another distribution.
    """
    check_metadata(built.wheel, expected, "name", "version")
    requested = resolved.requested is not None
    return WheelToInstall(
        built.wheel, requested=requested, direct_url=built.direct_url, is_built=True
    )


def check_metadata(wheel: VerifiedWheel, expected: Metadata | Candidate, *fields: str) -> None:
    """Compare fields of a wheel's metadata with those that the resolver saw.

    Raises `MalformedWheelError`.
    """
    with wheel.open() as stream:
        found = parse_metadata(read_metadata(stream, wheel.filename), wheel.filename)
    for field in fields:
        ours, theirs = getattr(expected, field), getattr(found, field)
        if ours != theirs:
            raise MalformedWheelError(
                wheel.filename,
                f"its METADATA differs from the metadata that it was chosen by ({field}: "
                f"expected {_shown(ours)}, found {_shown(theirs)})",
            )


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
