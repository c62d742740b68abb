from __future__ import annotations

import os
import ssl
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

from bootstrap._vendor import truststore
from bootstrap.provenance import Origin, Sourced
from bootstrap.trust import system_store
from bootstrap.trust.anchors import bundled_certificates, load_anchors
from bootstrap.trust.context import make_context, unverified_context
from bootstrap.trust.errors import NamedCertificateError, NoAnchorsError
from bootstrap.trust.policy import SystemStore, decide
from bootstrap.trust.settings import DefaultSources, TrustSettings
from bootstrap.trust.system_store import StorePaths
from tests.unit.trust.policies import CERT, added, context_for, exclusive
from tests.unit.trust.private_ca import CertificateSpec, IssuedCertificate, PrivateCa
from tests.unit.trust.tls_servers import TlsServer, greet

Serve = Callable[..., TlsServer]
SSL_FILE = Origin.variable("SSL_CERT_FILE")
SYSTEM = Sourced(DefaultSources.SYSTEM, Origin.option("--trust"))
BUNDLED = Sourced(DefaultSources.BUNDLED, Origin.option("--trust"))


def is_trusted(settings: TrustSettings, server: TlsServer, host: str = "localhost") -> bool:
    try:
        return greet(context_for(decide(settings)), server.port, host) == "hello"
    except ssl.SSLCertVerificationError:
        return False


@pytest.fixture
def server(private_ca: PrivateCa, serve: Serve) -> TlsServer:
    return serve(private_ca.issue())


@pytest.fixture
def system_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, other_ca: PrivateCa) -> Path:
    """A system store: one file that contains only `other_ca`."""
    place = tmp_path / "system.pem"
    place.write_bytes(other_ca.root.pem)
    found = system_store.find

    def find(store: SystemStore) -> StorePaths:
        return found(store) if store.is_redefined else StorePaths(place)

    monkeypatch.setattr(system_store, "find", find)
    return place


def test_an_unknown_ca_is_not_trusted(server: TlsServer) -> None:
    assert not is_trusted(TrustSettings(), server)


def test_a_named_ca_is_trusted(server: TlsServer, root_pem: Path) -> None:
    assert is_trusted(exclusive(root_pem), server)
    assert is_trusted(added(root_pem), server)
    assert is_trusted(TrustSettings(system_file=Sourced(str(root_pem), SSL_FILE)), server)


def test_a_directory_of_cas_is_trusted(
    server: TlsServer, tmp_path: Path, private_ca: PrivateCa
) -> None:
    (tmp_path / "cas").mkdir()
    (tmp_path / "cas/any-name.crt").write_bytes(private_ca.root.pem)
    assert is_trusted(exclusive(tmp_path / "cas"), server)


@pytest.mark.usefixtures("system_file")
def test_a_ca_of_the_system_store_is_trusted_only_if_the_store_is_in_force(
    other_ca: PrivateCa, serve: Serve, root_pem: Path
) -> None:
    server = serve(other_ca.issue())
    assert is_trusted(TrustSettings(), server)
    assert is_trusted(TrustSettings(default_sources=SYSTEM), server)
    assert is_trusted(added(root_pem), server)
    assert not is_trusted(TrustSettings(default_sources=BUNDLED), server)
    assert not is_trusted(exclusive(root_pem), server)


def test_cert_excludes_certifi_and_the_system_store(root_pem: Path) -> None:
    assert len(context_for(decide(exclusive(root_pem))).get_ca_certs()) == 1


def test_system_and_certifi_are_loaded_together_each_certificate_once() -> None:
    policy = decide(TrustSettings())
    anchors = load_anchors(policy)
    loaded = make_context(policy, anchors).get_ca_certs(binary_form=True)
    assert len(loaded) == len(set(loaded))
    assert set(loaded) >= set(anchors.sources[1].certificates)


def test_a_certificate_for_another_host_is_not_trusted(server: TlsServer, root_pem: Path) -> None:
    assert not is_trusted(exclusive(root_pem), server, host="elsewhere.example")


def test_a_named_intermediate_is_an_anchor(
    private_ca: PrivateCa, serve: Serve, tmp_path: Path
) -> None:
    intermediate = private_ca.intermediate()
    named = tmp_path / "intermediate.pem"
    named.write_bytes(intermediate.pem)
    assert is_trusted(exclusive(named), serve(private_ca.issue(by=intermediate)))


def test_tls_older_than_1_2_is_off(root_pem: Path) -> None:
    for context in (
        context_for(decide(exclusive(root_pem))),
        context_for(decide(TrustSettings())),
    ):
        assert context.minimum_version == ssl.TLSVersion.TLSv1_2
        assert context.check_hostname
        assert context.verify_mode == ssl.CERT_REQUIRED


def test_strict_verification_is_off_by_default(serve: Serve, tmp_path: Path) -> None:
    # Like the roots of many intercepting proxies: the CA flag is not marked critical.
    root = _root_without_critical_ca_flag(tmp_path)
    server = serve(_issued_by(root, tmp_path))
    assert is_trusted(exclusive(root), server)
    assert not is_trusted(exclusive(root, strict=True), server)


def test_a_trusted_host_gets_a_separate_context(server: TlsServer) -> None:
    policy = decide(TrustSettings(trusted_hosts=(Sourced("localhost", CERT),)))
    assert greet(unverified_context(policy), server.port) == "hello"
    with pytest.raises(ssl.SSLCertVerificationError):
        greet(context_for(policy), server.port)


@pytest.mark.parametrize("content", [None, b"", b"nothing"])
def test_a_file_that_cannot_be_used_is_an_error_before_any_connection(
    tmp_path: Path, content: bytes | None
) -> None:
    place = tmp_path / "ca.pem"
    if content is not None:
        place.write_bytes(content)
    with pytest.raises(NamedCertificateError, match="--cert"):
        context_for(decide(exclusive(place)))


def test_an_error_names_the_number_of_a_certificate_that_openssl_cannot_read(
    tmp_path: Path, private_ca: PrivateCa
) -> None:
    place = tmp_path / "ca.pem"
    place.write_bytes(private_ca.root.pem + _not_a_certificate())
    with pytest.raises(NamedCertificateError, match="certificate number 2"):
        context_for(decide(exclusive(place)))


def test_a_system_certificate_that_openssl_cannot_read_is_ignored_with_a_note(
    system_file: Path, other_ca: PrivateCa
) -> None:
    system_file.write_bytes(_not_a_certificate() + other_ca.root.pem)
    policy = decide(TrustSettings())
    notes: list[str] = []
    context = make_context(policy, load_anchors(policy), notes.append)
    assert notes == [
        (
            "OpenSSL cannot read 1 of the certificates of the system store (the default); "
            "they are ignored."
        )
    ]
    loaded = context.get_ca_certs(binary_form=True)
    assert other_ca.root.der in loaded
    assert set(loaded) == {other_ca.root.der, *bundled_certificates()}


def test_truststore_makes_the_context_if_the_operating_system_verifies(
    monkeypatch: pytest.MonkeyPatch, root_pem: Path
) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    context = context_for(decide(added(root_pem)))
    assert type(context) is truststore.SSLContext
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2


def test_cert_never_uses_the_operating_systems_verifier(
    monkeypatch: pytest.MonkeyPatch, root_pem: Path
) -> None:
    # truststore always adds the system's certificates on macOS and Windows.
    monkeypatch.setattr("sys.platform", "win32")
    assert type(context_for(decide(exclusive(root_pem)))) is ssl.SSLContext


def test_without_truststore_certifi_is_used_with_a_note(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    monkeypatch.setitem(sys.modules, "bootstrap._vendor.truststore", None)
    monkeypatch.delattr("bootstrap._vendor.truststore", raising=False)
    policy = decide(TrustSettings())
    anchors = load_anchors(policy)
    assert type(make_context(policy, anchors)) is ssl.SSLContext
    assert not anchors.sources[0].uses_os_verifier
    assert "the system store cannot be used: " in anchors.sources[0].notes[0]
    with pytest.raises(NoAnchorsError):
        context_for(decide(TrustSettings(default_sources=SYSTEM)))


def test_a_python_without_ssl_decides_the_policy_and_then_raises_an_error() -> None:
    script = (
        "import sys; sys.modules['ssl'] = sys.modules['_ssl'] = None\n"
        "from bootstrap.trust.policy import decide\n"
        "from bootstrap.trust.settings import TrustSettings\n"
        "from bootstrap.trust.anchors import Anchors, load_anchors\n"
        "from bootstrap.trust.context import make_context\n"
        "from bootstrap.tls_diagnosis.explain import explain\n"
        "from bootstrap.trust.children import child_certificates\n"
        "policy = decide(TrustSettings())\n"
        "assert child_certificates(policy, Anchors(), None).variables() == {}\n"
        "make_context(policy, load_anchors(policy))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False, stderr=subprocess.PIPE)
    assert b"TlsUnavailableError: This Python has no working ssl module" in done.stderr


def test_no_certificate_file_is_opened_after_the_context_is_made(
    private_ca: PrivateCa, serve: Serve, root_pem: Path, tmp_path: Path
) -> None:
    server = serve(private_ca.issue())
    script = (
        "import sys, socket, ssl\n"
        "from pathlib import Path\n"
        "from bootstrap.provenance import Sourced, Origin\n"
        "from bootstrap.trust.policy import decide\n"
        "from bootstrap.trust.settings import TrustSettings\n"
        "from bootstrap.trust.anchors import load_anchors\n"
        "from bootstrap.trust.context import make_context\n"
        "settings = TrustSettings(add_certs=(Sourced(sys.argv[1], Origin.option('--add-cert')),))\n"
        "policy = decide(settings)\n"
        "context = make_context(policy, load_anchors(policy))\n"
        "Path(sys.argv[1]).unlink()\n"
        "opened = []\n"
        "sys.addaudithook(lambda name, args: opened.append(args[0]) if name == 'open' else None)\n"
        "stats = context.cert_store_stats()\n"
        "for _ in range(3):\n"
        "    with socket.create_connection(('127.0.0.1', int(sys.argv[2]))) as plain:\n"
        "        with context.wrap_socket(plain, server_hostname='localhost') as tls:\n"
        "            tls.sendall(b'hi'); assert tls.recv(9) == b'hello'\n"
        "assert not [n for n in opened if not str(n).endswith(('.py', '.pyc'))], opened\n"
        "assert context.cert_store_stats() == stats\n"
    )
    command = [sys.executable, "-c", script, str(root_pem), str(server.port)]
    strace = _strace(tmp_path / "log")
    subprocess.run([*strace, *command], check=True, env={**os.environ, "PYTHONWARNINGS": "error"})
    if strace:  # OpenSSL opens files behind Python's back
        lines = (tmp_path / "log").read_text().splitlines()
        after = next(n for n, line in enumerate(lines) if f'unlink("{root_pem}"' in line)
        # Python itself looks for modules it imports late; certificates are not among them.
        assert [line for line in lines[after + 1 :] if "cert" in line or "ssl/" in line] == []


def _strace(log: Path) -> list[str]:
    import shutil

    program = shutil.which("strace")
    return [program, "-f", "-e", "trace=%file", "-o", str(log)] if program else []


def _not_a_certificate() -> bytes:
    """Return a PEM block that is well-formed DER, but not a certificate."""
    import base64

    body = base64.b64encode(bytes([0x30, 3, 0x02, 1, 5])).decode()
    return f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n".encode()


def _root_without_critical_ca_flag(directory: Path) -> Path:
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization

    from tests.unit.trust.private_ca import DAY, NOW

    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sloppy root")])
    root = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - DAY)
        .not_valid_after(NOW + DAY)
        .add_extension(x509.BasicConstraints(True, None), critical=False)  # x509's
        .sign(key, hashes.SHA256())
    )
    issued = IssuedCertificate(root, key)
    path = directory / "sloppy.pem"
    path.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    (directory / "sloppy.key").write_bytes(issued.key_pem)
    return path


def _issued_by(root: Path, directory: Path) -> IssuedCertificate:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    from tests.unit.trust.private_ca import make

    key = load_pem_private_key((directory / "sloppy.key").read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return make(
        CertificateSpec(), IssuedCertificate(x509.load_pem_x509_certificate(root.read_bytes()), key)
    )


def test_a_common_name_is_not_a_host_name(
    private_ca: PrivateCa, root_pem: Path, serve: Serve
) -> None:
    server = serve(private_ca.issue(CertificateSpec((), common_name="localhost")))
    assert not is_trusted(exclusive(root_pem), server)
    assert not is_trusted(added(root_pem), server)
    assert not is_trusted(TrustSettings(system_file=Sourced(str(root_pem), SSL_FILE)), server)


def test_the_common_name_need_not_be_among_the_alternative_names(
    private_ca: PrivateCa, root_pem: Path, serve: Serve
) -> None:
    server = serve(private_ca.issue(CertificateSpec(("localhost",), common_name="another")))
    assert is_trusted(exclusive(root_pem), server)
