"""The doctor: what is trusted, by whose word, what servers present, and what each store says.

`diagnose` looks, `render` and `as_json` tell; exit status 0 where every URL is good, else 1.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlsplit

from bootstrap.errors import BootstrapError, UsageError
from bootstrap.trust import description
from bootstrap.trust.context import establish
from bootstrap.trust.diagnosis import CertificateError
from bootstrap.trust.examination import Examination, Verdict, examine
from bootstrap.trust.inspection import clock
from bootstrap.trust.inspection.tunnel import redacted
from bootstrap.trust.policy import TrustPolicy
from bootstrap.trust.x509.certificate import Certificate

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
    policy: tuple[str, ...]
    """The policy with provenance and with what was found in each source, in lines."""
    failure: BootstrapError | None
    """Why no server can be asked at all."""
    examinations: tuple[tuple[str, Examination], ...] = ()
    """Each URL with what was found there."""

    @property
    def exit_status(self) -> int:
        """0 where a run would speak with every server."""
        good = all(examination.is_good for _, examination in self.examinations)
        return 0 if good and self.failure is None else 1


def diagnose(
    urls: Iterable[str],
    policy: TrustPolicy,
    *,
    proxy_for: Callable[[str], str | None],
    environ: Mapping[str, str],
    timeout: float = 10.0,
    now: datetime | None = None,
) -> DoctorReport:
    """Examine each URL's server under the policy.

    `proxy_for` returns the URL of the proxy for a URL, `environ` is what `VARIABLES` are looked
    up in. Raises `UsageError` for a URL that is not https.
    """
    servers = [(url, *_server(url)) for url in urls]
    failure, lines = None, description.policy_lines(policy)
    examinations: tuple[tuple[str, Examination], ...] = ()
    try:
        lines = description.anchor_lines(policy, establish(policy).anchors)
        examinations = tuple(
            (redacted(url), examine(host, port, policy, proxy=proxy_for(url), timeout=timeout))
            for url, host, port in servers
        )
    except BootstrapError as exc:
        failure = exc
    now = now or datetime.now(timezone.utc)
    return DoctorReport(
        python=f"{sys.implementation.name} {sys.version.split()[0]} on {sys.platform}",
        tls=_tls_library(),
        now=now,
        clock_doubt=clock.doubt(now, clock.made_on()),
        variables=tuple(_shown(name, environ[name]) for name in VARIABLES if name in environ),
        policy=tuple(lines),
        failure=failure,
        examinations=examinations,
    )


def render(report: DoctorReport) -> list[str]:
    """Return the report as lines for people."""
    plausible = report.clock_doubt or "plausible"
    return [
        f"Python: {report.python}; {report.tls}",
        f"Clock: {report.now:%Y-%m-%d %H:%M:%S} UTC, {plausible}",
        *_section("Environment", [f"{name}={value}" for name, value in report.variables]),
        *report.policy,
        *(_complaint(report.failure) if report.failure else []),
        *(line for url, found in report.examinations for line in _examined(url, found)),
    ]


def as_json(report: DoctorReport) -> dict[str, Any]:
    """Return the report for machines: JSON's own types only."""
    return {
        "python": report.python,
        "tls": report.tls,
        "clock": {"now": report.now.isoformat(), "doubt": report.clock_doubt},
        "environment": dict(report.variables),
        "policy": list(report.policy),
        "failure": _failure_json(report.failure),
        "servers": [_examination_json(url, found) for url, found in report.examinations],
        "good": report.exit_status == 0,
    }


def _server(url: str) -> tuple[str, int]:
    parts = urlsplit(url if "://" in url else f"https://{url}")
    if parts.scheme != "https" or not parts.hostname:
        raise UsageError(
            f"Cannot examine {redacted(url)}: expected https://HOST[:PORT].",
            hint="Only TLS has certificates to look at.",
        )
    return parts.hostname, parts.port or 443


def _tls_library() -> str:
    try:
        import ssl
    except ImportError:
        return "no ssl module"
    return ssl.OPENSSL_VERSION


def _shown(name: str, value: str) -> tuple[str, str]:
    """Keep passwords out of a report that is going to be pasted somewhere."""
    is_proxy = name.lower().endswith("_proxy") and name.lower() != "no_proxy"
    return name, redacted(value) if is_proxy and value else value


def _section(title: str, lines: list[str]) -> list[str]:
    return [f"{title}:", *(f"  {line}" for line in lines or ["nothing that matters is set"])]


def _complaint(failure: BootstrapError) -> list[str]:
    hint = failure.advice if isinstance(failure, CertificateError) else failure.hint
    return [*str(failure).splitlines(), *(hint or "").splitlines()]


def _examined(url: str, found: Examination) -> list[str]:
    way = f" through {found.server.shown_proxy}" if found.server.proxy else ""
    return [
        "",
        f"{url}{way}: {_summary(found)}",
        *(line for number, each in enumerate(found.chain) for line in _certificate(number, each)),
        *(["  Verdicts:"] if found.verdicts else []),
        *(f"    {_verdict(verdict)}" for verdict in found.verdicts),
        *(f"  {line}" for line in (_complaint(found.failure) if found.failure else [])),
    ]


def _summary(found: Examination) -> str:
    if found.blindly_trusted:
        return f"NOT verified, because {found.blindly_trusted} says to trust it blindly"
    if not found.is_good:
        return "bad"
    by = f", believed by {found.anchor.source}" if found.anchor else ""
    intercepted = f"; intercepted by {found.interception.name}" if found.interception else ""
    return f"good ({found.protocol or 'TLS'}{by}){intercepted}"


def _certificate(number: int, certificate: Certificate) -> list[str]:
    names = f" for {', '.join(certificate.names)}" if certificate.names else ""
    dates = f"{clock.day(certificate.not_before)} to {clock.day(certificate.not_after)}"
    return [
        f"  {number}. {certificate.subject}{names}",
        f"     issued by {certificate.issuer}",
        f"     valid {dates}; {certificate.key}; {certificate.signature}",
        f"     SHA-256 {certificate.sha256}",
    ]


def _verdict(verdict: Verdict) -> str:
    asked = "" if verdict.in_force else ", which is not asked"
    if not verdict.accepted:
        return f"no:  {verdict.source}{asked}: {verdict.words}"
    anchor = f": anchored by {verdict.anchor.subject}" if verdict.anchor else ""
    return f"yes: {verdict.source}{asked}{anchor}"


def _examination_json(url: str, found: Examination) -> dict[str, Any]:
    return {
        "url": url,
        "good": found.is_good,
        "proxy": found.server.shown_proxy,
        "protocol": found.protocol,
        "trusted_blindly": str(found.blindly_trusted) if found.blindly_trusted else None,
        "interception": found.interception.name if found.interception else None,
        "chain": [_certificate_json(each) for each in found.chain],
        "verdicts": [_verdict_json(verdict) for verdict in found.verdicts],
        "failure": _failure_json(found.failure),
    }


def _certificate_json(certificate: Certificate) -> dict[str, Any]:
    return {
        "subject": str(certificate.subject),
        "issuer": str(certificate.issuer),
        "not_before": certificate.not_before.isoformat(),
        "not_after": certificate.not_after.isoformat(),
        "names": list(certificate.names),
        "key": str(certificate.key),
        "signature": certificate.signature,
        "sha256": certificate.sha256,
    }


def _verdict_json(verdict: Verdict) -> dict[str, Any]:
    return {
        "source": verdict.source,
        "in_force": verdict.in_force,
        "accepted": verdict.accepted,
        "words": verdict.words,
        "anchor": str(verdict.anchor.subject) if verdict.anchor else None,
    }


def _failure_json(failure: BootstrapError | None) -> dict[str, Any] | None:
    if failure is None:
        return None
    reason = getattr(failure, "reason", None)
    return {
        "kind": getattr(reason, "value", None) or type(failure).__name__,
        "message": str(failure),
        "hint": failure.hint,
    }
