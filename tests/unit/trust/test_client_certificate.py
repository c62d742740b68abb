from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from bootstrap.provenance import Origin, Sourced
from bootstrap.trust.anchors import load_anchors
from bootstrap.trust.client_certificate import ClientCertificateError
from bootstrap.trust.context import make_client_context
from bootstrap.trust.policy import decide
from bootstrap.trust.settings import TrustSettings
from tests.unit.trust.private_ca import CertificateSpec, IssuedCertificate, PrivateCa
from tests.unit.trust.tls_servers import TlsServer, greet

CLIENT = Origin.variable("SSL_CLIENT_CERT")


@pytest.fixture
def ours(private_ca: PrivateCa) -> IssuedCertificate:
    return private_ca.issue(CertificateSpec((), common_name="the client"))


def with_client(root_pem: Path, client: Path) -> ssl.SSLContext:
    settings = TrustSettings(
        cert=(Sourced(str(root_pem), CLIENT),), client_cert=(Sourced(str(client), CLIENT),)
    )
    policy = decide(settings)
    context = make_client_context(policy, load_anchors(policy))
    assert context is not None
    return context


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_server_that_requires_a_client_certificate_gets_it(
    private_ca: PrivateCa,
    ours: IssuedCertificate,
    root_pem: Path,
    tmp_path: Path,
    serve: Callable[..., TlsServer],
    version: ssl.TLSVersion,
) -> None:
    def configure(context: ssl.SSLContext) -> None:
        context.maximum_version = version
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(root_pem)

    server = serve(private_ca.issue(), configure=configure)
    client = ours.write(tmp_path / "client.pem")
    assert greet(with_client(root_pem, client), server.port) == "hello"


def test_every_defect_of_a_client_certificate_has_its_own_error(
    other_ca: PrivateCa, ours: IssuedCertificate, root_pem: Path, tmp_path: Path
) -> None:
    other_key = other_ca.root.key_pem
    faults = {
        "No such file": None,
        "it is not PEM text": ours.der,
        "it contains no certificate": ours.key_pem,
        "it contains no private key": ours.pem,
        "belongs to another certificate": ours.pem + other_key,
        "its private key is encrypted": ours.pem + ours.encrypted_key_pem(b"secret"),
        "OpenSSL refuses it": ours.pem + ours.key_pem[:60] + b"\n-----END PRIVATE KEY-----\n",
    }
    for number, (why, content) in enumerate(faults.items()):
        client = tmp_path / f"client{number}.pem"
        if content is not None:
            client.write_bytes(content)
        with pytest.raises(ClientCertificateError, match=why) as caught:
            with_client(root_pem, client)
        assert "SSL_CLIENT_CERT" in str(caught.value)
        assert str(client) in str(caught.value)
        assert caught.value.hint
