from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from bootstrap.doctor.render import as_json, as_text
from bootstrap.doctor.report import DoctorReport, diagnose
from bootstrap.errors import UsageError
from bootstrap.provenance import Origin, Sourced
from bootstrap.trust.policy import TrustPolicy, decide
from bootstrap.trust.settings import TrustSettings
from tests.unit.trust.conftest import other_ca, private_ca, root_pem, serve
from tests.unit.trust.private_ca import PrivateCa
from tests.unit.trust.tls_servers import TlsServer

__all__ = ["other_ca", "private_ca", "root_pem", "serve"]  # fixtures

Serve = Callable[..., TlsServer]


def report(policy: TrustPolicy, *urls: str, **more: Any) -> DoctorReport:
    return diagnose(urls, policy, proxy_for=lambda _: None, environ=more)


@pytest.fixture
def policy(root_pem: Path) -> TrustPolicy:
    given = Sourced(str(root_pem), Origin.file(Path("pip.conf"), 2))
    return decide(TrustSettings(cert=(given,)))


@pytest.mark.posix_only("Wine believes a chain that ends nowhere")
def test_the_text_shows_all_facts_of_a_trusted_server(
    policy: TrustPolicy, private_ca: PrivateCa, serve: Serve
) -> None:
    url = f"https://localhost:{serve(private_ca.issue()).port}/simple"
    found = report(policy, url)
    text = "\n".join(as_text(found, is_detailed=True))
    assert found.exit_status == 0
    assert f"{url}: OK (TLSv1.3, trusted by" in text
    assert "(only, from pip.conf, line 2): 1 certificate" in text
    assert "0. CN=server, O=get-installer tests for localhost, 127.0.0.1" in text
    assert "issued by CN=get-installer test root" in text
    assert found.servers[0][1].chain[0].sha256 in text
    assert "FAILED: the system store (not in force): " in text
    assert "Clock: OK (" in text


def test_a_server_that_fails_is_explained_and_changes_the_exit_status(
    policy: TrustPolicy, private_ca: PrivateCa, other_ca: PrivateCa, serve: Serve
) -> None:
    good, bad = serve(private_ca.issue()), serve(other_ca.issue())
    found = report(policy, *(f"https://localhost:{s.port}" for s in (good, bad)))
    text = "\n".join(as_text(found, is_detailed=True))
    assert found.exit_status == 1
    assert f"https://localhost:{bad.port}: FAILED" in text
    assert (
        'issued by "CN=Somebody Else, O=Elsewhere", which none of your trust stores contain'
    ) in text
    assert f"Replace {policy.named[0].path} (from pip.conf, line 2) with" in text
    assert 'the file of the authority that issued it: "CN=Somebody Else, O=Elsewhere".' in text


@pytest.mark.posix_only("Wine believes a chain that ends nowhere")
def test_json_has_the_same_facts_as_the_text(
    policy: TrustPolicy, other_ca: PrivateCa, serve: Serve
) -> None:
    url = f"https://localhost:{serve(other_ca.issue()).port}"
    found = report(policy, url, SSL_CERT_FILE="/x.pem", HOME="/root")
    document = json.loads(json.dumps(as_json(found)))
    assert document["good"] is False
    assert document["environment"] == {"SSL_CERT_FILE": "/x.pem"}
    (server,) = document["servers"]
    assert server["url"] == url
    assert server["failure"]["kind"] == "unknown issuer"
    assert [verdict["accepted"] for verdict in server["verdicts"]] == [False, False, False]
    assert server["chain"][0]["subject"] == "CN=server, O=get-installer tests"
    assert server["chain"][0]["issuer"] == "CN=Somebody Else, O=Elsewhere"


def test_without_v_certificates_and_settings_are_left_out_and_the_verdict_is_last(
    policy: TrustPolicy, private_ca: PrivateCa, other_ca: PrivateCa, serve: Serve
) -> None:
    good, bad = serve(private_ca.issue()), serve(other_ca.issue())
    lines = as_text(report(policy, f"https://localhost:{good.port}"), is_detailed=False)
    assert len(lines) < 10
    assert lines[-2:] == ["", "Verdict: It will work."]
    lines = as_text(report(policy, f"https://localhost:{bad.port}"), is_detailed=False)
    text = "\n".join(lines)
    assert "none of your trust stores contain" in text
    assert not re.search("Trust stores:|SHA-256|Settings:|are taken from|Clock:", text)
    verdict = next(number for number, line in enumerate(lines) if line.startswith("Verdict: "))
    assert lines[verdict + 1].startswith("Next: Replace ")
    assert text.count("Replace ") == 1


def test_a_wrong_clock_is_shown_without_v(policy: TrustPolicy) -> None:
    past = datetime(1999, 1, 1, tzinfo=timezone.utc)
    found = diagnose((), policy, proxy_for=lambda _: None, environ={}, now=past)
    lines = as_text(found, is_detailed=False)
    assert [line for line in lines if line.startswith("Clock: probably wrong")]


def test_passwords_stay_out_of_the_report(policy: TrustPolicy) -> None:
    environ = {"https_proxy": "http://me:secret@proxy:3128", "no_proxy": "a.example"}
    lines = as_text(report(policy, **environ), is_detailed=True)
    assert "  https_proxy=http://proxy:3128" in lines
    assert "  no_proxy=a.example" in lines
    assert "secret" not in "\n".join(lines)


def test_a_failing_policy_is_reported_without_any_connection(
    tmp_path: Path, private_ca: PrivateCa, serve: Serve
) -> None:
    missing = Sourced(str(tmp_path / "gone.pem"), Origin.variable("PIP_CERT"))
    server = serve(private_ca.issue())
    found = report(decide(TrustSettings(cert=(missing,))), f"https://localhost:{server.port}")
    assert found.exit_status == 1
    assert found.servers == ()
    assert "PIP_CERT" in "\n".join(as_text(found, is_detailed=True))
    assert as_json(found)["failure"]["kind"] == "NamedCertificateError"


def test_without_urls_only_the_policy_is_shown(policy: TrustPolicy) -> None:
    found = report(policy)
    assert found.exit_status == 0
    assert "CA certificates are taken from:" in as_text(found, is_detailed=True)


@pytest.mark.parametrize("url", ["http://localhost", "file:///tmp", "https://"])
def test_a_url_without_https_is_an_error(policy: TrustPolicy, url: str) -> None:
    with pytest.raises(UsageError, match="expected https"):
        report(policy, url)
