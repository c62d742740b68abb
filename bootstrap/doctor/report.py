"""Looking: every URL's server under the policy, and everything else that decides about trust."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import partial
from urllib.parse import urlsplit

from bootstrap.config.model import Config
from bootstrap.errors import BootstrapError, UsageError
from bootstrap.network.proxies import proxy_for
from bootstrap.network.urls import redact
from bootstrap.tls_diagnosis import findings
from bootstrap.tls_diagnosis.connect import redacted_proxy
from bootstrap.tls_diagnosis.examine import Examination, examine
from bootstrap.trust import description
from bootstrap.trust.context import establish
from bootstrap.trust.policy import TrustPolicy, decide
from bootstrap.ui import Ui

VARIABLES = (
    *("PIP_CERT", "PIP_CLIENT_CERT", "PIP_TRUSTED_HOST", "PIP_CONFIG_FILE", "PIP_PROXY"),
    *("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR", "SSL_CLIENT_CERT"),
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
)
"""The environment variables that matter for reaching and believing a server."""


@dataclass(frozen=True)
class DoctorReport:
    """What the doctor found."""

    python: str
    tls: str
    now: datetime
    clock_doubt: str | None
    variables: tuple[tuple[str, str], ...]
    settings: tuple[str, ...]
    """What was said, in whatever voice, in lines."""
    policy: tuple[str, ...]
    """The policy with provenance and with what was found in each source, in lines."""
    failure: BootstrapError | None
    """Why no server can be asked at all."""
    examinations: tuple[tuple[str, Examination], ...] = ()
    """Each URL with what was found there."""

    @property
    def exit_status(self) -> int:
        """0 where a run would speak with every server, else 1."""
        good = all(examination.is_good for _, examination in self.examinations)
        return 0 if good and self.failure is None else 1


def diagnose(
    urls: Iterable[str],
    policy: TrustPolicy,
    *,
    proxy_for: Callable[[str], str | None],
    environ: Mapping[str, str],
    settings: Iterable[str] = (),
    timeout: float = 10.0,
    now: datetime | None = None,
) -> DoctorReport:
    """Examine each URL's server under the policy.

    `proxy_for` returns the URL of the proxy for a URL, `environ` is what `VARIABLES` are looked
    up in, `timeout` is in seconds. Raises `UsageError` for a URL that is not https.
    """
    places = [_place(url) for url in urls]
    failure, lines = None, description.policy_lines(policy)
    examinations: tuple[tuple[str, Examination], ...] = ()
    try:
        lines = description.anchor_lines(policy, establish(policy).anchors)
        examinations = tuple(
            (
                redacted_proxy(url),
                examine(host, port, policy, proxy=proxy_for(url), timeout=timeout),
            )
            for url, host, port in places
        )
    except BootstrapError as exc:
        failure = exc
    now = now or datetime.now(timezone.utc)
    return DoctorReport(
        python=f"{sys.implementation.name} {sys.version.split()[0]} on {sys.platform}",
        tls=_tls_library(),
        now=now,
        clock_doubt=findings.doubt(now, findings.made_on()),
        variables=tuple(_shown(name, environ[name]) for name in VARIABLES if name in environ),
        settings=tuple(settings),
        policy=tuple(lines),
        failure=failure,
        examinations=examinations,
    )


def _place(url: str) -> tuple[str, str, int]:
    """Return a URL in full, its host and its port. Raises `UsageError`."""
    url = url if "://" in url else f"https://{url}"
    parts = urlsplit(url)
    try:
        host, port = parts.hostname, parts.port or 443
    except ValueError:  # a port that is no number
        host, port = None, 0
    if parts.scheme != "https" or not host:
        raise UsageError(
            f"Cannot examine {redacted_proxy(url)}: expected https://HOST[:PORT].",
            hint="Only TLS has certificates to look at.",
        )
    return url, host, port


def _tls_library() -> str:
    try:
        import ssl
    except ImportError:
        return "no ssl module"
    return ssl.OPENSSL_VERSION


def _shown(name: str, value: str) -> tuple[str, str]:
    """Keep passwords out of a report that is going to be pasted somewhere."""
    is_proxy = name.lower().endswith("_proxy") and name.lower() != "no_proxy"
    return name, redacted_proxy(value) if is_proxy and value else value


# FOLDED from bootstrap/doctor/consultation.py
def inspect(config: Config, environ: Mapping[str, str], ui: Ui) -> DoctorReport:
    """Look at the servers that a run would speak with, and at what decides about trust."""
    return diagnose(
        _servers(config, ui),
        decide(config.trust),
        proxy_for=partial(proxy_for, settings=config.network),
        environ=environ,
        settings=map(str, config.said),
        timeout=config.network.timeout,
    )


def _servers(config: Config, ui: Ui) -> tuple[str, ...]:
    """Return the URLs to look at: those that were named, or else the indexes."""
    urls = config.urls or tuple(given.value for given in config.index.index_urls)
    if urls and config.network.offline:
        ui.warn("No server is looked at, since this run is offline.")
        return ()
    if config.urls:
        return urls
    encrypted = tuple(url for url in urls if url.startswith("https:"))
    for url in set(urls).difference(encrypted):
        ui.warn(f"{redact(url)} has no certificate to look at: it is not reached by https.")
    return encrypted
