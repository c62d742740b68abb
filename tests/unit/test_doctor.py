from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bootstrap.doctor.render import as_json, as_text
from bootstrap.doctor.report import DoctorReport, diagnose
from bootstrap.errors import UsageError
from bootstrap.provenance import Origin, Sourced
from bootstrap.trust.policy import TrustPolicy, decide
from bootstrap.trust.settings import TrustSettings
from tests.unit.trust.authorities import Forge
from tests.unit.trust.conftest import forge, root_pem, serve, stranger
from tests.unit.trust.tls_servers import TlsServer

__all__ = ["forge", "root_pem", "serve", "stranger"]  # fixtures of the room it reports from

Serve = Callable[..., TlsServer]


def report(policy: TrustPolicy, *urls: str, **more: Any) -> DoctorReport:
    return diagnose(urls, policy, proxy_for=lambda _: None, environ=more)


@pytest.fixture
def policy(root_pem: Path) -> TrustPolicy:
    given = Sourced(str(root_pem), Origin.file(Path("pip.conf"), 2))
    return decide(TrustSettings(cert=(given,)))


def test_a_good_server_is_told_in_full(policy: TrustPolicy, forge: Forge, serve: Serve) -> None:
    url = f"https://localhost:{serve(forge.issue()).port}/simple"
    found = report(policy, url)
    told = "\n".join(as_text(found))
    assert found.exit_status == 0
    assert f"{url}: OK (TLSv1.3, trusted by" in told
    assert "(only, from pip.conf, line 2): 1 certificate" in told
    assert "0. CN=server, O=get-installer tests for localhost, 127.0.0.1" in told
    assert "issued by CN=get-installer test root" in told
    assert found.servers[0][1].chain[0].sha256 in told
    assert "FAILED: the system store (not in force): " in told
    assert "Clock: OK (" in told


def test_a_bad_server_is_explained_and_changes_the_exit_status(
    policy: TrustPolicy, forge: Forge, stranger: Forge, serve: Serve
) -> None:
    good, bad = serve(forge.issue()), serve(stranger.issue())
    found = report(policy, *(f"https://localhost:{s.port}" for s in (good, bad)))
    told = "\n".join(as_text(found))
    assert found.exit_status == 1
    assert f"https://localhost:{bad.port}: FAILED" in told
    assert (
        'issued by "CN=Somebody Else, O=Elsewhere", which none of your trust stores contain'
    ) in told
    assert f"Replace {policy.named[0].path} (from pip.conf, line 2) with" in told
    assert "the file of the authority that issued it: CN=Somebody Else, O=Elsewhere" in told


def test_the_report_for_machines_holds_the_same_facts(
    policy: TrustPolicy, stranger: Forge, serve: Serve
) -> None:
    url = f"https://localhost:{serve(stranger.issue()).port}"
    found = report(policy, url, SSL_CERT_FILE="/x.pem", HOME="/root")
    told = json.loads(json.dumps(as_json(found)))
    assert told["good"] is False
    assert told["environment"] == {"SSL_CERT_FILE": "/x.pem"}
    (server,) = told["servers"]
    assert server["url"] == url
    assert server["failure"]["kind"] == "unknown issuer"
    assert [verdict["accepted"] for verdict in server["verdicts"]] == [False, False, False]
    assert server["chain"][0]["subject"] == "CN=server, O=get-installer tests"
    assert server["chain"][0]["issuer"] == "CN=Somebody Else, O=Elsewhere"


def test_passwords_stay_out_of_the_report(policy: TrustPolicy) -> None:
    environ = {"https_proxy": "http://me:secret@proxy:3128", "no_proxy": "a.example"}
    told = as_text(report(policy, **environ))
    assert "  https_proxy=http://proxy:3128" in told
    assert "  no_proxy=a.example" in told
    assert "secret" not in "\n".join(told)


def test_a_policy_that_cannot_be_carried_out_is_told_without_asking_anybody(
    tmp_path: Path, forge: Forge, serve: Serve
) -> None:
    missing = Sourced(str(tmp_path / "gone.pem"), Origin.variable("PIP_CERT"))
    server = serve(forge.issue())
    found = report(decide(TrustSettings(cert=(missing,))), f"https://localhost:{server.port}")
    assert found.exit_status == 1
    assert found.servers == ()
    assert "PIP_CERT" in "\n".join(as_text(found))
    assert as_json(found)["failure"]["kind"] == "NamedCertificateError"


def test_without_urls_the_policy_alone_is_told(policy: TrustPolicy) -> None:
    found = report(policy)
    assert found.exit_status == 0
    assert "CA certificates are taken from:" in as_text(found)


@pytest.mark.parametrize("url", ["http://localhost", "file:///tmp", "https://"])
def test_a_url_without_tls_is_refused(policy: TrustPolicy, url: str) -> None:
    with pytest.raises(UsageError, match="expected https"):
        report(policy, url)
