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
from bootstrap.trust.policy import SystemStore, TrustPolicy, decide
from bootstrap.trust.settings import DefaultSources, TrustSettings
from bootstrap.trust.system_store import StorePaths
from tests.unit.trust.authorities import Forge, Issued, Wish
from tests.unit.trust.tls_servers import TlsServer, greet

Serve = Callable[..., TlsServer]
CERT, ADD_CERT = Origin.option("--cert"), Origin.option("--add-cert")
SSL_FILE = Origin.variable("SSL_CERT_FILE")
SYSTEM = Sourced(DefaultSources.SYSTEM, Origin.option("--trust"))
BUNDLED = Sourced(DefaultSources.BUNDLED, Origin.option("--trust"))


def exclusive(path: Path, **more: object) -> TrustSettings:
    return TrustSettings(cert=(Sourced(str(path), CERT),), **more)  # type: ignore[arg-type]  # passed on


def added(path: Path, **more: object) -> TrustSettings:
    return TrustSettings(add_certs=(Sourced(str(path), ADD_CERT),), **more)  # type: ignore[arg-type]  # passed on


def context_for(policy: TrustPolicy) -> ssl.SSLContext:
    return make_context(policy, load_anchors(policy))


def believes(settings: TrustSettings, server: TlsServer, host: str = "localhost") -> bool:
    try:
        return greet(context_for(decide(settings)), server.port, host) == "hello"
    except ssl.SSLCertVerificationError:
        return False


@pytest.fixture
def server(forge: Forge, serve: Serve) -> TlsServer:
    return serve(forge.issue())


@pytest.fixture
def system_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, stranger: Forge) -> Path:
    """The system's store: a file that knows the stranger only."""
    place = tmp_path / "system.pem"
    place.write_bytes(stranger.root.pem)
    found = system_store.find

    def find(store: SystemStore) -> StorePaths:
        return found(store) if store.is_redefined else StorePaths(place)

    monkeypatch.setattr(system_store, "find", find)
    return place


def test_nobody_believes_an_authority_that_nobody_named(server: TlsServer) -> None:
    assert not believes(TrustSettings(), server)


def test_a_named_authority_is_believed(server: TlsServer, root_pem: Path) -> None:
    assert believes(exclusive(root_pem), server)
    assert believes(added(root_pem), server)
    assert believes(TrustSettings(system_file=Sourced(str(root_pem), SSL_FILE)), server)


def test_a_directory_of_authorities_is_believed(
    server: TlsServer, tmp_path: Path, forge: Forge
) -> None:
    (tmp_path / "cas").mkdir()
    (tmp_path / "cas/any-name.crt").write_bytes(forge.root.pem)
    assert believes(exclusive(tmp_path / "cas"), server)


@pytest.mark.usefixtures("system_file")
def test_what_the_system_knows_is_believed_unless_it_is_not_asked(
    stranger: Forge, serve: Serve, root_pem: Path
) -> None:
    server = serve(stranger.issue())
    assert believes(TrustSettings(), server)
    assert believes(TrustSettings(default_sources=SYSTEM), server)
    assert believes(added(root_pem), server)
    assert not believes(TrustSettings(default_sources=BUNDLED), server)
    assert not believes(exclusive(root_pem), server)


def test_an_exclusive_cert_believes_neither_certifi_nor_the_system(root_pem: Path) -> None:
    assert len(context_for(decide(exclusive(root_pem))).get_ca_certs()) == 1


def test_system_and_certifi_are_loaded_together_each_certificate_once() -> None:
    policy = decide(TrustSettings())
    anchors = load_anchors(policy)
    loaded = make_context(policy, anchors).get_ca_certs(binary_form=True)
    assert len(loaded) == len(set(loaded))
    assert set(loaded) >= set(anchors.sources[1].certificates)


def test_another_name_than_the_certificates_is_not_believed(
    server: TlsServer, root_pem: Path
) -> None:
    assert not believes(exclusive(root_pem), server, host="elsewhere.example")


def test_a_named_intermediate_is_an_anchor_by_itself(
    forge: Forge, serve: Serve, tmp_path: Path
) -> None:
    intermediate = forge.intermediate()
    named = tmp_path / "intermediate.pem"
    named.write_bytes(intermediate.pem)
    assert believes(exclusive(named), serve(forge.issue(by=intermediate)))


def test_tls_older_than_1_2_is_not_spoken(root_pem: Path) -> None:
    for context in (
        context_for(decide(exclusive(root_pem))),
        context_for(decide(TrustSettings())),
    ):
        assert context.minimum_version == ssl.TLSVersion.TLSv1_2
        assert context.check_hostname
        assert context.verify_mode == ssl.CERT_REQUIRED


def test_strictness_is_off_unless_asked_for(serve: Serve, tmp_path: Path) -> None:
    # An intercepting proxy's root as they are: its CA flag is not marked critical.
    root = _sloppy_root(tmp_path)
    server = serve(_issued_by(root, tmp_path))
    assert believes(exclusive(root), server)
    assert not believes(exclusive(root, strict=True), server)


def test_a_trusted_host_gets_a_context_of_its_own(server: TlsServer) -> None:
    policy = decide(TrustSettings(trusted_hosts=(Sourced("localhost", CERT),)))
    assert greet(unverified_context(policy), server.port) == "hello"
    with pytest.raises(ssl.SSLCertVerificationError):
        greet(context_for(policy), server.port)


@pytest.mark.parametrize("content", [None, b"", b"nothing"])
def test_a_bad_name_is_told_before_any_connection(tmp_path: Path, content: bytes | None) -> None:
    place = tmp_path / "ca.pem"
    if content is not None:
        place.write_bytes(content)
    with pytest.raises(NamedCertificateError, match="--cert"):
        context_for(decide(exclusive(place)))


def test_a_certificate_that_openssl_cannot_read_is_told_by_its_number(
    tmp_path: Path, forge: Forge
) -> None:
    place = tmp_path / "ca.pem"
    place.write_bytes(forge.root.pem + _hollow())
    with pytest.raises(NamedCertificateError, match="certificate number 2"):
        context_for(decide(exclusive(place)))


def test_one_that_the_system_holds_is_passed_over(system_file: Path, stranger: Forge) -> None:
    system_file.write_bytes(_hollow() + stranger.root.pem)
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
    assert stranger.root.der in loaded
    assert set(loaded) == {stranger.root.der, *bundled_certificates()}


def test_where_the_platform_judges_truststore_asks_it(
    monkeypatch: pytest.MonkeyPatch, root_pem: Path
) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    context = context_for(decide(added(root_pem)))
    assert type(context) is truststore.SSLContext
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2


def test_an_exclusive_cert_never_asks_the_platform(
    monkeypatch: pytest.MonkeyPatch, root_pem: Path
) -> None:
    # truststore always adds the system's certificates on macOS and Windows.
    monkeypatch.setattr("sys.platform", "win32")
    assert type(context_for(decide(exclusive(root_pem)))) is ssl.SSLContext


def test_where_truststore_cannot_work_certifi_carries_on_and_it_is_told(
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


def test_a_python_without_ssl_decides_a_policy_and_then_says_what_is_missing() -> None:
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


def test_no_certificate_path_is_opened_once_the_context_is_made(
    forge: Forge, serve: Serve, root_pem: Path, tmp_path: Path
) -> None:
    server = serve(forge.issue())
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


def _hollow() -> bytes:
    """A PEM block that is well-formed DER, but no certificate."""
    import base64

    body = base64.b64encode(bytes([0x30, 3, 0x02, 1, 5])).decode()
    return f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n".encode()


def _sloppy_root(directory: Path) -> Path:
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization

    from tests.unit.trust.authorities import DAY, NOW

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
    issued = Issued(root, key)
    path = directory / "sloppy.pem"
    path.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    (directory / "sloppy.key").write_bytes(issued.key_pem)
    return path


def _issued_by(root: Path, directory: Path) -> Issued:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    from tests.unit.trust.authorities import make

    key = load_pem_private_key((directory / "sloppy.key").read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return make(Wish(), Issued(x509.load_pem_x509_certificate(root.read_bytes()), key))
