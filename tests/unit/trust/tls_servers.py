"""TLS servers on loopback that answer "hello" to every client."""

from __future__ import annotations

import socket
import ssl
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from tests.unit.trust.private_ca import IssuedCertificate

Configure = Callable[[ssl.SSLContext], None]


class RawServer:
    """Calls `serve_one` in a thread for each connection, inside a `with` block."""

    def __init__(self, serve_one: Callable[[socket.socket], None]) -> None:
        self._serve_one = serve_one
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]

    def __enter__(self) -> RawServer:
        self._threads[0].start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._handle, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _handle(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        with connection, suppress(OSError):
            self._serve_one(connection)


class TlsServer(RawServer):
    """Presents a certificate, records what it receives, and answers "hello"."""

    def __init__(
        self, certificate: IssuedCertificate, configure: Configure = lambda _: None
    ) -> None:
        super().__init__(self._shake_hands)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory() as directory:
            # Weak certificates are refused by clients here, not by the server that holds them.
            self._context.set_ciphers("DEFAULT:@SECLEVEL=0")
            self._context.load_cert_chain(certificate.write(Path(directory, "server.pem")))
        configure(self._context)
        self.received: list[bytes] = []

    def __enter__(self) -> TlsServer:
        super().__enter__()
        return self

    def _shake_hands(self, connection: socket.socket) -> None:
        with self._context.wrap_socket(connection, server_side=True) as tls:
            sent = tls.recv(1000)
            if sent:
                self.received.append(sent)
                tls.sendall(b"hello")


def greet(context: ssl.SSLContext, port: int, host: str = "localhost") -> str:
    """Connect as a client, and return the response of the server."""
    with (
        socket.create_connection(("127.0.0.1", port), 10) as connection,
        context.wrap_socket(connection, server_hostname=host) as tls,
    ):
        tls.sendall(b"hi")
        return tls.recv(100).decode()
