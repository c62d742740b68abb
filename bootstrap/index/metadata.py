"""Core metadata that the index offers beside a file (PEP 658 and PEP 714)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bootstrap.index.candidate import Candidate
from bootstrap.metadata.core import Metadata, parse_metadata
from bootstrap.network.errors import HttpStatusError
from bootstrap.network.urls import metadata_url
from bootstrap.ui import Ui

if TYPE_CHECKING:
    from bootstrap.network.session import Session

METADATA_LIMIT = 32 << 20
"""Bytes; the descriptions of some projects are long."""


def fetch_metadata(candidate: Candidate, session: Session, ui: Ui | None = None) -> Metadata | None:
    """Return the metadata that the index offers beside a candidate's file.

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
        return None  # some mirrors promise it and do not have it: the wheel itself has it
    return parse_metadata(response.content, file.filename, ui)
