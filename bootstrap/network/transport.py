"""Requests on the wire: redirects, credentials and proxies, each failure put in our words.

Imports requests (0.15 s): only imported when the network is really needed.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timezone

from bootstrap._vendor import requests
from bootstrap._vendor.urllib3.exceptions import HTTPError
from bootstrap.network.adapter import OneContextAdapter
from bootstrap.network.connect import CONNECT_BUDGET, Connector
from bootstrap.network.credentials import Credentials, CredentialStore
from bootstrap.network.error_translation import RequestContext, translated
from bootstrap.network.errors import HttpStatusError, RedirectError, UnreachableError
from bootstrap.network.insecure_hosts import InsecureHosts
from bootstrap.network.proxies import proxy_for
from bootstrap.network.retry import retry_after
from bootstrap.network.settings import NetworkSettings
from bootstrap.network.urls import UrlOrigin, join_url, split_credentials, url_origin
from bootstrap.trust.policy import TrustPolicy
from bootstrap.ui import Ui

MOST_REDIRECTS = 10
_CHUNK = 1 << 16
_DRAINED = 1 << 16
"""Bytes read from an answer nobody wants, so that its connection can be used again."""


class HttpResponse:
    """A server's answer with its body still to come, as it is on the wire."""

    def __init__(self, url: str, response: requests.Response, journey: RequestContext) -> None:
        self.url = url
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self._response = response
        self._journey = journey

    def chunks(self) -> Iterator[bytes]:
        """Yield the body, undecoded. Raises `InterruptedTransferError` where it breaks off."""
        try:
            yield from self._response.raw.stream(_CHUNK, decode_content=False)
        except (requests.RequestException, HTTPError, OSError) as error:
            raise translated(error, self._journey) from error

    def close(self) -> None:
        """Give the connection back, fit for another request where little was left to read."""
        if "Content-Length" in self.headers and self._length() <= _DRAINED:
            with suppress(requests.RequestException, HTTPError, OSError):
                self._response.raw.read(decode_content=False)
        self._response.close()

    def _length(self) -> int:
        length = self.headers["Content-Length"]
        return int(length) if length.isdigit() else _DRAINED + 1


class Transport:
    """Opens URLs over the one TLS context; safe to use from several threads."""

    def __init__(
        self, settings: NetworkSettings, context: ssl.SSLContext, policy: TrustPolicy, ui: Ui
    ) -> None:
        self._settings = settings
        self._policy = policy
        self._ui = ui
        self._excused = InsecureHosts(policy, ui)
        self._credentials = CredentialStore(settings, ui)
        self._lock = threading.Lock()
        self._answered: set[UrlOrigin] = set()
        self._doubtful: set[UrlOrigin] = set()
        self._lost: dict[UrlOrigin, UnreachableError] = {}
        self._http = requests.Session()
        self._http.trust_env = False
        self._http.headers.clear()
        self._http.headers["User-Agent"] = settings.user_agent
        reach = Connector(min(settings.timeout, CONNECT_BUDGET))
        self._http.adapters.clear()
        self._adapter = OneContextAdapter(context, self._excused, reach)
        for scheme in ("https://", "http://"):
            self._http.mount(scheme, self._adapter)

    def close(self) -> None:
        """Close every connection, also those that somebody still reads from."""
        self._http.close()
        self._adapter.cut()

    @contextmanager
    def open(self, url: str, headers: Mapping[str, str]) -> Iterator[HttpResponse]:
        """Send a request and follow its redirects; the answer is a success or a 304.

        Raises `NetworkError` and its kinds, and `CertificateError`.
        """
        answer = self._followed(url, headers)
        try:
            _check_status(answer)
            yield answer
        finally:
            answer.close()

    def _followed(self, url: str, headers: Mapping[str, str]) -> HttpResponse:
        first = url
        for _ in range(MOST_REDIRECTS + 1):
            answer = self._authenticated(url, headers)
            target = _target(answer)
            if target is None:
                return answer
            url = target
        raise RedirectError(first, url, f"it is the {MOST_REDIRECTS + 1}th in a row")

    def _authenticated(self, url: str, headers: Mapping[str, str]) -> HttpResponse:
        """Send with the credentials that belong to this URL's origin, and to no other."""
        offered = self._credentials.offered(url)
        answer = self._sent(url, headers, offered)
        if answer.status != 401:
            return answer
        better = self._credentials.demanded(url, offered)
        if better is None:
            return answer
        answer.close()
        return self._sent(url, headers, better)

    def _sent(
        self, url: str, headers: Mapping[str, str], known: Credentials | None
    ) -> HttpResponse:
        bare, _ = split_credentials(url)
        self._excused.warn_of_plain_http(bare)
        proxy = proxy_for(bare, self._settings)
        place = url_origin(proxy or bare)
        if place in self._lost:
            raise self._lost[place].with_traceback(None)
        journey = self._journey(bare, proxy, place)
        if known is not None:
            headers = {**headers, "Authorization": known.header}
        try:
            response = self._round_trip(bare, headers, proxy)
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            raise self._remembered(translated(error, journey), place) from error
        self._answered.add(place)
        return HttpResponse(url, response, journey.having_answered())

    def _journey(self, url: str, proxy: str | None, place: UrlOrigin) -> RequestContext:
        answered, untried = place in self._answered, place not in self._doubtful
        return RequestContext(url, proxy, answered, untried, self._settings.timeout, self._policy)

    def _round_trip(
        self, url: str, headers: Mapping[str, str], proxy: str | None
    ) -> requests.Response:
        request = self._http.prepare_request(requests.Request("GET", url, headers=dict(headers)))
        self._ui.trace(f"GET {request.url}" + (" by way of a proxy" if proxy else ""))
        return self._http.send(
            request,
            stream=True,
            timeout=(CONNECT_BUDGET, self._settings.timeout),
            allow_redirects=False,
            proxies={"http": proxy, "https": proxy} if proxy else {},
        )

    def _remembered(self, error: Exception, place: UrlOrigin) -> Exception:
        """Keep a server that never answered from being waited for by every request in turn."""
        if isinstance(error, UnreachableError):
            with self._lock:
                self._doubtful.add(place)
                if not error.transient:
                    self._lost.setdefault(place, error)
        return error


def redirect_target(url: str, status: int, location: str | None) -> str | None:
    """Return where a redirect leads, or None where the answer is none.

    Raises `RedirectError` where it leads from https to http, or out of the web (file: …).
    """
    if status not in {301, 302, 303, 307, 308} or not location:
        return None
    # http.client decodes headers as latin-1, what servers send is UTF-8.
    target = join_url(url, location.encode("latin-1", "replace").decode("utf-8", "replace"))
    before, after = url_origin(url).scheme, url_origin(target).scheme
    if after not in {"http", "https"}:
        raise RedirectError(url, target, f"{after or 'this'}: is no place a server may send us to")
    if before == "https" and after == "http":
        raise RedirectError(url, target, "it leaves https")
    return target


def _target(answer: HttpResponse) -> str | None:
    """Return where the answer redirects to, its connection given back, or None."""
    target = redirect_target(answer.url, answer.status, answer.headers.get("Location"))
    if target is not None:
        answer.close()
    return target


def _check_status(answer: HttpResponse) -> None:
    if 200 <= answer.status < 300 or answer.status == 304:
        return
    reason = _reason(answer)
    seconds = retry_after(answer.headers.get("Retry-After"), datetime.now(timezone.utc))
    raise HttpStatusError(answer.url, answer.status, reason, seconds)


def _reason(answer: HttpResponse) -> str:
    from http import HTTPStatus

    try:
        return HTTPStatus(answer.status).phrase
    except ValueError:
        return "(an unknown status)"
