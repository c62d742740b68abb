"""Fetching one wheel: verified, and compared with what was resolved."""

from __future__ import annotations

from bootstrap.index.candidate import Candidate
from bootstrap.index.metadata import Metadata, parse_metadata
from bootstrap.install.plan import WheelToInstall
from bootstrap.network.session import Session
from bootstrap.preparer.direct import direct_url
from bootstrap.preparer.wheel_metadata import MalformedWheelError, read_metadata
from bootstrap.resolve.requirement import Resolved
from bootstrap.trust.hashes import Hashes, VerifiedWheel, verified


def expected_hashes(candidate: Candidate, resolved: Resolved) -> Hashes:
    """Return what a file's bytes must be: what the index says and what the user demands."""
    return candidate.file.hashes.intersection(resolved.hashes)


def fetch(candidate: Candidate, expected: Hashes, session: Session) -> VerifiedWheel:
    """Fetch one wheel and check its bytes.

    Raises `HashMismatchError`, network errors.
    """
    file = candidate.file
    path = session.download(file.url, filename=file.filename, expected=expected, size=file.size)
    return verified(path, file.filename, expected)


def to_install(
    wheel: VerifiedWheel, candidate: Candidate, resolved: Resolved, promised: Metadata
) -> WheelToInstall:
    """Describe a verified wheel to the install room.

    Raises `MalformedWheelError` where its metadata is not what was resolved with (PEP 658).
    """
    with wheel.open() as stream:
        found = parse_metadata(read_metadata(stream, wheel.filename), wheel.filename)
    check_promise(wheel.filename, promised, found)
    return WheelToInstall(
        wheel,
        requested=resolved.requested is not None,
        direct_url=direct_url(candidate, wheel.sha256) if candidate.is_direct else None,
    )


def check_promise(filename: str, promised: Metadata, found: Metadata) -> None:
    """Check that a wheel's metadata is what the index showed while resolving (PEP 658)."""
    for field in ("name", "version", "requires", "requires_python", "extras"):
        ours, theirs = getattr(promised, field), getattr(found, field)
        if ours != theirs:
            raise MalformedWheelError(
                filename,
                f"its METADATA differs from the metadata the index offered ({field}: "
                f"expected {_shown(ours)}, found {_shown(theirs)})",
            )


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
