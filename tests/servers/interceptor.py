"""A proxy that opens TLS with an authority of its own, as companies' proxies do."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from contextlib import closing, suppress
from http.client import HTTPException, HTTPSConnection

from tests.servers.authority import Authority
from tests.servers.loopback import Exchange, LoopbackServer, Reply, Request

_HOP_BY_HOP = {"proxy-authorization", "proxy-connection", "connection", "keep-alive"}


class InterceptingProxy(LoopbackServer):
    """Reads what goes through it: only who trusts its authority gets an answer.

    `requests` holds the CONNECT lines and, decrypted, what followed them. `aliases` lets host names
    that nobody serves lead to real ones; with `asks_back`, only who has a certificate of the
    authority's gets an answer from those (and not from the host of an index's files, which nobody
    named, so that it must not get one).
    """

    def __init__(
        self, authority: Authority, aliases: Mapping[str, str], *, asks_back: bool = False
    ) -> None:
        super().__init__()
        self.authority = authority
        self.asks_back = asks_back
        self.aliases = dict(aliases)
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._upstreams: dict[Exchange, HTTPSConnection] = {}

    def seen(self, host: str, program: str) -> list[Request]:
        """Return the requests to a host that a program (by its User-Agent) made."""
        return [
            each
            for each in self.requests
            if each.headers.get("host", "").partition(":")[0] == host
            and each.method != "CONNECT"
            and program in each.headers.get("user-agent", "").lower()
        ]

    def answer(self, request: Request, exchange: Exchange) -> None:
        """Open a tunnel's TLS, or fetch what is asked for inside it."""
        if request.method == "CONNECT":
            self._intercept(request.target.rpartition(":")[0], exchange)
        else:
            exchange.send(_fetched(request, self._upstreams[exchange]))

    def _intercept(self, host: str, exchange: Exchange) -> None:
        exchange.send_response(200, "Connection established")
        exchange.end_headers()
        exchange.wfile.flush()
        try:
            opened = self._context(host).wrap_socket(exchange.connection, server_side=True)
        except OSError as error:  # a client that does not trust us
            self.failed_handshakes.append(error)
            exchange.close_connection = True
            return
        self.connections.append(opened)
        upstream = HTTPSConnection(self.aliases.get(host, host), timeout=60)
        with closing(upstream), suppress(OSError):
            self._upstreams[exchange] = upstream
            _converse(exchange, opened)

    def _context(self, host: str) -> ssl.SSLContext:
        if host not in self._contexts:
            context = self.authority.server_context(host)
            if self.asks_back and host in self.aliases:
                context.verify_mode = ssl.CERT_REQUIRED
                context.load_verify_locations(cadata=self.authority.pem.decode())
            self._contexts[host] = context
        return self._contexts[host]


def _converse(exchange: Exchange, opened: ssl.SSLSocket) -> None:
    """Answer requests inside the tunnel until either side has had enough."""
    outer = exchange.connection, exchange.rfile, exchange.wfile
    with opened, opened.makefile("rb") as rfile, opened.makefile("wb") as wfile:
        exchange.connection, exchange.rfile, exchange.wfile = opened, rfile, wfile
        exchange.close_connection = False
        while not exchange.close_connection:
            exchange.handle_one_request()
    exchange.connection, exchange.rfile, exchange.wfile = outer


def _fetched(request: Request, upstream: HTTPSConnection) -> Reply:
    """Return the real server's answer, asked again where it had closed the connection."""
    headers = {k: v for k, v in request.headers.items() if k not in {*_HOP_BY_HOP, "host"}}
    for _ in range(3):
        try:
            upstream.request(request.method, request.target, None, headers)
            with upstream.getresponse() as response:
                body = response.read()
                received = {name.title(): value for name, value in response.getheaders()}
        except (OSError, HTTPException):
            upstream.close()
            continue
        kept = {k: v for k, v in received.items() if k not in {"Transfer-Encoding", "Connection"}}
        return Reply(response.status, kept, body)
    return Reply(502)
