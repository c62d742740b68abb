"""Render the report as text or as JSON."""

from __future__ import annotations

from typing import Any

from bootstrap.doctor.indexes import IndexReport
from bootstrap.doctor.report import DoctorReport, next_step
from bootstrap.doctor.resigned import resigned_lines
from bootstrap.doctor.target import TargetReport
from bootstrap.errors import BootstrapError
from bootstrap.tls_diagnosis.certificate import format_date
from bootstrap.tls_diagnosis.server_report import ServerReport


def as_text(report: DoctorReport) -> list[str]:
    """Return the report as lines of text."""
    clock = f"probably wrong, {report.clock_problem}" if report.clock_problem else "OK"
    return [
        f"Python: {report.python}; {report.tls}",
        f"Clock: {clock} ({report.now:%Y-%m-%d %H:%M:%S} UTC)",
        *_section("Environment", [f"{name}={value}" for name, value in report.variables]),
        *_section("Settings", list(report.settings)),
        *report.policy,
        *_failure_lines(report.failure),
        *([f"Cache: {report.cache}"] if report.cache else []),
        *_target_lines(report.target),
        *(line for url, server in report.servers for line in _server_lines(url, server)),
        *(line for index in report.indexes for line in _index_lines(index)),
        *_verdict_lines(report),
    ]


def as_json(report: DoctorReport) -> dict[str, Any]:
    """Return the report as an object of JSON's own types."""
    return {
        "python": report.python,
        "tls": report.tls,
        "clock": {"now": report.now.isoformat(), "doubt": report.clock_problem},
        "environment": dict(report.variables),
        "settings": list(report.settings),
        "policy": list(report.policy),
        "failure": _failure_json(report.failure),
        "cache": report.cache,
        "target": _target_json(report.target),
        "indexes": [
            {
                "url": index.url,
                "good": index.failure is None,
                "files": index.files,
                "failure": _failure_json(index.failure),
            }
            for index in report.indexes
        ],
        "verdict": report.verdict,
        "servers": [_server_json(url, server) for url, server in report.servers],
        "good": report.exit_status == 0,
    }


def _section(title: str, lines: list[str]) -> list[str]:
    return [f"{title}:", *(f"  {line}" for line in lines or ["no relevant settings"])]


def _failure_lines(failure: BootstrapError | None) -> list[str]:
    if failure is None:
        return []
    return [*str(failure).splitlines(), *(next_step(failure) or "").splitlines()]


def _target_lines(target: TargetReport | None) -> list[str]:
    if target is None:
        return []
    outcome = "OK" if target.failure is None else "FAILED"
    failure = _failure_lines(target.failure)
    return [f"Target: {target.description}: {outcome}", *(f"  {line}" for line in failure)]


def _server_lines(url: str, report: ServerReport) -> list[str]:
    through = f" through {report.server.redacted_proxy}" if report.server.proxy else ""
    lines = ["", f"{url}{through}: {_status(report)}"]
    for number, certificate in enumerate(report.chain):
        names = f" for {', '.join(certificate.names)}" if certificate.names else ""
        dates = f"{format_date(certificate.not_before)} to {format_date(certificate.not_after)}"
        lines += [
            f"  {number}. {certificate.subject}{names}",
            f"     issued by {certificate.issuer}",
            f"     valid {dates}; {certificate.key}; {certificate.signature}",
            f"     SHA-256 {certificate.sha256}",
        ]
    if report.verdicts:
        lines.append("  Trust stores:")
    for verdict in report.verdicts:
        anchor = f": CA certificate {verdict.anchor.subject}" if verdict.anchor else ""
        failed = f"    FAILED: {verdict.source}: {verdict.detail}"
        lines.append(f"    OK:     {verdict.source}{anchor}" if verdict.accepted else failed)
    about = (*_failure_lines(report.failure), *resigned_lines(report))
    return [*lines, *(f"  {line}" for line in about)]


def _index_lines(index: IndexReport) -> list[str]:
    lines = _failure_lines(index.failure)
    return ["", f"{index.url}: {index.outcome}", *(f"  {line}" for line in lines)]


def _verdict_lines(report: DoctorReport) -> list[str]:
    hint = report.problem[1] if report.problem else None
    return ["", f"Verdict: {report.verdict}", *([f"Next: {hint}"] if hint else [])]


def _status(report: ServerReport) -> str:
    if report.unverified_by:
        return f"NOT VERIFIED, because of {report.unverified_by}"
    if not report.is_ok:
        return "FAILED"
    by = f", trusted by {report.accepted_by.source}" if report.accepted_by else ""
    intercepted = f"; intercepted by {report.product.name}" if report.product else ""
    return f"OK ({report.protocol or 'TLS'}{by}){intercepted}"


def _server_json(url: str, report: ServerReport) -> dict[str, Any]:
    return {
        "url": url,
        "good": report.is_ok,
        "proxy": report.server.redacted_proxy or None,
        "protocol": report.protocol,
        "trusted_blindly": str(report.unverified_by) if report.unverified_by else None,
        "interception": report.product.name if report.product else None,
        "chain": [
            {
                "subject": str(certificate.subject),
                "issuer": str(certificate.issuer),
                "not_before": certificate.not_before.isoformat(),
                "not_after": certificate.not_after.isoformat(),
                "names": list(certificate.names),
                "key": str(certificate.key),
                "signature": certificate.signature,
                "sha256": certificate.sha256,
            }
            for certificate in report.chain
        ],
        "verdicts": [
            {
                "source": verdict.source,
                "in_force": verdict.in_force,
                "accepted": verdict.accepted,
                "words": verdict.detail,
                "anchor": str(verdict.anchor.subject) if verdict.anchor else None,
            }
            for verdict in report.verdicts
        ],
        "failure": _failure_json(report.failure),
    }


def _target_json(target: TargetReport | None) -> dict[str, Any] | None:
    if target is None:
        return None
    return {
        "description": target.description,
        "good": target.failure is None,
        "failure": _failure_json(target.failure),
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
