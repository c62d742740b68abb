"""Render the report as text or as JSON."""

from __future__ import annotations

from itertools import chain
from typing import Any

from bootstrap.doctor.indexes import IndexReport
from bootstrap.doctor.next_step import next_step
from bootstrap.doctor.report import DoctorReport
from bootstrap.doctor.resigned import resigned_lines, resigned_steps
from bootstrap.doctor.target import TargetReport
from bootstrap.errors import BootstrapError
from bootstrap.tls_diagnosis.certificate import format_date
from bootstrap.tls_diagnosis.server_report import ServerReport


def as_text(report: DoctorReport, *, is_detailed: bool) -> list[str]:
    """Return the report as lines of text, which end with the verdict.

    :param is_detailed: whether to show also what decides about trust, and all certificates (`-v`)
    """
    servers = (_server_lines(*each, is_detailed=is_detailed) for each in report.servers)
    indexes = (_index_lines(each, is_detailed=is_detailed) for each in report.indexes)
    return [
        f"Python: {report.python}; {report.tls}",
        *(_details(report) if is_detailed else _clock_lines(report)),
        *_failure_lines(report.failure, is_detailed=is_detailed),
        *([f"Cache: {report.cache}"] if report.cache else []),
        *_target_lines(report.target, is_detailed=is_detailed),
        *chain.from_iterable((*servers, *indexes)),
        *([] if is_detailed else ["", _MORE]),
        *_verdict_lines(report),
    ]


_MORE = "-v shows the settings, the trust stores, and the certificates of each server."


def _details(report: DoctorReport) -> list[str]:
    clock = _clock_lines(report) or [f"Clock: OK ({report.now:%Y-%m-%d %H:%M:%S} UTC)"]
    return [
        *clock,
        *_section("Environment", [f"{name}={value}" for name, value in report.variables]),
        *_section("Settings", list(report.settings)),
        *report.policy,
    ]


def _clock_lines(report: DoctorReport) -> list[str]:
    if report.clock_problem is None:
        return []
    now = f"{report.now:%Y-%m-%d %H:%M:%S} UTC"
    return [f"Clock: probably wrong, {report.clock_problem} ({now})"]


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


def _failure_lines(failure: BootstrapError | None, *, is_detailed: bool) -> list[str]:
    """Return what failed; what to do is below the verdict, and in detail here, too."""
    if failure is None:
        return []
    step = next_step(failure) if is_detailed else None
    return [*str(failure).splitlines(), *(step or "").splitlines()]


def _target_lines(target: TargetReport | None, *, is_detailed: bool) -> list[str]:
    if target is None:
        return []
    outcome = "OK" if target.failure is None else "FAILED"
    failure = _failure_lines(target.failure, is_detailed=is_detailed)
    return [f"Target: {target.description}: {outcome}", *(f"  {line}" for line in failure)]


def _server_lines(url: str, report: ServerReport, *, is_detailed: bool) -> list[str]:
    through = f" through {report.server.redacted_proxy}" if report.server.proxy else ""
    certificates = _certificate_lines(report) if is_detailed else []
    failure = _failure_lines(report.failure, is_detailed=is_detailed)
    about = (*failure, *resigned_lines(report), *(resigned_steps(report) if is_detailed else ()))
    status = f"{url}{through}: {_status(report)}"
    return ["", status, *certificates, *(f"  {line}" for line in about)]


def _certificate_lines(report: ServerReport) -> list[str]:
    """Return the chain, and what each trust store says of it."""
    lines = []
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
    return lines


def _index_lines(index: IndexReport, *, is_detailed: bool) -> list[str]:
    lines = _failure_lines(index.failure, is_detailed=is_detailed)
    return [f"{index.url}: {index.outcome}", *(f"  {line}" for line in lines)]


def _verdict_lines(report: DoctorReport) -> list[str]:
    hint = report.problem[1] if report.problem else None
    lines = f"Next: {hint}".splitlines() if hint else []
    return ["", f"Verdict: {report.verdict}", *lines]


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
