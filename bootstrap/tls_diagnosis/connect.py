"""Connect to a server, directly or through a proxy's CONNECT tunnel, without a request."""

from __future__ import annotations

import base64
import re
import socket
import time
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlsplit

from bootstrap.dataclasses import dataclass
from bootstrap.errors import BootstrapError
from bootstrap.limits import PROXY_HEAD_SIZE

if TYPE_CHECKING:
    import ssl

_STATUS_LINE = re.compile(rb"HTTP/1\.[01] (\d{3})(?: ([^\r\n]*))?")


class TunnelRefusedError(BootstrapError):
    """The proxy refused to connect to the server.

    Causes: it wants a login, or forbids the host or port.

    Next: put the login into its URL, or ask its administrator:
        python3 get-installer.pyz doctor --proxy http://USER:PASSWORD@PROXY:PORT
    """

    def __init__(self, proxy: str, server: str, status: int, reason: str) -> None:
        self.proxy, self.server, self.status, self.reason = proxy, server, status, reason
        answer = f"{status} {reason}".strip()
        hints = {
            407: "It requires a user name and a password: --proxy http://USER:PASSWORD@HOST:PORT, "
            "with special characters percent-encoded.",
            403: f"It does not allow {server}: ask its administrator, or use --index-url with an "
            "index that it allows.",
        }
        default = "Check --proxy and the variables http_proxy, https_proxy and no_proxy."
        super().__init__(
            f"The proxy {proxy} refused to connect to {server}: it answered {answer}.",
            hint=hints.get(status, default),
        )


class ProxySchemeError(BootstrapError):
    """`doctor` cannot connect through this kind of proxy.

    Causes: a SOCKS proxy, for example.

    Next: name an HTTP proxy:
        python3 get-installer.pyz doctor --proxy http://PROXY:PORT
    """

    def __init__(self, proxy: str) -> None:
        self.proxy = proxy
        super().__init__(f"Cannot connect through the proxy {proxy}: expected http:// or https://.")


@dataclass(frozen=True)
class Server:
    """A server, and the proxy on the way to it."""

    host: str
    port: int = 443
    proxy: str | None = None
    """The proxy's URL, with its credentials."""
    timeout: float = 10.0
    """Seconds for each network operation."""

    @property
    def address(self) -> str:
        """HOST:PORT."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def redacted_proxy(self) -> str:
        """The proxy's URL without its credentials; empty without a proxy."""
        return redacted_proxy(self.proxy) if self.proxy else ""

    @property
    def proxy_without_password(self) -> str:
        """The proxy's URL with placeholders for its credentials, for a command to be copied."""
        parts = _split(self.proxy or "")
        _, at, address = parts.netloc.rpartition("@")
        return parts._replace(netloc=f"USER:PASSWORD@{address}" if at else address).geturl()

    @property
    def proxy_address(self) -> tuple[str, int]:
        """The proxy's host and port."""
        parts = _split(self.proxy or "")
        return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def redacted_proxy(proxy: str) -> str:
    """Return a proxy's URL without user name and password."""
    parts = _split(proxy)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def connect(server: Server, context: ssl.SSLContext) -> socket.socket:
    """Open a connection to a server; `context` verifies an HTTPS proxy.

    Raises `OSError`, `TunnelRefusedError`, or `ProxySchemeError`.
    """
    if server.proxy is None:
        return socket.create_connection((server.host, server.port), server.timeout)
    proxy = _split(server.proxy)
    if proxy.scheme not in {"http", "https"} or not proxy.hostname:
        raise ProxySchemeError(redacted_proxy(server.proxy))
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
    status, reason = _read_response(stream, time.monotonic() + server.timeout)
    if not 200 <= status < 300:
        raise TunnelRefusedError(server.redacted_proxy, server.address, status, reason)


def _read_response(stream: socket.socket, deadline: float) -> tuple[int, str]:
    """Read the response's head byte by byte: what follows comes from the server, not the proxy."""
    head = b""
    while not head.endswith((b"\r\n\r\n", b"\n\n")):
        byte = stream.recv(1)
        if not byte or len(head) > PROXY_HEAD_SIZE or time.monotonic() > deadline:
            raise ConnectionError("the proxy closed the connection")
        head += byte
    found = _STATUS_LINE.match(head)
    if found is None:
        raise ConnectionError("the proxy's response is not HTTP")
    return int(found[1]), (found[2] or b"").decode("latin-1").strip()
