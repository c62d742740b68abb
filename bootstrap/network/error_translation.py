"""Errors of requests, urllib3, ssl and the operating system, translated into ours."""

from __future__ import annotations

import re
import socket
import ssl
from http import client
from typing import TypeVar

from bootstrap._vendor import requests
from bootstrap._vendor.urllib3 import exceptions as urllib3_errors
from bootstrap.dataclasses import dataclass, replace
from bootstrap.errors import BootstrapError, iter_causes
from bootstrap.limits import RESPONSE_HEAD_SIZE, shorten
from bootstrap.network.errors import (
    InterruptedTransferError,
    InvalidResponseError,
    NetworkError,
    ProxyRefusedError,
    TlsError,
    TooLargeError,
    UnreachableError,
)
from bootstrap.network.pacing import OversizedHeadError
from bootstrap.network.urls import MalformedUrlError, UrlOrigin, url_origin
from bootstrap.trust.policy import TrustPolicy

_E = TypeVar("_E", bound=BaseException)
_TUNNEL_STATUS = re.compile(r"Tunnel connection failed: (\d{3}[^'\")]*)")
_INVALID = (
    client.HTTPException,
    client.BadStatusLine,
    client.LineTooLong,
    client.UnknownProtocol,
)
"""Exactly these: subclasses of the first are also the errors of broken connections."""
_SERVER_UNREACHABLE = ("502", "503", "504")
"""What a proxy answers to CONNECT if it cannot connect to the server itself."""


@dataclass(frozen=True)
class RequestContext:
    """The facts about a request that explain its failure."""

    url: str
    proxy: str | None
    has_answered: bool
    """Whether the server or proxy we connect to has answered anything in this run."""
    is_first_attempt: bool
    """Whether no connection to it has failed yet: then a short failure is worth a retry."""
    timeout: float
    policy: TrustPolicy
    context: ssl.SSLContext

    def after_response(self) -> RequestContext:
        """Return the context once the server has begun to answer."""
        return replace(self, has_answered=True)

    @property
    def connects_to(self) -> UrlOrigin:
        """The server we connect to: the proxy if there is one."""
        return url_origin(self.proxy or self.url)


def translate_error(error: BaseException, request: RequestContext) -> BootstrapError:
    """Return our error for a failed request."""
    causes = list(iter_causes(error))
    for translate in (_translate_tls, _translate_tunnel, _translate_connect, _translate_timeout):
        translated = translate(causes, request)
        if translated is not None:
            return translated
    if _find(causes, OversizedHeadError):
        return TooLargeError(request.url, RESPONSE_HEAD_SIZE, "besides the content")
    invalid = next((c for c in causes if type(c) in _INVALID), None)
    if invalid is not None:
        return InvalidResponseError(request.url, shorten(str(invalid).strip()))
    malformed = _find(
        causes, requests.exceptions.InvalidURL, urllib3_errors.LocationValueError, UnicodeError
    )
    if malformed is not None:
        return MalformedUrlError(request.url, str(malformed))
    innermost = next((c for c in reversed(causes) if str(c)), causes[-1])
    return InterruptedTransferError(request.url, str(innermost) or type(innermost).__name__)


def _translate_tls(causes: list[BaseException], request: RequestContext) -> BootstrapError | None:
    """Explain why a certificate is not trusted, or why the handshake failed."""
    error = _find(causes, ssl.SSLError)
    if error is None:
        return None
    # Imported here: a run without a TLS failure does not need it.
    from bootstrap.tls_diagnosis.classify import Reason
    from bootstrap.tls_diagnosis.connect import Server
    from bootstrap.tls_diagnosis.explain import explain

    at_proxy = request.proxy is not None and _find(causes, urllib3_errors.ProxyError) is not None
    origin = request.connects_to if at_proxy else url_origin(request.url)
    server = Server(origin.host, origin.port, None if at_proxy else request.proxy)
    explained = explain(error, server, request.policy, request.context)
    if explained is not None and explained.reason is Reason.BROKEN_OFF:
        return None  # only an interrupted connection, which is worth a retry
    return explained or TlsError(request.url, str(origin), error.reason or str(error))


def _translate_tunnel(causes: list[BaseException], request: RequestContext) -> NetworkError | None:
    for cause in causes:
        found = _TUNNEL_STATUS.search(str(cause))
        if found and request.proxy:
            status, proxy = found[1].strip(), request.connects_to
            if status.startswith(_SERVER_UNREACHABLE):
                reason = f"the proxy {proxy} answered {status}"
                return UnreachableError(request.url, str(url_origin(request.url)), reason)
            return ProxyRefusedError(request.url, str(proxy), f"it answered {status}")
    return None


def _translate_connect(causes: list[BaseException], request: RequestContext) -> NetworkError | None:
    """Explain why no connection was made; if there was one before, a retry may succeed."""
    if not _find(causes, urllib3_errors.NewConnectionError, urllib3_errors.ConnectTimeoutError):
        return None
    # Failures at once are those of a server or a resolver that is just starting.
    is_short = _find(causes, ConnectionRefusedError) is not None
    if name_error := _find(causes, socket.gaierror):
        is_short = name_error.errno == socket.EAI_AGAIN
        reason = f"host name not found ({name_error.strerror or name_error})"
    elif _find(causes, TimeoutError):
        reason = "connection timed out"
    else:
        errors = [c for c in causes if isinstance(c, OSError) and c.errno is not None]
        reason = (errors[0].strerror or str(errors[0])).lower() if errors else str(causes[-1])
    server = f"the proxy {request.connects_to}" if request.proxy else str(request.connects_to)
    transient = request.has_answered or (request.is_first_attempt and is_short)
    return UnreachableError(request.url, server, reason, transient=transient)


def _translate_timeout(causes: list[BaseException], request: RequestContext) -> NetworkError | None:
    if not _find(causes, urllib3_errors.ReadTimeoutError, TimeoutError):
        return None
    reason = f"no data received for {request.timeout:g} s"
    if request.has_answered:
        return InterruptedTransferError(request.url, reason)
    return UnreachableError(
        request.url,
        str(request.connects_to),
        f"timed out, {reason}",
        transient=request.is_first_attempt,
    )


def _find(causes: list[BaseException], *kinds: type[_E]) -> _E | None:
    """Return the first cause of the given kinds, or None."""
    return next((cause for cause in causes if isinstance(cause, kinds)), None)
