"""The simple API: a project's page as HTML (PEP 503) or JSON (PEP 691), told apart by its type.

Versioning by PEP 629. Files come out as raw entries, in JSON's words: of a page with thousands of
files only those worth a closer look are ever described (`FileEntry.described`).
"""

from __future__ import annotations

import json
import re
from typing import Any

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.index.errors import ApiVersionError, NotAnIndexPageError
from bootstrap.index.html import read_html
from bootstrap.index.page import FileEntry, ProjectDetails
from bootstrap.network.response import Response

ACCEPT = ", ".join(
    (
        "application/vnd.pypi.simple.v1+json",
        "application/vnd.pypi.simple.v1+html; q=0.1",
        "text/html; q=0.01",
    )
)
_VENDOR_TYPE = re.compile(r"application/vnd\.pypi\.simple\.(?:v(\d+)|latest)\+(json|html)")


def parse_page(name: NormalizedName, response: Response, index_url: str) -> ProjectDetails:
    """Return what a page says of a project.

    Raises `ApiVersionError` for another major version, `NotAnIndexPageError` for anything else.
    """
    if _is_json(response, index_url):
        return _from_json(name, response, index_url)
    return _from_html(name, response, index_url)


def _is_json(response: Response, index_url: str) -> bool:
    """Tell the two forms apart by content type; by the first byte where there is none."""
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
    found = f"content of type {content_type}" if content_type else "something unknown"
    raise NotAnIndexPageError(index_url, response.final_url, found)


def _from_json(name: NormalizedName, response: Response, index_url: str) -> ProjectDetails:
    try:
        page = json.loads(response.content)
    except ValueError as error:
        found = f"JSON that cannot be read ({error})"
        raise NotAnIndexPageError(index_url, response.final_url, found) from error
    meta = page.get("meta") if isinstance(page, dict) else None
    if not isinstance(meta, dict) or not isinstance(meta.get("api-version"), str):
        raise NotAnIndexPageError(index_url, response.final_url, "JSON without an api-version")
    _check_version(meta["api-version"], response, index_url)
    files = page.get("files")
    if not isinstance(files, list):
        raise NotAnIndexPageError(index_url, response.final_url, "JSON without a list of files")
    status = page.get("project-status")
    status = status if isinstance(status, dict) else {}
    entries = (_json_entry(said, response.final_url, index_url) for said in files)
    return ProjectDetails(
        name,
        index_url,
        tuple(entry for entry in entries if entry is not None),
        tracks=_texts(meta.get("tracks")),
        alternate_locations=_texts(page.get("alternate-locations")),
        status=str(status.get("status") or "active"),
        status_reason=str(status.get("reason") or ""),
    )


def _json_entry(said: Any, page_url: str, index_url: str) -> FileEntry | None:
    """Return a file's entry, or None where it lacks what every file must have."""
    if not isinstance(said, dict):
        return None
    filename, url = said.get("filename"), said.get("url")
    if not isinstance(filename, str) or not isinstance(url, str):
        return None
    return FileEntry(filename, url, page_url, index_url, said)


def _from_html(name: NormalizedName, response: Response, index_url: str) -> ProjectDetails:
    page = read_html(response.text, response.final_url)
    _check_version(page.meta.get("repository-version", ["1.0"])[0], response, index_url)
    if not page.is_plausible:
        raise NotAnIndexPageError(index_url, response.final_url, f"HTML {page.oddity}")
    return ProjectDetails(
        name,
        index_url,
        tuple(
            FileEntry(link.filename, link.url, page.base_url, index_url, link.said)
            for link in page.links
        ),
        tracks=tuple(page.meta.get("tracks", ())),
        alternate_locations=tuple(page.meta.get("alternate-locations", ())),
        status=page.meta.get("project-status", ["active"])[0],
        status_reason=page.meta.get("project-status-reason", [""])[0],
    )


def _check_version(version: str, response: Response, index_url: str) -> None:
    """Refuse another major version; a newer minor one only adds what we need not know."""
    major = version.strip().partition(".")[0]
    if major != "1":
        raise ApiVersionError(index_url, response.final_url, version)


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()
