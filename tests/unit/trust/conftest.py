"""Certificates good and bad, and servers that present them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.unit.trust.authorities import Forge, Issued
from tests.unit.trust.tls_servers import TlsServer


@pytest.fixture(scope="session")
def forge() -> Forge:
    """An authority that issues whatever a test asks for."""
    return Forge("get-installer test root")


@pytest.fixture(scope="session")
def stranger() -> Forge:
    """Another authority, of another organisation."""
    return Forge("Somebody Else", organisation="Elsewhere")


@pytest.fixture
def root_pem(forge: Forge, tmp_path: Path) -> Path:
    """The forge's root certificate in a file."""
    path = tmp_path / "root.pem"
    path.write_bytes(forge.root.pem)
    return path


@pytest.fixture
def serve() -> Iterator[Callable[..., TlsServer]]:
    """Start TLS servers that stop with the test."""
    with ExitStack() as servers:

        def start(certificate: Issued, **options: object) -> TlsServer:
            return servers.enter_context(TlsServer(certificate, **options))  # type: ignore[arg-type]  # passed on

        yield start
