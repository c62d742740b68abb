"""An HTTP server on loopback, with or without TLS, that remembers what it was asked."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.servers.authority import Authority

if TYPE_CHECKING:
    from typing_extensions import Self


@dataclass(frozen=True)
class Request:
    """One request as it arrived; header names are in lower case."""

    method: str
    target: str
    """The request's target as sent: a path, for a proxy a URL, for CONNECT host:port."""
    headers: Mapping[str, str]

    @property
    def path(self) -> str:
        """The path alone."""
        return urlsplit(self.target).path


@dataclass(frozen=True)
class Reply:
    """What a server answers; Content-Length is added unless the headers name one.

    Not to 204 and 304, which have no body: real servers send none with them.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Exchange(BaseHTTPRequestHandler):
    """One connection: hands each request to its server, and sends what the server decides."""

    protocol_version = "HTTP/1.1"
    timeout = 30
    disable_nagle_algorithm = True
    wbufsize = -1

    @property
    def owner(self) -> LoopbackServer:
        """The server this connection belongs to."""
        assert isinstance(self.server, _TlsServer)
        return self.server.owner

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, self.path, headers)
        self.owner.requests.append(request)
        self.owner.answer(request, self)
        self.wfile.flush()

    do_HEAD = do_GET  # noqa: N815  # the name http.server looks for
    do_CONNECT = do_GET  # noqa: N815  # likewise

    def send(self, reply: Reply) -> None:
        """Send a whole reply."""
        self.send_head(reply)
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    def send_head(self, reply: Reply) -> None:
        """Send a reply's status and headers only."""
        self.send_response(reply.status)
        length = {} if reply.status in {204, 304} else {"Content-Length": str(len(reply.body))}
        headers = {**length, **reply.headers}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.flush()

    def hang_up(self) -> None:
        """Cut the connection without another word."""
        with suppress(OSError):
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class's name
        """Stay silent: `LoopbackServer.requests` is the log."""


class _TlsServer(ThreadingHTTPServer):
    """Shakes hands in the connection's own thread, so that a slow client holds nobody up."""

    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(self, owner: LoopbackServer, context: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), Exchange)
        self.owner = owner
        self.context = context

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        self.owner.accepted += 1
        self.owner.connections.append(request)
        try:
            if self.context is not None:
                request.settimeout(30)
                request = self.context.wrap_socket(request, server_side=True)
                self.owner.connections.append(request)
        except OSError as error:  # a client that does not trust us, among others
            self.owner.failed_handshakes.append(error)
            self.shutdown_request(request)
            return
        super().process_request_thread(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients of these servers hang up as they please."""


class LoopbackServer:
    """A server that runs while its `with` block does; subclasses decide what to `answer`."""

    def __init__(
        self, authority: Authority | None = None, *, context: ssl.SSLContext | None = None
    ):
        """Serve with TLS where an authority (or a ready context) is given, else plainly."""
        if authority is not None and context is None:
            context = authority.server_context()
        self._server = _TlsServer(self, context)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self.scheme = "https" if context is not None else "http"
        self.requests: list[Request] = []
        self.accepted = 0
        """How many connections were made."""
        self.connections: list[socket.socket] = []
        self.failed_handshakes: list[OSError] = []
        self.stopping = threading.Event()

    @property
    def port(self) -> int:
        """The port listened on, of 127.0.0.1."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """The server's root, without a slash at its end."""
        return f"{self.scheme}://localhost:{self.port}"

    @property
    def paths(self) -> list[str]:
        """The paths asked for, in order."""
        return [request.path for request in self.requests]

    def answer(self, request: Request, exchange: Exchange) -> None:
        """Answer one request."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening and cut every connection."""
        self.stopping.set()
        self._server.shutdown()
        self._thread.join()
        for connection in self.connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._server.server_close()


def free_port() -> int:
    """Return a port of this machine on which nothing listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
