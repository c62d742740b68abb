from __future__ import annotations

import datetime as dt
import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509 import load_pem_x509_certificate

from bootstrap.errors import BootstrapError
from bootstrap.provenance import Origin, Sourced
from bootstrap.tls_diagnosis import advice
from bootstrap.tls_diagnosis.advice import Findings
from bootstrap.tls_diagnosis.certificate import format_date, parse
from bootstrap.tls_diagnosis.classify import Failure, Reason
from bootstrap.tls_diagnosis.connect import Server
from bootstrap.tls_diagnosis.explain import (
    CertificateError,
    build_error,
    clock_problem,
    explain,
    release_date,
)
from bootstrap.trust.anchors import load_anchors
from bootstrap.trust.context import make_client_context
from bootstrap.trust.policy import TrustPolicy, decide
from bootstrap.trust.settings import DefaultSources, TrustSettings
from tests.servers import Authority, ProxyServer
from tests.unit.trust.policies import ADD_CERT, CERT, added, context_for
from tests.unit.trust.private_ca import (
    CLIENT_ONLY,
    DAY,
    NOW,
    CertificateSpec,
    IssuedCertificate,
    PrivateCa,
)
from tests.unit.trust.private_ca import make as make_certificate
from tests.unit.trust.tls_servers import RawServer, TlsServer, greet

Serve = Callable[..., TlsServer]


@pytest.fixture
def policy(root_pem: Path) -> TrustPolicy:
    """A policy that trusts `private_ca` and the defaults."""
    return decide(added(root_pem))


def failed(policy: TrustPolicy, port: int, host: str = "localhost") -> CertificateError:
    """Connect, fail, and explain the failure."""
    context = context_for(policy)
    with pytest.raises(ssl.SSLError) as caught:
        greet(make_client_context(policy, load_anchors(policy)) or context, port, host)
    server = Server("127.0.0.1" if host != "localhost" else host, port)
    found = explain(caught.value, server, policy, context)
    assert found is not None
    assert found.hint
    assert found.port == port
    return found


def test_an_expired_certificate(policy: TrustPolicy, private_ca: PrivateCa, serve: Serve) -> None:
    spec = CertificateSpec(not_before=NOW - 30 * DAY, not_after=NOW - 3 * DAY)
    found = failed(policy, serve(private_ca.issue(spec)).port)
    assert found.reason is Reason.EXPIRED
    assert f"expired on {format_date(spec.not_after)}, 3 days ago" in str(found)
    assert "renew the certificate" in str(found.hint)


def test_a_certificate_that_is_not_yet_valid(
    policy: TrustPolicy, private_ca: PrivateCa, serve: Serve
) -> None:
    spec = CertificateSpec(not_before=NOW + 3 * DAY)
    found = failed(policy, serve(private_ca.issue(spec)).port)
    assert found.reason is Reason.NOT_YET_VALID
    assert f"not valid before {format_date(spec.not_before)}, and" in str(found)
    assert f"this machine's clock shows {format_date(NOW)}" in str(found)
    assert "This machine's clock is probably wrong" in str(found.hint)


def test_the_error_names_an_expired_intermediate(
    policy: TrustPolicy, private_ca: PrivateCa, serve: Serve
) -> None:
    spec = CertificateSpec((), common_name="old one", is_ca=True, not_after=NOW - DAY / 2)
    old = make_certificate(spec, private_ca.root)
    found = failed(policy, serve(private_ca.issue(by=old)).port)
    assert found.reason is Reason.EXPIRED
    assert "the certificate of CN=old one" in str(found)


def test_a_certificate_for_another_host(
    policy: TrustPolicy, private_ca: PrivateCa, serve: Serve
) -> None:
    spec = CertificateSpec(("one.example", "two.example"))
    found = failed(policy, serve(private_ca.issue(spec)).port)
    assert found.reason is Reason.WRONG_HOST
    assert "not for localhost, but for one.example, two.example" in str(found)


def test_a_certificate_with_a_common_name_only(
    policy: TrustPolicy, private_ca: PrivateCa, serve: Serve
) -> None:
    found = failed(
        policy, serve(private_ca.issue(CertificateSpec((), common_name="localhost"))).port
    )
    assert found.reason is Reason.NO_ALTERNATIVE_NAME
    assert "names no host in its subjectAltName extension, which must contain localhost" in str(
        found
    )
    assert "the common name (CN) does not count" in str(found)
    assert "presented: CN=localhost" in str(found)
    assert "must install a certificate with a subjectAltName" in str(found.hint)


def test_a_certificate_without_the_address_of_the_url(
    policy: TrustPolicy, private_ca: PrivateCa, serve: Serve
) -> None:
    found = failed(
        policy, serve(private_ca.issue(CertificateSpec(("localhost",)))).port, "127.0.0.1"
    )
    assert found.reason is Reason.WRONG_HOST


def test_a_self_signed_certificate(policy: TrustPolicy, serve: Serve) -> None:
    alone = make_certificate(CertificateSpec(common_name="just me"), None)
    found = failed(policy, serve(alone).port)
    assert found.reason is Reason.SELF_SIGNED
    assert "presented: CN=just me" in str(found)
    assert "--add-cert" in str(found.hint)


def test_an_unknown_issuer_is_named_with_the_trust_stores(
    policy: TrustPolicy, root_pem: Path, other_ca: PrivateCa, serve: Serve
) -> None:
    found = failed(policy, serve(other_ca.issue(CertificateSpec(organisation="Shop"))).port)
    assert found.reason is Reason.UNKNOWN_ISSUER
    message = str(found)
    assert message.startswith(
        f"Cannot trust localhost:{found.port}: its certificate was issued by "
        '"CN=Somebody Else, O=Elsewhere", which none of your trust stores contain.\n'
    )
    assert "presented: CN=server, O=Shop" in message
    assert f"{root_pem} (added, from --add-cert)" in message
    assert "certifi (bundled)" in message
    assert "--add-cert FILE" in str(found.hint)
    assert "update-ca-certificates" in str(found.hint)
    assert [str(each.subject) for each in found.chain] == ["CN=server, O=Shop"]


def test_an_unknown_root_that_the_server_sends(
    policy: TrustPolicy, other_ca: PrivateCa, serve: Serve
) -> None:
    leaf = other_ca.issue(by=other_ca.intermediate("middle", "Elsewhere"))
    whole = replace(leaf, intermediates=(*leaf.intermediates, other_ca.root.certificate))
    found = failed(policy, serve(whole).port)
    assert found.reason is Reason.UNKNOWN_ISSUER
    assert (
        'issued by "CN=Somebody Else, O=Elsewhere", which none of your trust stores contain'
    ) in str(found)
    assert len(found.chain) == 3


@pytest.mark.parametrize("clue", ["organisation", "address"])
def test_a_missing_intermediate_is_distinguished_from_an_unknown_issuer(
    policy: TrustPolicy, private_ca: PrivateCa, other_ca: PrivateCa, serve: Serve, clue: str
) -> None:
    if clue == "organisation":  # of a trusted authority
        leaf = private_ca.issue(by=private_ca.intermediate("forgotten"))
    else:
        spec = CertificateSpec(issuer_url="http://pki.example/ca.crt")
        leaf = other_ca.issue(spec, by=other_ca.intermediate("forgotten", "Elsewhere"))
    found = failed(policy, serve(replace(leaf, intermediates=())).port)
    assert found.reason is Reason.MISSING_INTERMEDIATE
    assert "the server does not send the intermediate certificate of CN=forgotten" in str(found)
    assert "whole chain" in str(found.hint)


def test_an_authority_that_only_a_replaced_store_contains(
    monkeypatch: pytest.MonkeyPatch,
    root_pem: Path,
    tmp_path: Path,
    other_ca: PrivateCa,
    serve: Serve,
) -> None:
    from bootstrap.trust import system_store
    from bootstrap.trust.system_store import StorePaths

    system = tmp_path / "system.pem"
    system.write_bytes(other_ca.root.pem)
    monkeypatch.setattr(system_store, "find", lambda _: StorePaths(system))
    exclusive = decide(TrustSettings(cert=(Sourced(str(root_pem), CERT),)))
    found = failed(exclusive, serve(other_ca.issue()).port)
    assert "This authority is in the system store, but --cert replaces all other sources" in str(
        found.hint
    )


def test_a_weak_key(policy: TrustPolicy, private_ca: PrivateCa, serve: Serve) -> None:
    key = rsa.generate_private_key(65537, 1024)
    found = failed(policy, serve(private_ca.issue(CertificateSpec(key=key))).port)
    assert found.reason is Reason.WEAK_KEY
    assert "RSA, 1024 bits" in str(found)


@pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl program to sign weakly with")
def test_a_weak_signature(
    policy: TrustPolicy, private_ca: PrivateCa, serve: Serve, tmp_path: Path
) -> None:
    leaf = private_ca.issue()
    (tmp_path / "ca.pem").write_bytes(private_ca.root.pem)
    (tmp_path / "ca.key").write_bytes(private_ca.root.key_pem)
    (tmp_path / "leaf.key").write_bytes(leaf.key_pem)
    command = (
        "openssl req -x509 -new -sha1 -days 9 -CA ca.pem -CAkey ca.key -key leaf.key "
        "-subj /CN=weak -addext subjectAltName=DNS:localhost"
    )
    signed = subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True)
    weak = replace(leaf, certificate=load_pem_x509_certificate(signed.stdout))
    found = failed(policy, serve(weak).port)
    assert found.reason is Reason.WEAK_SIGNATURE
    assert "ecdsa-with-SHA1" in str(found)


def test_a_certificate_for_clients_only(
    policy: TrustPolicy, private_ca: PrivateCa, serve: Serve
) -> None:
    found = failed(policy, serve(private_ca.issue(CertificateSpec(usage=CLIENT_ONLY))).port)
    assert found.reason is Reason.WRONG_PURPOSE


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_server_that_requires_a_client_certificate(
    policy: TrustPolicy, private_ca: PrivateCa, serve: Serve, version: ssl.TLSVersion
) -> None:
    def configure(context: ssl.SSLContext) -> None:
        context.maximum_version = version
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=private_ca.root.der)

    found = failed(policy, serve(private_ca.issue(), configure=configure).port)
    assert found.reason is Reason.CLIENT_CERTIFICATE
    assert "the server requires a client certificate" in str(found)
    assert "--client-cert" in str(found.hint)


def test_a_server_that_does_not_trust_the_client_certificate(
    root_pem: Path, tmp_path: Path, private_ca: PrivateCa, other_ca: PrivateCa, serve: Serve
) -> None:
    def configure(context: ssl.SSLContext) -> None:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=private_ca.root.der)

    ours = other_ca.issue(CertificateSpec(())).write(tmp_path / "ours.pem")
    client = Sourced(str(ours), Origin.option("--client-cert"))
    settings = TrustSettings(cert=(Sourced(str(root_pem), CERT),), client_cert=(client,))
    found = failed(decide(settings), serve(private_ca.issue(), configure=configure).port)
    assert found.reason is Reason.CLIENT_CERTIFICATE
    assert f"did not accept the client certificate {ours}" in str(found)


def test_a_server_without_a_common_protocol_version(
    policy: TrustPolicy, private_ca: PrivateCa, serve: Serve
) -> None:
    def configure(context: ssl.SSLContext) -> None:
        context.minimum_version = ssl.TLSVersion.TLSv1_3

    port = serve(private_ca.issue(), configure=configure).port
    context = context_for(policy)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises(ssl.SSLError) as caught:
        greet(context, port)
    found = explain(caught.value, Server("localhost", port), policy, context)
    assert found is not None
    assert found.reason is Reason.PROTOCOL


def test_a_server_that_refuses_the_handshake(
    policy: TrustPolicy, private_ca: PrivateCa, serve: Serve
) -> None:
    def configure(context: ssl.SSLContext) -> None:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("ECDHE-RSA-AES128-GCM-SHA256")  # its key is not RSA

    found = failed(policy, serve(private_ca.issue(), configure=configure).port)
    assert found.reason is Reason.REFUSED
    assert "refused the handshake" in str(found)


def test_a_server_that_speaks_plain_http(policy: TrustPolicy) -> None:
    def answer(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    with RawServer(answer) as server:
        found = failed(policy, server.port)
    assert found.reason is Reason.NO_TLS
    assert "does not speak TLS" in str(found)


def test_a_server_that_closes_the_connection_during_the_handshake(policy: TrustPolicy) -> None:
    with RawServer(lambda connection: print(end=str(connection.recv(1000))[:0])) as server:
        found = failed(policy, server.port)
    assert found.reason is Reason.BROKEN_OFF


def test_an_unreachable_server_is_not_explained(policy: TrustPolicy) -> None:
    error = ConnectionRefusedError(111, "refused")
    assert explain(error, Server("localhost", 1), policy, context_for(policy)) is None


def test_the_failure_is_explained_even_if_the_chain_is_unknown(policy: TrustPolicy) -> None:
    error = ssl.SSLCertVerificationError("certificate has expired")
    error.verify_code, error.verify_message = 10, "certificate has expired"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    found = explain(error, Server("localhost", port), policy, context_for(policy))
    assert found is not None
    assert found.reason is Reason.EXPIRED
    assert found.chain == ()


def test_fetching_the_chain_sends_no_request(
    policy: TrustPolicy, other_ca: PrivateCa, serve: Serve
) -> None:
    server = serve(other_ca.issue())
    assert failed(policy, server.port).chain
    assert server.received == []


@pytest.mark.parametrize("encrypted", [False, True])
def test_the_chain_is_fetched_through_a_proxy_with_a_password(
    other_ca: PrivateCa, serve: Serve, tmp_path: Path, encrypted: bool
) -> None:
    authority = Authority()
    settings = TrustSettings(
        cert=(Sourced(str(authority.write_pem(tmp_path / "proxy.pem")), CERT),)
    )
    server = serve(other_ca.issue(CertificateSpec(("behind.example",))))
    credentials = ("me", "pass:word")
    with ProxyServer(authority if encrypted else None, credentials=credentials) as proxy:
        proxy.hosts["behind.example"] = "127.0.0.1"
        url = proxy.url.replace("://", "://me:pass%3Aword@")
        error = ssl.SSLCertVerificationError("unable to get local issuer certificate")
        policy = decide(settings)
        behind = Server("behind.example", server.port, proxy=url)
        found = explain(error, behind, policy, context_for(policy))
    assert found is not None
    assert proxy.tunnels == [f"behind.example:{server.port}"]
    assert [each.subject.get("CN") for each in found.chain] == ["server"]


def test_an_intercepting_product_is_named(serve: Serve, policy: TrustPolicy) -> None:
    zscaler = PrivateCa("Zscaler Root CA", organisation="Zscaler Inc.")
    found = failed(policy, serve(zscaler.issue()).port)
    assert "that of Zscaler, which intercepts TLS connections" in str(found.hint)


def test_a_wrong_clock_is_detected(private_ca: PrivateCa) -> None:
    made = dt.datetime(2026, 10, 18, tzinfo=dt.timezone.utc)
    past, future = dt.datetime(2001, 1, 1, tzinfo=dt.timezone.utc), made + 20 * 365 * DAY
    assert "before this program was released (2026-10-18)" in str(clock_problem(past, made))
    assert "long after" in str(clock_problem(future, made))
    assert clock_problem(made + DAY, made) is None
    chain = (parse(private_ca.issue().der),)
    failure = Failure(Reason.NOT_YET_VALID, "certificate is not yet valid")
    found = Findings(
        failure,
        Server("localhost"),
        TrustPolicy(()),
        chain,
        past,
        clock_problem=clock_problem(past, made),
    )
    assert "clock shows 2001-01-01" in advice.message(found)
    assert advice.hint(found).startswith(
        "This machine's clock is probably wrong: this machine's clock shows 2001-01-01"
    )
    assert "Set the clock." in advice.hint(found)


def test_the_release_date_is_in_the_past() -> None:
    made = release_date()
    assert made is not None
    assert clock_problem(NOW, made) is None


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("chain_is_known", [True, False])
def test_every_reason_has_a_message_and_a_hint(
    policy: TrustPolicy, root_pem: Path, private_ca: PrivateCa, reason: Reason, chain_is_known: bool
) -> None:
    chain = (parse(private_ca.issue().der),) if chain_is_known else ()
    found = build_error(
        Failure(reason, "the words"),
        Server("localhost", 8443),
        policy,
        context_for(policy),
        chain,
    )
    assert isinstance(found, BootstrapError)
    assert str(found).splitlines()[0].endswith(".")
    assert "localhost:8443" in str(found)
    assert "reported: the words" in str(found)
    command = "python3 get-installer.pyz doctor -v https://localhost:8443 --add-cert"
    assert str(found.hint).endswith(f"{command} {root_pem}")


def test_terminal_escapes_in_a_certificate_are_removed(policy: TrustPolicy, serve: Serve) -> None:
    evil = PrivateCa("\x1b]0;owned\x07", organisation="\x1b[2J")
    issued: IssuedCertificate = evil.issue(CertificateSpec(("\x1b[1m.example", "localhost")))
    found = failed(policy, serve(issued).port)
    assert "\x1b" not in f"{found}{found.hint}"


def test_the_doctor_command_has_the_options_of_the_run_but_no_password() -> None:
    trust = Origin.option("--trust")
    settings = TrustSettings(
        add_certs=(
            Sourced("/my ca.pem", ADD_CERT),
            Sourced("/other.pem", Origin.variable("REQUESTS_CA_BUNDLE")),
        ),
        client_cert=(Sourced("/me.pem", Origin.option("--client-cert")),),
        trusted_hosts=(Sourced("build.local", Origin.option("--trusted-host")),),
        default_sources=Sourced(DefaultSources.BUNDLED, trust),
        strict=True,
    )
    server = Server("localhost", 8443, proxy="http://me:secret@proxy:3128")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    found = build_error(Failure(Reason.EXPIRED, "expired"), server, decide(settings), context, ())
    assert str(found.hint).splitlines()[-1] == (
        "python3 get-installer.pyz doctor -v https://localhost:8443 --add-cert '/my ca.pem' "
        "--trust bundled --client-cert /me.pem --trusted-host build.local --strict "
        "--proxy http://USER:PASSWORD@proxy:3128"
    )
