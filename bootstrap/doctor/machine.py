"""Telling machines: the report in JSON's own types."""

from __future__ import annotations

from typing import Any

from bootstrap.doctor.report import DoctorReport
from bootstrap.errors import BootstrapError
from bootstrap.trust.examination import Examination, Verdict
from bootstrap.trust.x509.certificate import Certificate


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
