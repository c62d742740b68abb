"""One wheel, fetched or built: verified, and compared with what was resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bootstrap.index.candidate import Candidate
from bootstrap.install.model import WheelToInstall
from bootstrap.metadata.core import Metadata, parse_metadata
from bootstrap.metadata.wheel import MalformedWheelError, read_metadata
from bootstrap.network.session import Session
from bootstrap.preparer.builder import Built
from bootstrap.preparer.direct_reference import direct_url
from bootstrap.resolve.requirement import Resolved
from bootstrap.trust.hashes import Hashes, VerifiedWheel


def expected_hashes(candidate: Candidate, resolved: Resolved) -> Hashes:
    """Return what a file's bytes must be: what the index says and what the user demands."""
    return candidate.file.hashes.intersection(resolved.hashes)


def fetch(candidate: Candidate, expected: Hashes, session: Session) -> VerifiedWheel:
    """Fetch one wheel and check its bytes.

    Raises `HashMismatchError`, network errors.
    """
    file = candidate.file
    downloaded = session.download(
        file.url, filename=file.filename, expected=expected, size=file.size
    )
    return downloaded.as_wheel()


def to_install(
    wheel: VerifiedWheel, candidate: Candidate, resolved: Resolved, promised: Metadata | None
) -> WheelToInstall:
    """Describe a wheel that was fetched to the install room.

    `promised` is the metadata it was resolved by; None where a lock named it, and nobody asked.
    Raises `MalformedWheelError` where its metadata is not what was resolved with (PEP 658).
    """
    if promised is None:
        check_promise(wheel, candidate, "name", "version")
    else:
        check_promise(wheel, promised, "name", "version", "requires", "requires_python", "extras")
    return WheelToInstall(
        wheel,
        requested=resolved.requested is not None,
        direct_url=direct_url(candidate, wheel.sha256) if candidate.is_direct else None,
    )


def built_to_install(built: Built, resolved: Resolved, promised: Metadata) -> WheelToInstall:
    """Describe a wheel that was built to the install room.

    Its requirements may be others than those read from its source: a back-end may write what is
    true of this build only. Raises `MalformedWheelError` where it is another distribution.
    """
    check_promise(built.wheel, promised, "name", "version")
    requested = resolved.requested is not None
    return WheelToInstall(built.wheel, requested=requested, direct_url=built.direct_url)


def check_promise(wheel: VerifiedWheel, promised: Metadata | Candidate, *fields: str) -> None:
    """Check that a wheel's metadata is what was seen of it while resolving."""
    with wheel.open() as stream:
        found = parse_metadata(read_metadata(stream, wheel.filename), wheel.filename)
    for field in fields:
        ours, theirs = getattr(promised, field), getattr(found, field)
        if ours != theirs:
            raise MalformedWheelError(
                wheel.filename,
                f"its METADATA differs from the metadata it was chosen by ({field}: "
                f"expected {_shown(ours)}, found {_shown(theirs)})",
            )


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


# FOLDED from bootstrap/preparer/acquired.py
@dataclass(frozen=True)
class DownloadInfo:
    """One distribution of an answer that is not kept as it is installed."""

    resolved: Resolved
    origin: Mapping[str, Any]
    """PEP 610's words for where it comes from, also where it comes from an index."""
    metadata: bytes
    """Its METADATA."""
