"""A certificate is for the names in its subjectAltName; its common name does not count."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.functional.engine import Engine
from tests.functional.trust.tls_front import tls_front
from tests.servers import IndexServer, ProxyServer, make_wheel
from tests.unit.trust.private_ca import CertificateSpec, PrivateCa

CA = PrivateCa("the company's CA")
NAMED = CertificateSpec(("localhost",), common_name="another name")
COMMON_NAME_ONLY = CertificateSpec((), common_name="localhost")


@contextmanager
def https_for(port: int, spec: CertificateSpec, directory: Path) -> Iterator[str]:
    """Put a TLS front with such a certificate before a server; yield its URL."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CA.issue(spec).write(directory / "front.pem"))
    with tls_front(port, context) as front:
        yield f"https://localhost:{front}"


@pytest.fixture
def ca(tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    path.write_bytes(CA.root.pem)
    return path


@pytest.fixture
def plain_index(tmp_path: Path) -> Iterator[IndexServer]:
    with IndexServer() as server:
        server.add(make_wheel(tmp_path, "extra", "1.0"))
        yield server


def run(engine: Engine, venv: Path, index: str, *options: str | Path) -> str:
    """Install `extra`, and return the messages; "" for a success."""
    done = engine(
        *("--venv", venv, "--installer", "none", "extra"),
        *("--index-url", f"{index}/simple/", *options),
    )
    return done.err if done.status else ""


@pytest.mark.parametrize("option", ["--cert", "--add-cert"])
def test_an_index_with_a_common_name_only_is_refused(
    engine: Engine, plain_index: IndexServer, ca: Path, venv: Path, tmp_path: Path, option: str
) -> None:
    with https_for(plain_index.port, COMMON_NAME_ONLY, tmp_path) as url:
        error = run(engine, venv, url, option, ca)
        assert "its certificate names no host in its subjectAltName extension" in error
        assert "must install a certificate with a subjectAltName" in error
        assert plain_index.requests == []
    with https_for(plain_index.port, NAMED, tmp_path) as url:
        assert run(engine, venv, url, option, ca) == ""


def test_an_https_proxy_with_a_common_name_only_is_refused(
    engine: Engine, plain_index: IndexServer, ca: Path, venv: Path, tmp_path: Path
) -> None:
    index_url = plain_index.url
    with ProxyServer() as proxy:
        with https_for(proxy.port, COMMON_NAME_ONLY, tmp_path) as url:
            error = run(engine, venv, index_url, "--cert", ca, "--proxy", url)
            assert "its certificate names no host in its subjectAltName extension" in error
            assert proxy.requests == []
        with https_for(proxy.port, NAMED, tmp_path) as url:
            assert run(engine, venv, index_url, "--cert", ca, "--proxy", url) == ""


def test_doctor_refuses_a_common_name_only_as_a_run_does(
    engine: Engine, plain_index: IndexServer, ca: Path, tmp_path: Path
) -> None:
    with https_for(plain_index.port, COMMON_NAME_ONLY, tmp_path) as url:
        done = engine("doctor", "--cert", ca, url)
        assert done.status == 1
        assert "subjectAltName" in done.out + done.err
    with https_for(plain_index.port, NAMED, tmp_path) as url:
        assert engine("doctor", "--cert", ca, url).status == 0
