"""Pages: always revalidated, seldom transferred again (RFC 9111)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from bootstrap.dataclasses import dataclass
from bootstrap.formats.documents import parse_json
from bootstrap.network.cache import Cache
from bootstrap.network.response import Response, decode_body
from bootstrap.network.transport import Transport
from bootstrap.network.urls import split_credentials
from bootstrap.trust.digests import Sha256

_NAMESPACE = "pages"
_VALIDATORS = {"If-None-Match": "etag", "If-Modified-Since": "last_modified"}


@dataclass(frozen=True)
class CachedPage:
    """A page in the cache, with the request headers that revalidate it."""

    response: Response
    validators: Mapping[str, str]


def fetch_page(
    transport: Transport, cache: Cache, url: str, accept: str, limit: int, *, refresh: bool = False
) -> Response:
    """Return a page: the cached one if the server says that it is still valid.

    With `refresh`, the whole page is transferred again, from the server itself.

    Raises `NetworkError` and its subclasses, and `CertificateError`.
    """
    bare, user_info = split_credentials(url)
    username = user_info[0] if user_info else ""
    name = Sha256(hashlib.sha256(f"{accept}\n{username}\n{bare}".encode()).hexdigest())
    cached = None if refresh else _read_cached(cache, name, limit)
    # max-age=0, as pip does: a proxy must ask the index too.
    control = "no-cache" if refresh else "max-age=0"
    headers = {"Accept": accept, "Accept-Encoding": "gzip", "Cache-Control": control}
    if cached is not None:
        headers |= cached.validators
    with transport.open(url, headers) as http_response:
        if http_response.status == 304 and cached is not None:
            cache.touch(_NAMESPACE, name)
            return cached.response
        final_url, received = http_response.url, http_response.headers
        encoding = received.get("Content-Encoding", "")
        content = decode_body(http_response.chunks(), encoding, final_url, limit)
    response = Response(final_url, received.get("Content-Type", ""), content)
    _add_to_cache(cache, name, response, received)
    return response


def _read_cached(cache: Cache, name: Sha256, limit: int) -> CachedPage | None:
    """Return the page in the cache; a damaged one is removed."""
    entry = cache.read(_NAMESPACE, name)
    if entry is None:
        return None
    first_line, _, content = entry.partition(b"\n")
    try:
        facts = parse_json(first_line)
        if facts["sha256"] == hashlib.sha256(content).hexdigest() and len(content) <= limit:
            response = Response(facts["final_url"], facts["content_type"], content)
            return CachedPage(response, {h: facts[k] for h, k in _VALIDATORS.items() if facts[k]})
    except (ValueError, KeyError, TypeError):
        pass
    cache.discard(_NAMESPACE, name)
    return None


def _add_to_cache(
    cache: Cache, name: Sha256, response: Response, headers: Mapping[str, str]
) -> None:
    """Add a page that the server can revalidate later, unless it forbids that."""
    etag, modified = headers.get("ETag", ""), headers.get("Last-Modified", "")
    if not (etag or modified) or "no-store" in headers.get("Cache-Control", "").lower():
        return
    if split_credentials(response.final_url)[1] is not None:
        return  # the entry would contain a password
    facts = {
        "etag": etag,
        "last_modified": modified,
        "final_url": response.final_url,
        "content_type": response.content_type,
        "sha256": hashlib.sha256(response.content).hexdigest(),
    }
    cache.add(_NAMESPACE, name, json.dumps(facts).encode() + b"\n" + response.content)
