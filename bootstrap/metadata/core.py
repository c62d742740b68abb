"""Core metadata: what a distribution says of itself (versions 1.0 to 2.6)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bootstrap._vendor.packaging.requirements import InvalidRequirement, Requirement
from bootstrap._vendor.packaging.specifiers import InvalidSpecifier, SpecifierSet
from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap._vendor.packaging.version import InvalidVersion, Version
from bootstrap.errors import BootstrapError
from bootstrap.index.candidate import Candidate
from bootstrap.network.errors import HttpStatusError
from bootstrap.network.urls import metadata_url
from bootstrap.ui import Ui

if TYPE_CHECKING:
    from bootstrap.network.session import Session

NEWEST = (2, 6)
"""The newest core metadata version whose fields we know."""
METADATA_LIMIT = 32 << 20
"""Bytes; the descriptions of some projects are long."""
_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")


class MetadataError(BootstrapError):
    """Metadata that cannot be understood."""

    def __init__(self, of: str, why: str) -> None:
        self.of, self.why = of, why
        super().__init__(
            f"The metadata of {of} cannot be used: {why}.",
            hint="Another version of it may do; tell its authors.",
        )


@dataclass(frozen=True)
class Metadata:
    """The part of core metadata that deciding what to install needs."""

    name: NormalizedName
    version: Version
    requires: tuple[Requirement, ...] = ()
    requires_python: SpecifierSet | None = None
    extras: frozenset[NormalizedName] = frozenset()
    metadata_version: tuple[int, int] = (2, 1)
    content: bytes = field(default=b"", repr=False, compare=False)
    """All of the file, for reports."""


def fetch_metadata(candidate: Candidate, session: Session, ui: Ui | None = None) -> Metadata | None:
    """Return the metadata the index offers beside a candidate's file (PEP 658 and 714).

    None where it offers none. Raises `HashMismatchError`, `MetadataError`, `NetworkError`.
    """
    file = candidate.file
    if file.metadata is None:
        return None
    url = metadata_url(file.url)
    try:
        response = session.get(url, limit=METADATA_LIMIT, expected=file.metadata)
    except HttpStatusError as error:
        if error.status != 404:
            raise
        return None  # some mirrors promise it and do not keep it: the wheel itself will tell
    return parse_metadata(response.content, file.filename, ui)


def parse_metadata(content: bytes, of: str, ui: Ui | None = None) -> Metadata:
    """Parse a METADATA or PKG-INFO file; `of` names what it belongs to, for messages.

    As tolerant as pip: an invalid Requires-Python does not count, unknown fields are skipped, and a
    newer minor version is told of. Raises `MetadataError`.
    """
    # Without the description, which may be long and decides nothing.
    head = _END_OF_HEADERS.split(content.lstrip(b"\r\n"), maxsplit=1)[0] + b"\n\n"
    raw = _parse_email(head)
    metadata_version = _metadata_version(raw, of)
    if ui is not None and metadata_version > NEWEST:
        said, known = _dotted(metadata_version), _dotted(NEWEST)
        ui.warn(f"{of} has metadata version {said}, newer than the {known} this program knows.")
    return Metadata(
        canonicalize_name(_text(raw, "name", of)),
        _version(_text(raw, "version", of), of),
        tuple(_requirement(line, of) for line in raw.get("requires_dist", ())),
        _requires_python(raw.get("requires_python")),
        frozenset(canonicalize_name(extra) for extra in raw.get("provides_extra", ())),
        metadata_version,
        content,
    )


def _parse_email(head: bytes) -> dict[str, Any]:
    from bootstrap._vendor.packaging.metadata import parse_email

    raw, _unknown = parse_email(head)
    return dict(raw)


def _metadata_version(raw: dict[str, Any], of: str) -> tuple[int, int]:
    said = _text(raw, "metadata_version", of)
    try:
        major, minor = (*map(int, said.split(".")), 0)[:2]
    except ValueError as error:
        raise MetadataError(of, f"its Metadata-Version is {said!r}") from error
    if major > NEWEST[0]:
        raise MetadataError(of, f"its Metadata-Version is {said}; known are 1.0 to 2.6")
    return major, minor


def _text(raw: dict[str, Any], field: str, of: str) -> str:
    value = raw.get(field)
    if not isinstance(value, str) or not value.strip():
        raise MetadataError(of, f"it has no {field.replace('_', '-').title()}, or several")
    return value.strip()


def _version(text: str, of: str) -> Version:
    try:
        return Version(text)
    except InvalidVersion as error:
        raise MetadataError(of, f"its version is {text!r}, which PEP 440 does not allow") from error


def _requirement(line: str, of: str) -> Requirement:
    try:
        return Requirement(line)
    except InvalidRequirement as error:
        reason = str(error).splitlines()[0]
        raise MetadataError(
            of, f"it requires {line!r}, which PEP 508 does not allow ({reason})"
        ) from error


def _requires_python(text: str | None) -> SpecifierSet | None:
    try:
        return SpecifierSet(text) if text else None
    except InvalidSpecifier:
        return None  # as in pip: better to try than to refuse for a typing error


def _dotted(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"
