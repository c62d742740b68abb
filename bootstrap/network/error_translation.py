"""What requests, urllib3, ssl and the operating system raise, translated into our errors."""

from __future__ import annotations

import re
import socket
import ssl
from dataclasses import dataclass, replace
from typing import TypeVar

from bootstrap._vendor import requests
from bootstrap._vendor.urllib3 import exceptions as urllib3_errors
from bootstrap.errors import BootstrapError, iter_causes
from bootstrap.network.errors import (
    InterruptedTransferError,
    NetworkError,
    ProxyRefusedError,
    TlsError,
    UnreachableError,
)
from bootstrap.network.urls import MalformedUrlError, UrlOrigin, url_origin
from bootstrap.trust.policy import TrustPolicy

_E = TypeVar("_E", bound=BaseException)
_TUNNEL = re.compile(r"Tunnel connection failed: (\d{3}.*)")
_NOT_REACHED = (502, 503, 504)
"""What a proxy answers to CONNECT when it cannot get through itself."""


@dataclass(frozen=True)
class RequestContext:
    """The facts about a request that its failure is told with."""

    url: str
    proxy: str | None
    answered: bool
    """Whether the place we connect to has answered anything yet in this run."""
    untried: bool
    """Whether nothing at all is known of that place yet: then a brief failure gets one more try."""
    timeout: float
    policy: TrustPolicy

    def having_answered(self) -> RequestContext:
        """Return the same journey, its first answer seen."""
        return replace(self, answered=True)

    @property
    def connects_to(self) -> UrlOrigin:
        """The server connected to first: the proxy where there is one."""
        return url_origin(self.proxy or self.url)


def translated(error: BaseException, journey: RequestContext) -> BootstrapError:
    """Return our error for a failure, told with the journey's facts."""
    found = list(iter_causes(error))
    for translate in (_tls, _tunnel, _connecting, _waiting, _malformed):
        told = translate(found, journey)
        if told is not None:
            return told
    return _broken_off(found, journey)


def _tls(causes: list[BaseException], journey: RequestContext) -> BootstrapError | None:
    """Tell of a server that is not believed, or does not speak TLS as we do."""
    failed = _first(causes, ssl.SSLError)
    if failed is None:
        return None
    # Imported here: a run without a TLS failure does not need it.
    from bootstrap.tls_diagnosis.classify import Reason
    from bootstrap.tls_diagnosis.explain import explain

    at_proxy = journey.proxy is not None and _first(causes, urllib3_errors.ProxyError) is not None
    place = journey.connects_to if at_proxy else url_origin(journey.url)
    by_way_of = None if at_proxy else journey.proxy
    told = explain(failed, place.host, place.port, journey.policy, proxy=by_way_of)
    if told is not None and told.reason is Reason.BROKEN_OFF:
        return None  # a cut connection, and no more than that: it is worth another attempt
    return told or TlsError(journey.url, str(place), failed.reason or str(failed))


def _tunnel(causes: list[BaseException], journey: RequestContext) -> NetworkError | None:
    for cause in causes:
        found = _TUNNEL.search(str(cause))
        if found and journey.proxy:
            answer = found[1].strip()
            if int(answer[:3]) in _NOT_REACHED:
                reason = f"the proxy {journey.connects_to} answered {answer}"
                return UnreachableError(journey.url, str(url_origin(journey.url)), reason)
            return ProxyRefusedError(journey.url, str(journey.connects_to), f"it answered {answer}")
    return None


def _connecting(causes: list[BaseException], journey: RequestContext) -> NetworkError | None:
    """Tell of a connection that was never made; one that stood before is worth another try."""
    failures = (urllib3_errors.NewConnectionError, urllib3_errors.ConnectTimeoutError)
    if _first(causes, *failures) is None:
        return None
    reason = _connecting_reason(causes)
    hope = journey.answered or (journey.untried and _is_brief(causes))
    place = f"the proxy {journey.connects_to}" if journey.proxy else str(journey.connects_to)
    return UnreachableError(journey.url, place, reason, transient=hope)


def _connecting_reason(causes: list[BaseException]) -> str:
    name = _first(causes, socket.gaierror)
    if name is not None:
        return f"its name is not found ({name.strerror or name})"
    if _first(causes, TimeoutError):
        return "it timed out"
    system = [cause for cause in causes if isinstance(cause, OSError) and cause.errno is not None]
    return (system[0].strerror or str(system[0])).lower() if system else str(causes[-1])


def _is_brief(causes: list[BaseException]) -> bool:
    """Whether it failed at once, as where a server or a resolver is just starting."""
    name = _first(causes, socket.gaierror)
    if name is not None:
        return name.errno == socket.EAI_AGAIN
    return _first(causes, ConnectionRefusedError) is not None


def _waiting(causes: list[BaseException], journey: RequestContext) -> NetworkError | None:
    if _first(causes, urllib3_errors.ReadTimeoutError, TimeoutError) is None:
        return None
    reason = f"no byte came for {journey.timeout:g} s"
    if journey.answered:
        return InterruptedTransferError(journey.url, reason)
    place, told = str(journey.connects_to), f"it timed out: {reason}"
    return UnreachableError(journey.url, place, told, transient=journey.untried)


def _malformed(causes: list[BaseException], journey: RequestContext) -> BootstrapError | None:
    kinds = (requests.exceptions.InvalidURL, urllib3_errors.LocationValueError, UnicodeError)
    failed = _first(causes, *kinds)
    return None if failed is None else MalformedUrlError(journey.url, str(failed))


def _broken_off(causes: list[BaseException], journey: RequestContext) -> NetworkError:
    innermost = next((c for c in reversed(causes) if str(c)), causes[-1])
    return InterruptedTransferError(journey.url, str(innermost) or type(innermost).__name__)


def _first(causes: list[BaseException], *kinds: type[_E]) -> _E | None:
    return next((cause for cause in causes if isinstance(cause, kinds)), None)
