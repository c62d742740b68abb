"""The simple API: pages of projects, as JSON (PEP 691) or HTML (PEP 503), and metadata files.

The content type says which kind of page it is; versions are those of PEP 629. Files remain unparsed
entries with the keys of the JSON form: of thousands on a page only a few are parsed
(`FileEntry.parse`). The index offers core metadata beside a file (PEP 658 and PEP 714).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.formats.documents import parse_json_list
from bootstrap.index.candidate import Candidate
from bootstrap.index.errors import ApiVersionError, NotAnIndexPageError
from bootstrap.index.page import FileEntry, ProjectDetails
from bootstrap.limits import (
    METADATA_SIZE,
    PAGE_FILES,
    PAGE_SIZE,
    LimitError,
    shorten,
)
from bootstrap.metadata.core import Metadata, parse_metadata
from bootstrap.network.errors import HttpStatusError
from bootstrap.network.response import Response
from bootstrap.network.urls import MalformedUrlError, join_url, metadata_url
from bootstrap.ui import Ui

if TYPE_CHECKING:
    from bootstrap.network.session import Session

ACCEPT = ", ".join(
    (
        "application/vnd.pypi.simple.v1+json",
        "application/vnd.pypi.simple.v1+html; q=0.1",
        "text/html; q=0.01",
    )
)
_VENDOR_TYPE = re.compile(r"application/vnd\.pypi\.simple\.(?:v(\d+)|latest)\+(json|html)")
_FILES = (".whl", ".tar.gz", ".zip", ".egg", ".tar.bz2", ".tgz", ".exe", ".msi", ".rpm")
_NOT_OFFERED = frozenset({403, 404, 405, 410, 500, 501})
"""How mirrors answer for metadata that their pages announce and they do not have."""
_ABOUT_THE_CLIENT = frozenset({401, 407, 429})
"""What no other file of the server would be spared: credentials, and too many requests."""


def parse_page(name: NormalizedName, response: Response, index_url: str) -> ProjectDetails:
    """Parse the page of a project.

    Raises `ApiVersionError` for another major version, `NotAnIndexPageError` for anything else.
    """
    if _is_json(response, index_url):
        return _parse_json(name, response, index_url)
    return _parse_html(name, response, index_url)


def fetch_metadata(candidate: Candidate, session: Session, ui: Ui | None = None) -> Metadata | None:
    """Return the metadata that the index offers beside a candidate's file.

    None where it offers none. Raises `HashMismatchError`, `MetadataError`, `NetworkError`.
    """
    file = candidate.file
    if file.metadata is None:
        return None
    url = metadata_url(file.url)
    try:
        response = session.get(
            url, limit=METADATA_SIZE, expected=file.metadata, final_statuses=_NOT_OFFERED
        )
    except HttpStatusError as error:
        if error.status in _ABOUT_THE_CLIENT:
            raise
        return None  # some mirrors promise it and do not have it: the wheel itself has it
    return parse_metadata(response.content, file.filename, ui)


def _is_json(response: Response, index_url: str) -> bool:
    """Tell by the content type whether a page is JSON; without one, by the first byte."""
    content_type = response.content_type.partition(";")[0].strip().lower()
    vendor = _VENDOR_TYPE.fullmatch(content_type)
    if vendor:
        if vendor[1] not in {None, "1"}:
            raise ApiVersionError(index_url, response.final_url, vendor[1])
        return vendor[2] == "json"
    if content_type in {"text/html", "application/xhtml+xml"}:
        return False
    if not content_type and response.content.lstrip()[:1] in {b"{", b"<"}:
        return response.content.lstrip()[:1] == b"{"
    found = f"content of type {shorten(content_type)}" if content_type else "something unknown"
    raise NotAnIndexPageError(index_url, response.final_url, found)


def _parse_json(name: NormalizedName, response: Response, index_url: str) -> ProjectDetails:
    page_url = response.final_url

    def keep(file: Any, text: str) -> FileEntry | None:
        """Keep the text of a file: most are never looked at."""
        if not isinstance(file, dict) or not isinstance(file.get("url"), str):
            return None
        filename = file.get("filename")
        if not isinstance(filename, str):
            return None
        return FileEntry(filename, page_url, page_url, index_url, text)

    try:
        page, files = parse_json_list(response.content, PAGE_SIZE, "files", keep)
    except ValueError as error:
        found = f"invalid JSON ({error})"
        raise NotAnIndexPageError(index_url, response.final_url, found) from error
    if not isinstance(page, dict) or not isinstance(page.get("files"), list):
        raise NotAnIndexPageError(index_url, response.final_url, "JSON without a list of files")
    meta = page["meta"] if isinstance(page.get("meta"), dict) else {}
    version = meta.get("api-version")
    is_number = isinstance(version, (int, float)) and not isinstance(version, bool)
    if isinstance(version, str) or is_number:
        _check_version(str(version), response, index_url)
    if len(files) > PAGE_FILES:
        found = f"a list of {LimitError(PAGE_FILES, 'files')}"
        raise NotAnIndexPageError(index_url, response.final_url, found)
    status = page.get("project-status")
    status = status if isinstance(status, dict) else {}
    return ProjectDetails(
        name,
        index_url,
        tuple(filter(None, files)),
        tracks=_strings(meta.get("tracks")),
        alternate_locations=_strings(page.get("alternate-locations")),
        status=_string(status.get("status")) or "active",
        status_reason=_string(status.get("reason")),
        defect="" if isinstance(version, str) else "its JSON has no api-version as PEP 691 says",
    )


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _strings(value: Any) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _parse_html(name: NormalizedName, response: Response, index_url: str) -> ProjectDetails:
    from bootstrap.index.html import PageParser

    parser = PageParser()
    try:
        parser.parse(response.text)
        base_url = join_url(response.final_url, parser.base)
    except MalformedUrlError as error:
        found = f"HTML whose <base> is not a URL ({shorten(parser.base)!r})"
        raise NotAnIndexPageError(index_url, response.final_url, found) from error
    except ValueError as error:
        raise NotAnIndexPageError(index_url, response.final_url, f"HTML with {error}") from error
    meta = parser.meta
    _check_version(meta.get("repository-version", ["1.0"])[0], response, index_url)
    has_files = any(link.filename.endswith(_FILES) for link in parser.links)
    if parser.implausible and "repository-version" not in meta and not has_files:
        raise NotAnIndexPageError(index_url, response.final_url, f"HTML {parser.implausible}")
    return ProjectDetails(
        name,
        index_url,
        tuple(
            FileEntry(
                link.filename,
                base_url,
                response.final_url,
                index_url,
                {**link.attributes, "url": link.url},
            )
            for link in parser.links
        ),
        tracks=tuple(meta.get("tracks", ())),
        alternate_locations=tuple(meta.get("alternate-locations", ())),
        status=meta.get("project-status", ["active"])[0],
        status_reason=meta.get("project-status-reason", [""])[0],
    )


def _check_version(version: str, response: Response, index_url: str) -> None:
    """Refuse another major version; a newer minor version only adds what we do not use."""
    major = version.strip().partition(".")[0]
    if major != "1":
        raise ApiVersionError(index_url, response.final_url, shorten(version))
