"""Telling people: the report in lines."""

from __future__ import annotations

from typing import Any

from bootstrap.doctor.report import DoctorReport
from bootstrap.errors import BootstrapError
from bootstrap.tls_diagnosis import findings
from bootstrap.tls_diagnosis.certificate import Certificate
from bootstrap.tls_diagnosis.examine import Examination, Verdict
from bootstrap.tls_diagnosis.explain import CertificateError


def render(report: DoctorReport) -> list[str]:
    """Return the report as lines for people."""
    plausible = report.clock_doubt or "plausible"
    return [
        f"Python: {report.python}; {report.tls}",
        f"Clock: {report.now:%Y-%m-%d %H:%M:%S} UTC, {plausible}",
        *_section("Environment", [f"{name}={value}" for name, value in report.variables]),
        *_section("Settings", list(report.settings)),
        *report.policy,
        *(_complaint(report.failure) if report.failure else []),
        *(line for url, found in report.examinations for line in _examined(url, found)),
    ]


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
    dates = f"{findings.day(certificate.not_before)} to {findings.day(certificate.not_after)}"
    return [
        f"  {number}. {certificate.subject}{names}",
        f"     issued by {certificate.issuer}",
        f"     valid {dates}; {certificate.key}; {certificate.signature}",
        f"     SHA-256 {certificate.sha256}",
    ]


def _verdict(verdict: Verdict) -> str:
    if not verdict.accepted:
        return f"no:  {verdict.source}: {verdict.words}"
    anchor = f": anchored by {verdict.anchor.subject}" if verdict.anchor else ""
    return f"yes: {verdict.source}{anchor}"


# FOLDED from bootstrap/doctor/machine.py
def as_json(report: DoctorReport) -> dict[str, Any]:
    """Return the report for machines: JSON's own types only."""
    return {
        "python": report.python,
        "tls": report.tls,
        "clock": {"now": report.now.isoformat(), "doubt": report.clock_doubt},
        "environment": dict(report.variables),
        "settings": list(report.settings),
        "policy": list(report.policy),
        "failure": _failure_json(report.failure),
        "servers": [_examination_json(url, found) for url, found in report.examinations],
        "good": report.exit_status == 0,
    }


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
