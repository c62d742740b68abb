"""Asks each index for one page, as a run does: its answer says what its certificate cannot."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from bootstrap._vendor.packaging.utils import canonicalize_name
from bootstrap.dataclasses import dataclass, replace
from bootstrap.errors import BootstrapError
from bootstrap.index.simple import ACCEPT, parse_page
from bootstrap.network.errors import HttpStatusError
from bootstrap.network.session import Session
from bootstrap.network.settings import NetworkSettings
from bootstrap.network.urls import is_remote, path_to_url
from bootstrap.private_directory import NotPrivateError, check_private
from bootstrap.redaction import redact

PROJECT = canonicalize_name("pip")
"""Whose page is asked for: each index that is used as such should have it."""
_NOT_FOUND = 404


@dataclass(frozen=True)
class IndexReport:
    """How an index answered."""

    url: str
    """Without a password."""
    files: int | None = None
    """How many files its page of pip lists; None where it has no such page."""
    failure: BootstrapError | None = None
    """Why a run could not use it."""

    @property
    def outcome(self) -> str:
        """The answer in a few words."""
        if self.failure is not None:
            return "FAILED"
        if self.files is None:
            return f"it answers, and has no project {PROJECT}"
        files = "1 file" if self.files == 1 else f"{self.files} files"
        return f"OK: an index, whose page of {PROJECT} lists {files}"


def without_cache(settings: NetworkSettings, urls: Iterable[str]) -> NetworkSettings:
    """Return settings without a cache and without retries: how an index answers now counts."""
    named = tuple(filter(is_remote, urls))
    return replace(settings, retries=0, cache_directory=None, named_urls=named)


def ask_index(url: str, session: Session) -> IndexReport:
    """Ask an index for one page."""
    shown = redact(url)
    page = f"{path_to_url(url).rstrip('/')}/{PROJECT}/"
    try:
        response = session.get(page, accept=ACCEPT, refresh=True)
        return IndexReport(shown, len(parse_page(PROJECT, response, url).entries))
    except FileNotFoundError:
        return IndexReport(shown)
    except HttpStatusError as error:
        return IndexReport(shown) if error.status == _NOT_FOUND else IndexReport(shown, None, error)
    except BootstrapError as error:
        return IndexReport(shown, None, error)


def describe_cache(directory: Path | None) -> str:
    """Return where pages and files are cached, and whether that can be written."""
    if directory is None:
        return "none"
    there = next((path for path in (directory, *directory.parents) if path.exists()), directory)
    try:
        if there == directory:
            check_private(directory)
        is_writable = os.access(there, os.W_OK)
    except (OSError, NotPrivateError) as error:
        return f"{directory} is not used: {error}"
    return f"{directory}, {'can' if is_writable else 'CANNOT'} be written"
