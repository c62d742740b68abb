"""TLS in front of a server that speaks none."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from tests.servers.proxy import relay
from tests.unit.trust.tls_servers import RawServer


@contextmanager
def tls_front(port: int, context: ssl.SSLContext) -> Iterator[int]:
    """Unwrap what arrives and pass it on to a port of this machine; yield the port to speak to."""

    def pass_on(connection: socket.socket) -> None:
        with (
            context.wrap_socket(connection, server_side=True) as outside,
            socket.create_connection(("127.0.0.1", port)) as inside,
        ):
            relay(outside, inside)

    with RawServer(pass_on) as front:
        yield front.port
