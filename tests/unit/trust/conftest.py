"""Certificates of private CAs, and servers that present them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bootstrap.trust import system_store
from bootstrap.trust.system_store import StorePaths
from tests.unit.trust.private_ca import IssuedCertificate, PrivateCa
from tests.unit.trust.tls_servers import TlsServer


@pytest.fixture(scope="session")
def private_ca() -> PrivateCa:
    """A CA that issues any certificate."""
    return PrivateCa("get-installer test root")


@pytest.fixture(scope="session")
def other_ca() -> PrivateCa:
    """Another CA, of another organisation."""
    return PrivateCa("Somebody Else", organisation="Elsewhere")


@pytest.fixture
def root_pem(private_ca: PrivateCa, tmp_path: Path) -> Path:
    """The root certificate of `private_ca` in a file."""
    path = tmp_path / "root.pem"
    path.write_bytes(private_ca.root.pem)
    return path


@pytest.fixture
def system_pem(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, other_ca: PrivateCa) -> Path:
    """The file of a system store that contains only `other_ca`."""
    path = tmp_path / "system.pem"
    path.write_bytes(other_ca.root.pem)
    monkeypatch.setattr(system_store, "find", lambda _: StorePaths(path))
    return path


@pytest.fixture
def serve() -> Iterator[Callable[..., TlsServer]]:
    """Start TLS servers that stop with the test."""
    with ExitStack() as servers:

        def start(certificate: IssuedCertificate, **options: object) -> TlsServer:
            return servers.enter_context(TlsServer(certificate, **options))  # type: ignore[arg-type]  # passed on

        yield start
