"""A certificate authority of the tests' own."""

from __future__ import annotations

import ssl
from pathlib import Path

import trustme


class Authority:
    """Issues certificates for loopback servers; clients trust it only if they are configured to."""

    def __init__(self) -> None:
        self._ca = trustme.CA(organization_name="get-installer tests")

    @property
    def pem(self) -> bytes:
        """The authority's own certificate, as PEM."""
        return self._ca.cert_pem.bytes()

    def write_pem(self, path: Path) -> Path:
        """Write the authority's certificate to a file and return its path."""
        path.write_bytes(self.pem)
        return path

    def server_context(self, *names: str) -> ssl.SSLContext:
        """Return a server's context with a certificate for the names (default: loopback's)."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._ca.issue_cert(*(names or ("localhost", "127.0.0.1"))).configure_cert(context)
        return context

    def client_context(self) -> ssl.SSLContext:
        """Return a client's context that trusts this authority only."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._ca.configure_trust(context)
        return context

    def write_server_files(self, directory: Path) -> tuple[Path, Path]:
        """Write a loopback server's certificate chain and its key; return their paths."""
        issued = self._ca.issue_cert("localhost", "127.0.0.1")
        chain, key = directory / "server.pem", directory / "server.key"
        chain.write_bytes(b"".join(each.bytes() for each in issued.cert_chain_pems))
        key.write_bytes(issued.private_key_pem.bytes())
        return chain, key
