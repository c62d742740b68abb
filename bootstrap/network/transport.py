"""HTTP requests: redirects, credentials, proxies; every failure becomes one of our errors.

Imports requests (0.15 s): import this module only if the network is needed.
"""

from __future__ import annotations

import re
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timezone
from http import client
from urllib.parse import urlsplit, urlunsplit

from bootstrap._vendor import requests
from bootstrap._vendor.requests.cookies import RequestsCookieJar, extract_cookies_to_jar
from bootstrap._vendor.urllib3.exceptions import HTTPError
from bootstrap.dataclasses import replace
from bootstrap.limits import DRAINED_SIZE, REDIRECTS
from bootstrap.network.adapter import OneContextAdapter
from bootstrap.network.connect import CONNECT_BUDGET, Connector
from bootstrap.network.credentials import Credentials, CredentialStore
from bootstrap.network.error_translation import RequestContext, translate_error
from bootstrap.network.errors import HttpStatusError, RedirectError, UnreachableError
from bootstrap.network.insecure_hosts import InsecureHosts
from bootstrap.network.proxies import proxy_for
from bootstrap.network.retry import parse_retry_after
from bootstrap.network.settings import NetworkSettings
from bootstrap.network.urls import (
    MalformedUrlError,
    UrlOrigin,
    is_downgrade,
    is_upgrade,
    join_url,
    keep_user_info,
    split_credentials,
    split_fragment,
    url_origin,
)
from bootstrap.trust.policy import TrustPolicy
from bootstrap.ui import Ui

_CHUNK = 1 << 16
_PATH_AND_QUERY = re.compile(r"/(?:[A-Za-z0-9._~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*")
"""What RFC 3986 allows in both, after the first slash."""


class HttpResponse:
    """A server's response whose body is still to be read, as it is transferred."""

    def __init__(self, url: str, response: requests.Response, request: RequestContext) -> None:
        self.url = url
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self._response = response
        self._request = request

    def chunks(self) -> Iterator[bytes]:
        """Yield the body, undecoded. Raises `InterruptedTransferError` if it is cut off."""
        try:
            # Not stream(): it waits for whole chunks, so that nobody could check how they arrive.
            while chunk := self._response.raw.read1(_CHUNK, decode_content=False):
                yield chunk
        except (requests.RequestException, HTTPError, OSError) as error:
            raise translate_error(error, self._request) from error

    def close(self) -> None:
        """Release the connection, for reuse if little is left to read."""
        left = self._response.raw.length_remaining  # 0 for 304, whatever its Content-Length says
        if left is not None and left <= DRAINED_SIZE:
            with suppress(requests.RequestException, HTTPError, OSError):
                while self._response.raw.read1(_CHUNK, decode_content=False):
                    pass
        self._response.close()


class Transport:
    """Sends requests over the one TLS context; safe to use from several threads."""

    def __init__(
        self,
        settings: NetworkSettings,
        context: ssl.SSLContext,
        policy: TrustPolicy,
        ui: Ui,
        client_context: ssl.SSLContext | None = None,
        *,
        opens_spare: bool = False,
    ) -> None:
        self._settings = settings
        self._policy = policy
        self._context = context
        self._ui = ui
        self._insecure_hosts = InsecureHosts(policy, ui)
        self._credentials = CredentialStore(settings, ui)
        self._lock = threading.Lock()
        self._answered: set[UrlOrigin] = set()
        self._failed: set[UrlOrigin] = set()
        self._unreachable: dict[UrlOrigin, UnreachableError] = {}
        self._cookies = RequestsCookieJar()
        connector = Connector(min(settings.timeout, CONNECT_BUDGET))
        proxy = settings.proxy.value if settings.proxy else ""
        proxies = (proxy if "://" in proxy else f"http://{proxy}",) if proxy else ()
        self._named_hosts = frozenset(
            url_origin(url).host for url in (*settings.named_urls, *proxies)
        )
        self._adapter = OneContextAdapter(
            context,
            self._insecure_hosts,
            connector,
            self._named_hosts,
            client_context,
            opens_spare=opens_spare,
        )

    def close(self) -> None:
        """Close every connection, even if another thread still reads from it."""
        self._adapter.close()
        self._adapter.shut_down_connections()

    @contextmanager
    def open(self, url: str, headers: Mapping[str, str]) -> Iterator[HttpResponse]:
        """Send a request and follow its redirects; the response is a success or a 304.

        Raises `NetworkError` and its subclasses, and `CertificateError`.
        """
        response = self._follow_redirects(url, headers)
        try:
            if not (200 <= response.status < 300 or response.status == 304):
                phrase = client.responses.get(response.status, "(an unknown status)")
                now = datetime.now(timezone.utc)
                seconds = parse_retry_after(response.headers.get("Retry-After"), now)
                raise HttpStatusError(response.url, response.status, phrase, seconds)
            yield response
        finally:
            response.close()

    def _follow_redirects(self, url: str, headers: Mapping[str, str]) -> HttpResponse:
        target: str | None = url
        for _ in range(REDIRECTS + 1):
            assert target is not None  # noqa: S101  # the loop ends when there is no redirect
            response = self._authenticate(target, headers)
            location = response.headers.get("Location")
            target = redirect_target(response.url, response.status, location)
            if target is None:
                return response
            response.close()
        raise RedirectError(url, str(target), f"there are more than {REDIRECTS} in a row")

    def _authenticate(self, url: str, headers: Mapping[str, str]) -> HttpResponse:
        """Send with the credentials that belong to this URL's origin, and to no other."""
        initial = self._credentials.initial(url)
        response = self._send(url, headers, initial)
        if response.status != 401:
            return response
        better = self._credentials.after_401(url, initial)
        if better is None:
            return response
        response.close()
        return self._send(url, headers, better)

    def _send(
        self, url: str, headers: Mapping[str, str], credentials: Credentials | None
    ) -> HttpResponse:
        bare, _ = split_credentials(url)
        self._insecure_hosts.warn_about_plain_http(bare)
        proxy = proxy_for(bare, self._settings)
        peer = url_origin(proxy or bare)
        if peer in self._unreachable:
            raise self._unreachable[peer].with_traceback(None)
        context = RequestContext(
            bare,
            proxy,
            has_answered=peer in self._answered,
            is_first_attempt=peer not in self._failed,
            timeout=self._settings.timeout,
            context=self._context,
            policy=self._policy_for(bare),
        )
        sent = {"User-Agent": self._settings.user_agent, **headers}
        if credentials:
            sent["Authorization"] = credentials.header
        try:
            # Without requests.Session, which redirects, and whose merging of settings takes as long
            # as all the rest of a request.
            request = requests.PreparedRequest()
            with self._lock:  # only servers that ask for it get a cookie, from the same jar
                request.prepare("GET", bare, headers=sent, cookies=self._cookies)
            if url_origin(str(request.url)) != url_origin(bare):
                raise MalformedUrlError(bare, f"it would be requested as {request.url}")
            request.url = as_written(bare, str(request.url))
            self._ui.trace(f"GET {request.url}" + (" (through a proxy)" if proxy else ""))
            response = self._adapter.send(
                request,
                stream=True,
                timeout=(CONNECT_BUDGET, self._settings.timeout),
                proxies={"http": proxy, "https": proxy} if proxy else {},
            )
            if "Set-Cookie" in response.headers:
                with self._lock:
                    extract_cookies_to_jar(self._cookies, request, response.raw)
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            translated = translate_error(error, context)
            if isinstance(translated, UnreachableError):
                self._record_failure(translated, peer)
            raise translated from error
        self._answered.add(peer)
        return HttpResponse(url, response, context.after_response())

    def _policy_for(self, url: str) -> TrustPolicy:
        """Return the policy as it is for one server: only some get the client certificate."""
        is_named = url_origin(url).host in self._named_hosts
        return self._policy if is_named else replace(self._policy, client_certificate=None)

    def _record_failure(self, error: UnreachableError, peer: UrlOrigin) -> None:
        """Remember a server that never answered, so that no other request waits for it."""
        with self._lock:
            self._failed.add(peer)
            if not error.transient:
                self._unreachable.setdefault(peer, error)


def redirect_target(url: str, status: int, location: str | None) -> str | None:
    """Return the target of a redirect, or None if the response is not one.

    Raises `RedirectError` if it leads from https to http, or to another scheme (file: …).
    """
    if status not in {301, 302, 303, 307, 308} or not location:
        return None
    # http.client decodes headers as latin-1, but servers send UTF-8.
    target = join_url(url, location.encode("latin-1", "replace").decode("utf-8", "replace"))
    if is_upgrade(url, target):
        target = keep_user_info(url, target)
    after = url_origin(target).scheme
    if after not in {"http", "https"}:
        raise RedirectError(url, target, f"a server may not redirect to {after or 'this'}:")
    if is_downgrade(url, target):
        raise RedirectError(url, target, "it leads from https to http")
    return target


def as_written(url: str, prepared: str) -> str:
    """Return a prepared URL with path and query as they were written, where they are valid.

    requests decodes what need not be encoded (`%7E`), and a signature may be of what was encoded.
    """
    bare = split_fragment(url)[0]
    before, after = urlsplit(bare), urlsplit(prepared)
    written = urlunsplit(("", "", before.path, before.query, ""))
    if not _PATH_AND_QUERY.fullmatch(written) or "/." in before.path:
        return prepared
    return urlunsplit(after._replace(path=before.path, query=before.query))
