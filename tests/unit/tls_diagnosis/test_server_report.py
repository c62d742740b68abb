from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from bootstrap.errors import BootstrapError
from bootstrap.provenance import Sourced
from bootstrap.tls_diagnosis.classify import Reason
from bootstrap.tls_diagnosis.connect import Server, TunnelRefusedError
from bootstrap.tls_diagnosis.explain import CertificateError
from bootstrap.tls_diagnosis.server_report import ServerReport, inspect_server
from bootstrap.trust.anchors import load_anchors
from bootstrap.trust.context import make_client_context, make_context
from bootstrap.trust.policy import TrustPolicy, decide
from bootstrap.trust.settings import TrustSettings
from tests.servers import Authority, ProxyServer
from tests.unit.trust.policies import ADD_CERT, CERT, added, exclusive
from tests.unit.trust.private_ca import CertificateSpec, PrivateCa
from tests.unit.trust.tls_servers import TlsServer

Serve = Callable[..., TlsServer]


pytestmark = pytest.mark.usefixtures("system_pem")


@pytest.fixture(name="added")
def policy_with_add_cert(root_pem: Path) -> TrustPolicy:
    return decide(added(root_pem))


@pytest.fixture(name="exclusive")
def policy_with_cert(root_pem: Path) -> TrustPolicy:
    return decide(exclusive(root_pem))


def inspect_(
    host: str, port: int, policy: TrustPolicy, *, proxy: str | None = None
) -> ServerReport:
    anchors = load_anchors(policy)
    server = Server(host, port, proxy)
    return inspect_server(
        server,
        policy,
        anchors,
        make_context(policy, anchors),
        make_client_context(policy, anchors),
    )


def votes(found: ServerReport) -> list[tuple[bool, bool]]:
    return [(verdict.in_force, verdict.accepted) for verdict in found.verdicts]


def test_the_report_of_a_trusted_server_has_its_chain_and_its_anchor(
    added: TrustPolicy, private_ca: PrivateCa, serve: Serve
) -> None:
    middle = private_ca.intermediate()
    server = serve(private_ca.issue(by=middle))
    found = inspect_("localhost", server.port, added)
    assert found.is_ok
    assert found.protocol == "TLSv1.3"
    assert [each.subject.get("CN") for each in found.chain] == ["server", "intermediate"]
    assert found.accepted_by is not None
    assert found.accepted_by.anchor is not None
    assert found.accepted_by.anchor.der == private_ca.root.der
    assert server.received == []


def test_every_store_has_its_own_verdict(
    added: TrustPolicy, private_ca: PrivateCa, other_ca: PrivateCa, serve: Serve
) -> None:
    ours = inspect_("localhost", serve(private_ca.issue()).port, added)
    assert votes(ours) == [(True, False), (True, False), (True, True)]
    theirs = inspect_("localhost", serve(other_ca.issue()).port, added)
    assert votes(theirs) == [(True, True), (True, False), (True, False)]
    assert "the system store" in theirs.verdicts[0].source


def test_stores_that_are_not_in_force_have_a_verdict_too(
    exclusive: TrustPolicy, other_ca: PrivateCa, serve: Serve
) -> None:
    found = inspect_("localhost", serve(other_ca.issue()).port, exclusive)
    assert votes(found) == [(True, False), (False, True), (False, False)]
    assert isinstance(found.failure, CertificateError)
    assert found.failure.reason is Reason.UNKNOWN_ISSUER
    assert "use --add-cert instead" in str(found.failure.hint)
    assert [each.subject.get("CN") for each in found.chain] == ["server"]


def test_no_store_accepts_a_certificate_with_a_common_name_only(
    added: TrustPolicy, private_ca: PrivateCa, serve: Serve
) -> None:
    server = serve(private_ca.issue(CertificateSpec((), common_name="localhost")))
    found = inspect_("localhost", server.port, added)
    assert votes(found) == [(True, False), (True, False), (True, False)]
    assert isinstance(found.failure, CertificateError)
    assert found.failure.reason is Reason.NO_ALTERNATIVE_NAME


def test_a_trusted_host_is_ok_but_unverified(serve: Serve) -> None:
    alone = PrivateCa("alone")
    policy = decide(TrustSettings(trusted_hosts=(Sourced("localhost", CERT),)))
    found = inspect_("localhost", serve(alone.issue()).port, policy)
    assert found.is_ok
    assert found.unverified_by == CERT
    assert found.accepted_by is None


def test_an_intercepting_product_is_recognised_even_if_it_is_trusted(
    tmp_path: Path, serve: Serve
) -> None:
    zscaler = PrivateCa("Zscaler Root CA", organisation="Zscaler Inc.")
    path = tmp_path / "zscaler.pem"
    path.write_bytes(zscaler.root.pem)
    policy = decide(TrustSettings(add_certs=(Sourced(str(path), ADD_CERT),)))
    found = inspect_("localhost", serve(zscaler.issue()).port, policy)
    assert found.is_ok
    assert found.product is not None
    assert found.product.name == "Zscaler"


def test_a_server_that_cannot_be_reached_is_a_failure(added: TrustPolicy) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    found = inspect_("localhost", port, added)
    assert not isinstance(found.failure, CertificateError)
    assert "Cannot connect to localhost:" in str(found.failure)


@pytest.mark.parametrize("encrypted", [False, True])
def test_a_server_is_inspected_through_a_proxy(
    private_ca: PrivateCa, serve: Serve, root_pem: Path, tmp_path: Path, encrypted: bool
) -> None:
    authority = Authority()
    proxy_pem = authority.write_pem(tmp_path / "proxy.pem")
    certs = (Sourced(str(root_pem), ADD_CERT), Sourced(str(proxy_pem), ADD_CERT))
    policy = decide(TrustSettings(add_certs=certs))
    server = serve(private_ca.issue(CertificateSpec(("behind.example",))))
    with ProxyServer(authority if encrypted else None) as proxy:
        proxy.hosts["behind.example"] = "127.0.0.1"
        found = inspect_("behind.example", server.port, policy, proxy=proxy.url)
    assert found.is_ok
    assert votes(found)[2:] == [(True, True), (True, False)]
    assert set(proxy.tunnels) == {f"behind.example:{server.port}"}


def test_the_error_for_an_untrusted_proxy_names_the_proxy(exclusive: TrustPolicy) -> None:
    with ProxyServer(Authority()) as proxy:
        found = inspect_("behind.example", 443, exclusive, proxy=proxy.url)
        assert isinstance(found.failure, CertificateError)
        assert found.failure.port == proxy.port
        assert proxy.requests == []


def test_the_error_for_a_proxy_that_requires_a_password_does_not_contain_it(
    exclusive: TrustPolicy,
) -> None:
    with ProxyServer(credentials=("me", "secret")) as proxy:
        url = proxy.url.replace("://", "://me:wrong@")
        found = inspect_("behind.example", 443, exclusive, proxy=url)
    assert isinstance(found.failure, TunnelRefusedError)
    assert found.failure.status == 407
    assert "user name and a password" in str(found.failure.hint)
    assert "wrong" not in str(found.failure)


@pytest.mark.parametrize("proxy", ["socks5://localhost:1", "https://"])
def test_an_unsupported_proxy_is_a_failure(exclusive: TrustPolicy, proxy: str) -> None:
    found = inspect_("behind.example", 443, exclusive, proxy=proxy)
    assert isinstance(found.failure, BootstrapError)
    assert "expected http:// or https://" in str(found.failure)
