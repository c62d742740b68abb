"""A TLS front for a server that only speaks HTTP."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from tests.servers.proxy import relay
from tests.unit.trust.tls_servers import RawServer


@contextmanager
def tls_front(port: int, context: ssl.SSLContext) -> Iterator[int]:
    """Decrypt connections and forward them to a local port; yield the port of the front."""

    def forward(connection: socket.socket) -> None:
        with (
            context.wrap_socket(connection, server_side=True) as outside,
            socket.create_connection(("127.0.0.1", port)) as inside,
        ):
            relay(outside, inside)

    with RawServer(forward) as front:
        yield front.port
