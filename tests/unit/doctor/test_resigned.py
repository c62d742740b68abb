"""A public host whose certificate comes from an authority that certifi does not know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from bootstrap.doctor import resigned
from bootstrap.doctor.resigned import is_public_name, resigned_lines, resigned_steps
from bootstrap.tls_diagnosis.connect import Server
from bootstrap.tls_diagnosis.server_report import ServerReport, Verdict


@dataclass(frozen=True)
class _Root:
    subject: str = "CN=Zscaler Root"
    issuer: str = "CN=Zscaler Root"
    sha256: str = "AB:CD"
    is_self_issued: bool = True


def _report(host: str, verdict: Verdict, root: Any = None) -> ServerReport:
    chain: Any = (root or _Root(),)
    return ServerReport(Server(host, 443, None, 1.0), chain=chain, verdicts=(verdict,))


UNKNOWN = Verdict("certifi (bundled)", True, False, "unable to get local issuer certificate")
"""What certifi says of an authority that it does not know."""


@pytest.fixture(autouse=True)
def _plain_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resigned, "issuer_path", lambda chain: chain)


def test_the_root_and_whole_commands_are_shown() -> None:
    report = _report("files.public.org", UNKNOWN)
    lines = (*resigned_lines(report), *resigned_steps(report))
    text = "\n".join(lines)
    assert "something between you and files.public.org re-signs it" in text
    assert "CN=Zscaler Root, SHA-256 AB:CD" in text
    assert "openssl s_client -showcerts -connect files.public.org:443 </dev/null" in text
    assert lines[-1] == "  python3 get-installer.pyz --add-cert authority.pem"


def test_a_root_that_was_not_sent_is_asked_for() -> None:
    root = _Root(subject="CN=Sub", is_self_issued=False)
    report = _report("files.public.org", UNKNOWN, root)
    assert resigned_lines(report)[-1] == "Its root, CN=Zscaler Root, was not sent."
    assert resigned_steps(report)[0].startswith("Ask your administrators for the file of its root")


@pytest.mark.parametrize(
    ("host", "verdict"),
    [
        ("localhost", UNKNOWN),
        ("nexus", UNKNOWN),
        ("nexus.corp", UNKNOWN),
        ("10.1.2.3", UNKNOWN),
        ("files.public.org", Verdict("certifi (bundled)", True, False, "it has expired")),
        ("files.public.org", Verdict("certifi (bundled)", True, True, "")),
        ("files.public.org", Verdict("the system store", True, False, "unknown issuer")),
    ],
)
def test_nothing_is_said_of_private_hosts_and_of_other_failures(
    host: str, verdict: Verdict
) -> None:
    assert resigned_lines(_report(host, verdict)) == resigned_steps(_report(host, verdict)) == ()


def test_a_file_of_the_users_certificates_is_not_taken_for_certifi() -> None:
    own = Verdict("/etc/ssl/certs/ca-certificates.crt (only, from --cert)", True, True, "")
    report = _report("files.public.org", own)
    assert resigned_lines(report) == ()
    both = ServerReport(report.server, chain=report.chain, verdicts=(own, UNKNOWN))
    assert resigned_lines(both)


def test_what_is_trusted_already_needs_no_advice() -> None:
    own = Verdict("company.pem (added, from --add-cert)", True, True, "")
    report = _report("files.public.org", own)
    both = ServerReport(report.server, chain=report.chain, verdicts=(own, UNKNOWN))
    assert resigned_lines(both)[-1] == (
        "It is trusted: company.pem (added, from --add-cert) has that authority."
    )
    assert resigned_steps(both) == ()


def test_names_and_addresses_are_public_or_not() -> None:
    assert is_public_name("files.public.org")
    assert is_public_name("8.8.8.8")
    assert not is_public_name("127.0.0.1")
    assert not is_public_name("fd00::1")
