"""A forward proxy on loopback: CONNECT tunnels and plain forwarding, with or without TLS to it."""

from __future__ import annotations

import base64
import selectors
import socket
from contextlib import suppress
from http.client import HTTPConnection
from urllib.parse import urlsplit

from tests.servers.authority import Authority
from tests.servers.loopback import Exchange, LoopbackServer, Reply, Request

_HOP_BY_HOP = {"proxy-authorization", "proxy-connection", "connection", "keep-alive"}


class ProxyServer(LoopbackServer):
    """Relays to loopback servers; with an authority, clients speak TLS to it (an HTTPS proxy).

    `requests` holds what was asked of the proxy itself: CONNECT lines and forwarded requests.
    `hosts` maps host names to loopback addresses, so that any name can be served.
    """

    def __init__(
        self, authority: Authority | None = None, *, credentials: tuple[str, str] | None = None
    ) -> None:
        super().__init__(authority)
        self.credentials = credentials
        self.hosts: dict[str, str] = {}

    @property
    def tunnels(self) -> list[str]:
        """The host:port of each CONNECT asked for."""
        return [request.target for request in self.requests if request.method == "CONNECT"]

    def answer(self, request: Request, exchange: Exchange) -> None:
        """Relay, or ask for credentials."""
        if not self._allowed(request):
            exchange.send(Reply(407, {"Proxy-Authenticate": 'Basic realm="proxy"'}))
        elif request.method == "CONNECT":
            self._tunnel(request, exchange)
        else:
            exchange.send(self._forward(request))

    def _allowed(self, request: Request) -> bool:
        if self.credentials is None:
            return True
        expected = base64.b64encode(":".join(self.credentials).encode()).decode()
        return request.headers.get("proxy-authorization") == f"Basic {expected}"

    def _address(self, host: str) -> str:
        return self.hosts.get(host, "127.0.0.1" if host == "localhost" else host)

    def _forward(self, request: Request) -> Reply:
        url = urlsplit(request.target)
        upstream = HTTPConnection(self._address(url.hostname or ""), url.port or 80, timeout=30)
        headers = {k: v for k, v in request.headers.items() if k not in _HOP_BY_HOP}
        try:
            upstream.request(
                request.method, url._replace(scheme="", netloc="").geturl(), None, headers
            )
            with upstream.getresponse() as response:
                body = response.read()
                kept = {k: v for k, v in response.getheaders() if k.lower() != "transfer-encoding"}
                return Reply(response.status, {**kept, "Content-Length": str(len(body))}, body)
        except OSError:
            return Reply(502)
        finally:
            upstream.close()

    def _tunnel(self, request: Request, exchange: Exchange) -> None:
        host, _, port = request.target.rpartition(":")
        try:
            upstream = socket.create_connection((self._address(host), int(port)), timeout=30)
        except OSError:
            exchange.send(Reply(502))
            return
        with upstream:
            exchange.send_response(200, "Connection established")
            exchange.end_headers()
            exchange.wfile.flush()
            with suppress(OSError):
                relay(exchange.connection, upstream)
        exchange.close_connection = True


def relay(one: socket.socket, other: socket.socket) -> None:
    """Carry bytes both ways until either side ends."""
    peers = {one: other, other: one}
    with selectors.DefaultSelector() as selector:
        for each in peers:
            selector.register(each, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select(timeout=30):
                source = key.fileobj
                assert isinstance(source, socket.socket)
                if not _carry(source, peers[source]):
                    return


def _carry(source: socket.socket, sink: socket.socket) -> bool:
    data = source.recv(1 << 16)
    # TLS may hold decrypted bytes that select() does not see.
    while data and (pending := getattr(source, "pending", lambda: 0)()):
        data += source.recv(pending)
    sink.sendall(data)
    return bool(data)
