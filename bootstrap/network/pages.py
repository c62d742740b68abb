"""Fetching pages: always asked for again, seldom sent again (RFC 9111's validation)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from bootstrap.network.cache import Cache
from bootstrap.network.response import Response, decoded
from bootstrap.network.transport import HttpResponse, Transport
from bootstrap.network.urls import split_credentials

_SHELF = "pages"
_VALIDATORS = {"If-None-Match": "etag", "If-Modified-Since": "last_modified"}


@dataclass(frozen=True)
class CachedPage:
    """A page in the cache, with what the server needs to say whether it still holds."""

    response: Response
    validators: Mapping[str, str]


def fetch_page(transport: Transport, cache: Cache, url: str, accept: str, limit: int) -> Response:
    """Return a page: the kept one where the server says that it still holds.

    Raises `NetworkError` and its kinds, and `CertificateError`.
    """
    name = _entry_name(url, accept)
    kept = _kept(cache, name, limit)
    # max-age=0, as pip does: a proxy on the way must ask the index too.
    headers = {"Accept": accept, "Accept-Encoding": "gzip", "Cache-Control": "max-age=0"}
    if kept is not None:
        headers |= kept.validators
    with transport.open(url, headers) as answer:
        if answer.status == 304 and kept is not None:
            cache.touch(_SHELF, name)
            return kept.response
        response = _received(answer, limit)
    _keep(cache, name, response, answer)
    return response


def _received(answer: HttpResponse, limit: int) -> Response:
    encoding = answer.headers.get("Content-Encoding", "")
    content = decoded(answer.chunks(), encoding, answer.url, limit)
    return Response(answer.url, answer.headers.get("Content-Type", ""), content)


def _entry_name(url: str, accept: str) -> str:
    bare, said = split_credentials(url)
    user = said[0] if said else ""
    return hashlib.sha256(f"{accept}\n{user}\n{bare}".encode()).hexdigest()


def _kept(cache: Cache, name: str, limit: int) -> CachedPage | None:
    """Return the page in the cache, unless it is damaged: then it is removed."""
    entry = cache.read(_SHELF, name)
    if entry is None:
        return None
    head, _, content = entry.partition(b"\n")
    try:
        said = json.loads(head)
        if said["sha256"] == hashlib.sha256(content).hexdigest() and len(content) <= limit:
            response = Response(said["final_url"], said["content_type"], content)
            return CachedPage(response, {h: said[k] for h, k in _VALIDATORS.items() if said[k]})
    except (ValueError, KeyError, TypeError):
        pass
    cache.discard(_SHELF, name)
    return None


def _keep(cache: Cache, name: str, response: Response, answer: HttpResponse) -> None:
    """Keep a page the server can validate later, unless it asks not to."""
    etag, modified = answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", "")
    if not (etag or modified) or "no-store" in answer.headers.get("Cache-Control", "").lower():
        return
    if split_credentials(response.final_url)[1] is not None:
        return  # the entry would hold a password
    said = {
        "etag": etag,
        "last_modified": modified,
        "final_url": response.final_url,
        "content_type": response.content_type,
        "sha256": hashlib.sha256(response.content).hexdigest(),
    }
    cache.write(_SHELF, name, json.dumps(said).encode() + b"\n" + response.content)
