"""A connection to a server, straight or through a proxy's CONNECT tunnel, that sends no request."""

from __future__ import annotations

import base64
import re
import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from bootstrap.errors import BootstrapError

if TYPE_CHECKING:
    import ssl

_HEAD_LIMIT = 1 << 16
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] (\d{3})(?: ([^\r\n]*))?")


class TunnelRefusedError(BootstrapError):
    """The proxy was reached, and would not let us through."""

    def __init__(self, proxy: str, server: str, status: int, reason: str) -> None:
        self.proxy, self.server, self.status, self.reason = proxy, server, status, reason
        said = f"{status} {reason}".strip()
        hints = {
            407: "It wants a user name and a password: --proxy http://USER:PASSWORD@HOST:PORT, "
            "with special characters percent-encoded.",
            403: f"Its rules forbid {server}: ask its administrator to allow it, or use an index "
            "it allows with --index-url.",
        }
        fallback = "Check --proxy and the variables http_proxy, https_proxy and no_proxy."
        super().__init__(
            f"The proxy {proxy} refused to connect to {server}: it answered {said}.",
            hint=hints.get(status, fallback),
        )


class UnsupportedProxyError(BootstrapError):
    """Servers behind this kind of proxy cannot be looked at."""

    def __init__(self, proxy: str) -> None:
        self.proxy = proxy
        super().__init__(f"Cannot look through the proxy {proxy}: expected http:// or https://.")


@dataclass(frozen=True)
class Server:
    """A server to look at, and the way to it."""

    host: str
    port: int = 443
    proxy: str | None = None
    """The proxy's URL, with credentials where it needs any."""
    timeout: float = 10.0
    """Seconds for the whole of it."""

    @property
    def address(self) -> str:
        """HOST:PORT."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def shown_proxy(self) -> str | None:
        """The proxy's URL without its credentials."""
        return redacted_proxy(self.proxy) if self.proxy else None

    @property
    def proxy_address(self) -> tuple[str, int]:
        """The proxy's host and port."""
        parts = _split(self.proxy or "")
        return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


class Stream(Protocol):
    """What a handshake needs of a connection."""

    def recv(self, size: int, /) -> bytes:
        """Return some bytes, b"" at the end."""
        ...

    def sendall(self, data: bytes, /) -> None:
        """Send all of the bytes."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


def redacted_proxy(proxy: str) -> str:
    """Return a proxy's URL without user name and password."""
    parts = _split(proxy)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def connect(server: Server, context: ssl.SSLContext) -> Stream:
    """Open a connection to a server; `context` verifies an HTTPS proxy.

    Raises `OSError`, `TunnelRefusedError`, or `UnsupportedProxyError`.
    """
    if server.proxy is None:
        return socket.create_connection((server.host, server.port), server.timeout)
    proxy = _split(server.proxy)
    if proxy.scheme not in {"http", "https"} or not proxy.hostname:
        raise UnsupportedProxyError(redacted_proxy(server.proxy))
    stream = socket.create_connection(server.proxy_address, server.timeout)
    try:
        if proxy.scheme == "https":
            stream = context.wrap_socket(stream, server_hostname=proxy.hostname)
        _open_tunnel(stream, server, proxy)
    except BaseException:
        stream.close()
        raise
    return stream


def _split(proxy: str) -> SplitResult:
    return urlsplit(proxy if "://" in proxy else f"http://{proxy}")


def _open_tunnel(stream: socket.socket, server: Server, proxy: SplitResult) -> None:
    lines = [f"CONNECT {server.address} HTTP/1.1", f"Host: {server.address}"]
    if proxy.username is not None:
        pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
        token = base64.b64encode(pair.encode()).decode()
        lines.append(f"Proxy-Authorization: Basic {token}")
    stream.sendall("\r\n".join([*lines, "", ""]).encode())
    status, reason = _answer(stream, time.monotonic() + server.timeout)
    if not 200 <= status < 300:
        raise TunnelRefusedError(server.shown_proxy or "", server.address, status, reason)


def _answer(stream: socket.socket, deadline: float) -> tuple[int, str]:
    """Read the answer's head byte by byte: what follows belongs to the server behind."""
    head = b""
    while not head.endswith((b"\r\n\r\n", b"\n\n")):
        byte = stream.recv(1)
        if not byte or len(head) > _HEAD_LIMIT or time.monotonic() > deadline:
            raise ConnectionError("the proxy's answer broke off")
        head += byte
    found = _STATUS_LINE.match(head)
    if found is None:
        raise ConnectionError("the proxy's answer is not HTTP")
    return int(found[1]), (found[2] or b"").decode("latin-1").strip()
