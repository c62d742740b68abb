"""TLS in front of a server that speaks plain HTTP only, as a reverse proxy stands there."""

from __future__ import annotations

from http.client import HTTPConnection

from tests.servers.authority import Authority
from tests.servers.loopback import Exchange, LoopbackServer, Reply, Request

_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


class TlsFront(LoopbackServer):
    """Passes each request on to a plain server on loopback, and its answer back."""

    def __init__(self, authority: Authority) -> None:
        super().__init__(authority)
        self.upstream = 0
        """The plain server's port, known once it runs."""

    def answer(self, request: Request, exchange: Exchange) -> None:
        """Pass one request on."""
        connection = HTTPConnection("127.0.0.1", self.upstream, timeout=30)
        try:
            connection.request(request.method, request.target, headers=dict(request.headers))
            with connection.getresponse() as response:
                body = response.read()
                received = {k: v for k, v in response.getheaders() if k.lower() not in _HOP_BY_HOP}
                length = {"Content-Length": str(len(body))} if body else {}
                exchange.send(Reply(response.status, {**received, **length}, body))
        except OSError:
            exchange.send(Reply(502))
        finally:
            connection.close()
