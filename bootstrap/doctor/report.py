"""Collect what decides about trust, and inspect the servers that a run would use."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from bootstrap.config.model import Config
from bootstrap.dataclasses import dataclass, replace
from bootstrap.doctor.indexes import PROJECT, IndexReport, ask_index, describe_cache, without_cache
from bootstrap.doctor.next_step import index_step, next_step, server_step
from bootstrap.doctor.target import TargetReport, inspect_target
from bootstrap.errors import BootstrapError, UsageError
from bootstrap.network.proxies import proxy_for
from bootstrap.network.session import Session
from bootstrap.network.urls import MalformedUrlError, has_scheme, is_remote, url_origin
from bootstrap.redaction import redact
from bootstrap.tls_diagnosis.connect import Server, redacted_proxy
from bootstrap.tls_diagnosis.explain import clock_problem, release_date
from bootstrap.tls_diagnosis.server_report import ServerReport, inspect_server
from bootstrap.trust import description
from bootstrap.trust.anchors import Anchors, load_anchors
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
    indexes: tuple[IndexReport, ...] = ()
    cache: str = ""
    """Where pages and files are cached, and whether that can be written."""
    target: TargetReport | None = None
    """None where URLs are named: then they are the question."""
    is_offline: bool = False

    @property
    def problem(self) -> tuple[str, str | None] | None:
        """Why a run would fail, and what to do; None where it would not."""
        target = self.target.failure if self.target is not None else None
        failures = [
            ("", self.failure, next_step(self.failure)),
            *((f"{url}: ", server.failure, server_step(server)) for url, server in self.servers),
            *(
                (f"{index.url}: ", index.failure, next_step(index.failure))
                for index in self.indexes
            ),
            ("", target, next_step(target)),
        ]
        for prefix, failure, step in failures:
            if failure is not None:
                first = str(failure).splitlines()[0].rstrip(":")
                return f"{prefix}{first}", step
        if self.indexes and all(index.files is None for index in self.indexes):
            return f"no index has the project {PROJECT}.", index_step(self.indexes[0].url)
        return None

    @property
    def verdict(self) -> str:
        """Whether it will work, and if not, why."""
        if self.problem is not None:
            return f"It will not work: {self.problem[0]}"
        if self.is_offline:
            return "It will work without the network, with what is here."
        return "It will work." if self.servers or self.indexes else "Nothing was asked."

    @property
    def exit_status(self) -> int:
        """0 if a run would work with every server and index, else 1."""
        return 0 if self.problem is None else 1


def inspect(config: Config, ui: Ui) -> DoctorReport:
    """Inspect the servers that a run with this configuration would use, and ask the indexes."""
    policy, urls = decide(config.trust), _urls(config, ui)
    indexes = tuple(url for url in urls if not config.urls or _may_be_index(url))
    with ui.activity("Asking the servers for their certificates"):
        report = diagnose(
            [url for url in urls if _is_inspected(url, is_index=url in indexes)],
            policy,
            proxy_for=partial(proxy_for, settings=config.network),
            environ=config.environ,
            settings=map(str, config.setting_records),
            timeout=config.network.timeout,
        )
    failed = {url for url, server in report.servers if not server.is_ok}
    asked = [url for url in indexes if redacted_proxy(url) not in failed]
    if report.failure is not None:
        asked = [url for url in asked if not is_remote(url)]
    anchors = Anchors() if report.failure is not None else load_anchors(policy)
    with Session(
        without_cache(config.network, asked),
        lambda: make_context(policy, anchors, ui.trace),
        policy,
        ui,
        lambda: make_client_context(policy, anchors),
    ) as session:
        answers = tuple(_ask(url, session, ui) for url in asked)
    return replace(
        report,
        indexes=answers,
        cache=describe_cache(config.network.cache_directory),
        target=None if config.urls else inspect_target(config, ui),
        is_offline=config.network.offline,
    )


def _ask(url: str, session: Session, ui: Ui) -> IndexReport:
    with ui.activity(f"Asking {redact(url)}"):
        return ask_index(url, session)


def _is_inspected(url: str, *, is_index: bool) -> bool:
    """Return whether a URL is of a server with a certificate, or of none that we know."""
    if not has_scheme(url):
        return not Path(url).is_absolute()
    return url.startswith("https:") or not is_index


def _may_be_index(url: str) -> bool:
    """Return whether a typed URL has a path, or is one; without, it is only a server."""
    if not has_scheme(url):
        return Path(url).is_absolute()
    return url.startswith("file:") or bool(urlsplit(url).path.strip("/"))


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
        return tuple(url for url in urls if not config.urls and not is_remote(url))
    return urls


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
