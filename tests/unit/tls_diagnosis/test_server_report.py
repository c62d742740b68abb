from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from bootstrap.errors import BootstrapError
from bootstrap.provenance import Origin, Sourced
from bootstrap.tls_diagnosis.classify import Reason
from bootstrap.tls_diagnosis.connect import Server, TunnelRefusedError
from bootstrap.tls_diagnosis.explain import CertificateError
from bootstrap.tls_diagnosis.server_report import ServerReport, inspect_server
from bootstrap.trust import system_store
from bootstrap.trust.anchors import load_anchors
from bootstrap.trust.context import make_context
from bootstrap.trust.policy import TrustPolicy, decide
from bootstrap.trust.settings import TrustSettings
from bootstrap.trust.system_store import StorePaths
from tests.servers import Authority, ProxyServer
from tests.unit.trust.authorities import Forge, Wish
from tests.unit.trust.tls_servers import TlsServer

Serve = Callable[..., TlsServer]
CERT, ADD_CERT = Origin.option("--cert"), Origin.option("--add-cert")


@pytest.fixture(autouse=True)
def system_pem(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, stranger: Forge) -> Path:
    """The system's store: the stranger alone."""
    place = tmp_path / "system.pem"
    place.write_bytes(stranger.root.pem)
    monkeypatch.setattr(system_store, "find", lambda _: StorePaths(place))
    return place


@pytest.fixture
def added(root_pem: Path) -> TrustPolicy:
    return decide(TrustSettings(add_certs=(Sourced(str(root_pem), ADD_CERT),)))


@pytest.fixture
def exclusive(root_pem: Path) -> TrustPolicy:
    return decide(TrustSettings(cert=(Sourced(str(root_pem), CERT),)))


def inspect_(
    host: str, port: int, policy: TrustPolicy, *, proxy: str | None = None
) -> ServerReport:
    anchors = load_anchors(policy)
    server = Server(host, port, proxy)
    return inspect_server(server, policy, anchors, make_context(policy, anchors))


def votes(found: ServerReport) -> list[tuple[bool, bool]]:
    return [(verdict.in_force, verdict.accepted) for verdict in found.verdicts]


def test_a_good_server_is_shown_with_its_chain_and_its_anchor(
    added: TrustPolicy, forge: Forge, serve: Serve
) -> None:
    middle = forge.intermediate()
    server = serve(forge.issue(by=middle))
    found = inspect_("localhost", server.port, added)
    assert found.is_ok
    assert found.protocol == "TLSv1.3"
    assert [each.subject.get("CN") for each in found.chain] == ["server", "intermediate"]
    assert found.accepted_by is not None
    assert found.accepted_by.anchor is not None
    assert found.accepted_by.anchor.der == forge.root.der
    assert server.received == []


def test_each_store_gives_its_own_verdict(
    added: TrustPolicy, forge: Forge, stranger: Forge, serve: Serve
) -> None:
    ours = inspect_("localhost", serve(forge.issue()).port, added)
    assert votes(ours) == [(True, False), (True, False), (True, True)]
    theirs = inspect_("localhost", serve(stranger.issue()).port, added)
    assert votes(theirs) == [(True, True), (True, False), (True, False)]
    assert "the system store" in theirs.verdicts[0].source


def test_stores_that_are_not_asked_are_heard_all_the_same(
    exclusive: TrustPolicy, stranger: Forge, serve: Serve
) -> None:
    found = inspect_("localhost", serve(stranger.issue()).port, exclusive)
    assert votes(found) == [(True, False), (False, True), (False, False)]
    assert isinstance(found.failure, CertificateError)
    assert found.failure.reason is Reason.UNKNOWN_ISSUER
    assert "use --add-cert instead" in str(found.failure.hint)
    assert [each.subject.get("CN") for each in found.chain] == ["server"]


def test_a_trusted_host_is_good_but_shown_as_unverified(serve: Serve) -> None:
    alone = Forge("alone")
    policy = decide(TrustSettings(trusted_hosts=(Sourced("localhost", CERT),)))
    found = inspect_("localhost", serve(alone.issue()).port, policy)
    assert found.is_ok
    assert found.unverified_by == CERT
    assert found.accepted_by is None


def test_an_interception_is_recognised_even_where_it_is_trusted(
    tmp_path: Path, serve: Serve
) -> None:
    zscaler = Forge("Zscaler Root CA", organisation="Zscaler Inc.")
    path = tmp_path / "zscaler.pem"
    path.write_bytes(zscaler.root.pem)
    policy = decide(TrustSettings(add_certs=(Sourced(str(path), ADD_CERT),)))
    found = inspect_("localhost", serve(zscaler.issue()).port, policy)
    assert found.is_ok
    assert found.product is not None
    assert found.product.name == "Zscaler"


def test_a_server_that_cannot_be_reached_is_told_so(added: TrustPolicy) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    found = inspect_("localhost", port, added)
    assert not isinstance(found.failure, CertificateError)
    assert "Cannot connect to localhost:" in str(found.failure)


@pytest.mark.parametrize("encrypted", [False, True])
def test_a_server_is_examined_through_a_proxy(
    forge: Forge, serve: Serve, root_pem: Path, tmp_path: Path, encrypted: bool
) -> None:
    authority = Authority()
    proxy_pem = authority.write_pem(tmp_path / "proxy.pem")
    certs = (Sourced(str(root_pem), ADD_CERT), Sourced(str(proxy_pem), ADD_CERT))
    policy = decide(TrustSettings(add_certs=certs))
    server = serve(forge.issue(Wish(("behind.example",))))
    with ProxyServer(authority if encrypted else None) as proxy:
        proxy.hosts["behind.example"] = "127.0.0.1"
        found = inspect_("behind.example", server.port, policy, proxy=proxy.url)
    assert found.is_ok
    assert votes(found)[2:] == [(True, True), (True, False)]
    assert set(proxy.tunnels) == {f"behind.example:{server.port}"}


def test_a_proxy_that_is_not_believed_is_told_by_its_own_address(exclusive: TrustPolicy) -> None:
    with ProxyServer(Authority()) as proxy:
        found = inspect_("behind.example", 443, exclusive, proxy=proxy.url)
        assert isinstance(found.failure, CertificateError)
        assert found.failure.port == proxy.port
        assert proxy.requests == []


def test_a_proxy_that_wants_a_password_is_told_so_without_giving_it_away(
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
def test_a_proxy_of_another_kind_is_told_so(exclusive: TrustPolicy, proxy: str) -> None:
    found = inspect_("behind.example", 443, exclusive, proxy=proxy)
    assert isinstance(found.failure, BootstrapError)
    assert "expected http:// or https://" in str(found.failure)
