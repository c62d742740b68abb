"""Recognises connections that somebody re-signs, by an authority that certifi does not know."""

from __future__ import annotations

import ipaddress
import shlex
from collections.abc import Sequence

from bootstrap.tls_diagnosis.certificate import issuer_path
from bootstrap.tls_diagnosis.server_report import ServerReport

_PRIVATE_SUFFIXES = (
    *(".local", ".localhost", ".internal", ".intranet", ".lan", ".corp", ".home", ".test"),
    *(".example", ".invalid", ".home.arpa"),
)
_UNKNOWN_ISSUER = ("issuer", "self-signed", "self signed", "unknown authority")
"""What a store says of a chain that leads to none of its authorities."""
_LAST_CERTIFICATE = (
    'awk \'/BEGIN CERT/{c=""} {c=c $0 "\\n"} /END CERT/{last=c} END{printf "%s", last}\''
)
_FILE = "authority.pem"
_BUNDLED = "certifi (bundled)"


def is_public_name(host: str) -> bool:
    """Return whether a host can have a certificate of a public authority."""
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host and not host.lower().rstrip(".").endswith(_PRIVATE_SUFFIXES)


def resigned_lines(report: ServerReport) -> Sequence[str]:
    """Return what to know about a public host that certifi does not trust; or nothing."""
    if not _is_resigned(report):
        return ()
    host = report.server.host
    top = issuer_path(report.chain)[-1]
    said = (
        "This certificate comes from an authority that certifi does not know: something between "
        f"you and {host} re-signs it, usually a company proxy or antivirus (unless {host} is your "
        "company's own server)."
    )
    if report.accepted_by is not None:
        return (said, f"It is trusted: {report.accepted_by.source} has that authority.")
    if not top.is_self_issued:
        return (said, f"Its root, {top.issuer}, was not sent.")
    return (said, f"Its root is {top.subject}, SHA-256 {top.sha256}")


def resigned_steps(report: ServerReport) -> Sequence[str]:
    """Return what to do about such a host, with whole commands; nothing where it is trusted."""
    if not _is_resigned(report) or report.accepted_by is not None:
        return ()
    if not issuer_path(report.chain)[-1].is_self_issued:
        return (
            "Ask your administrators for the file of its root, then:",
            f"  python3 get-installer.pyz --add-cert {_FILE}",
        )
    connect = ["openssl", "s_client", "-showcerts", "-connect", report.server.address]
    if report.server.proxy is not None:
        host, port = report.server.proxy_address
        connect += ["-proxy", f"{host}:{port}"]
    return (
        "Ask your administrators whether that is theirs. To save it, and to trust it:",
        f"  {shlex.join(connect)} </dev/null 2>/dev/null | {_LAST_CERTIFICATE} > {_FILE}",
        f"  python3 get-installer.pyz --add-cert {_FILE}",
    )


def _is_resigned(report: ServerReport) -> bool:
    bundled = next((each for each in report.verdicts if each.source.startswith(_BUNDLED)), None)
    if bundled is None or bundled.accepted or not report.chain:
        return False
    unknown = any(text in bundled.detail for text in _UNKNOWN_ISSUER)
    return unknown and is_public_name(report.server.host)
