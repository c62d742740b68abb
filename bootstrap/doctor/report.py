"""Collect what decides about trust, and inspect the servers that a run would use."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timezone
from functools import partial

from bootstrap.config.model import Config
from bootstrap.dataclasses import dataclass
from bootstrap.errors import BootstrapError, UsageError
from bootstrap.network.proxies import proxy_for
from bootstrap.network.urls import MalformedUrlError, url_origin
from bootstrap.tls_diagnosis.connect import Server, redacted_proxy
from bootstrap.tls_diagnosis.explain import clock_problem, release_date
from bootstrap.tls_diagnosis.server_report import ServerReport, inspect_server
from bootstrap.trust import description
from bootstrap.trust.anchors import load_anchors
from bootstrap.trust.context import make_client_context, make_context
from bootstrap.trust.policy import TrustPolicy, decide
from bootstrap.ui import Ui
from bootstrap.waiting import call_interruptibly

VARIABLES = (
    *("PIP_CERT", "PIP_CLIENT_CERT", "PIP_TRUSTED_HOST", "PIP_CONFIG_FILE", "PIP_PROXY"),
    *("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR", "SSL_CLIENT_CERT"),
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
)
"""The environment variables that change how a server is reached and verified."""

_PROXY_URLS = {name for name in VARIABLES if name.lower().endswith("_proxy")} - {
    "no_proxy",
    "NO_PROXY",
}


@dataclass(frozen=True)
class DoctorReport:
    """All facts that `doctor` shows."""

    python: str
    tls: str
    now: datetime
    clock_problem: str | None
    variables: tuple[tuple[str, str], ...]
    settings: tuple[str, ...]
    """Each setting with its origin, a line each."""
    policy: tuple[str, ...]
    """The policy with origins, and what each source contains, in lines."""
    failure: BootstrapError | None
    """Why no server can be connected to at all."""
    servers: tuple[tuple[str, ServerReport], ...] = ()
    """Each URL with the report of its server."""

    @property
    def exit_status(self) -> int:
        """0 if a run would use every server, else 1."""
        is_ok = self.failure is None and all(server.is_ok for _, server in self.servers)
        return 0 if is_ok else 1


def inspect(config: Config, ui: Ui) -> DoctorReport:
    """Inspect the servers that a run with this configuration would use."""
    return diagnose(
        _urls(config, ui),
        decide(config.trust),
        proxy_for=partial(proxy_for, settings=config.network),
        environ=config.environ,
        settings=map(str, config.setting_records),
        timeout=config.network.timeout,
    )


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
    """Inspect each URL's server under the policy.

    `proxy_for` returns the URL of the proxy for a URL, `environ` provides `VARIABLES`, `timeout`
    is in seconds. Raises `UsageError` for a URL that is not https.
    """
    addresses = [_parse_url(url) for url in urls]
    failure, lines = None, description.policy_lines(policy)
    servers: list[tuple[str, ServerReport]] = []
    try:
        anchors = load_anchors(policy)
        lines = description.anchor_lines(policy, anchors)
        context = make_context(policy, anchors, lines.append)
        client_context = make_client_context(policy, anchors)
        for url, host, port in addresses:
            server = Server(host, port, proxy_for(url), timeout)
            report = call_interruptibly(
                partial(inspect_server, server, policy, anchors, context, client_context)
            )
            servers.append((redacted_proxy(url), report))
    except BootstrapError as exc:
        failure = exc
    variables = {name: environ[name] for name in VARIABLES if name in environ}
    for name in _PROXY_URLS & variables.keys():  # users paste reports into public issues
        variables[name] = redacted_proxy(variables[name]) if variables[name] else ""
    try:
        import ssl

        tls = ssl.OPENSSL_VERSION
    except ImportError:
        tls = "no ssl module"
    now = now or datetime.now(timezone.utc)
    return DoctorReport(
        python=f"{sys.implementation.name} {sys.version.split()[0]} on {sys.platform}",
        tls=tls,
        now=now,
        clock_problem=clock_problem(now, release_date()),
        variables=tuple(variables.items()),
        settings=tuple(settings),
        policy=tuple(lines),
        failure=failure,
        servers=tuple(servers),
    )


def _urls(config: Config, ui: Ui) -> tuple[str, ...]:
    """Return the URLs of the command line, or else those of the indexes."""
    urls = config.urls or tuple(given.value for given in config.index.all_indexes)
    if urls and config.network.offline:
        ui.warn("No server is inspected, because of --offline.", code="not-inspected")
        return ()
    if config.urls:
        return urls
    encrypted = tuple(url for url in urls if url.startswith("https:"))
    for url in set(urls).difference(encrypted):
        ui.warn(
            f"{url} is not inspected: without https it has no certificate.", code="not-inspected"
        )
    return encrypted


def _parse_url(url: str) -> tuple[str, str, int]:
    """Return a URL with its scheme, its host and its port. Raises `UsageError`."""
    url = url if "://" in url else f"https://{url}"
    try:
        scheme, host, port = url_origin(url)
    except MalformedUrlError:
        scheme, host, port = "", "", 0
    if scheme != "https":
        raise UsageError(
            f"Cannot inspect {redacted_proxy(url)}: expected https://HOST[:PORT].",
            hint="Without TLS there is no certificate.",
        )
    return url, host, port
