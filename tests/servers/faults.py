"""What can go wrong between an index and us: each fault spoils one right reply.

Give them to `IndexServer.fault`.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from tests.servers.loopback import Exchange, Reply

Fault = Callable[[Exchange, Reply], None]


def stall(seconds: float, *, after: int | None = None) -> Fault:
    """Say nothing for so long (after so many bytes of the body), then hang up."""

    def spoil(exchange: Exchange, reply: Reply) -> None:
        if after is not None:
            exchange.send_head(reply)
            exchange.wfile.write(reply.body[:after])
            exchange.wfile.flush()
        exchange.owner.stopping.wait(seconds)
        exchange.hang_up()

    return spoil


def raw(first: bytes, then: bytes = b"", *, every: float = 0.0) -> Fault:
    """Answer with these bytes and no others; repeat `then` for ever, with a pause in between."""

    def spoil(exchange: Exchange, reply: Reply) -> None:  # noqa: ARG001
        with suppress(OSError):
            exchange.wfile.write(first)
            while then and not exchange.owner.stopping.wait(every):
                exchange.wfile.write(then)
                exchange.wfile.flush()
        exchange.hang_up()

    return spoil


def drop(after: int | None = None) -> Fault:
    """Cut the connection: before the reply's first byte, or after so many bytes of its body."""

    def spoil(exchange: Exchange, reply: Reply) -> None:
        if after is not None:
            exchange.send_head(reply)
            exchange.wfile.write(reply.body[:after])
        exchange.hang_up()

    return spoil


def status(code: int, *, retry_after: str | None = None, body: bytes = b"not now") -> Fault:
    """Answer with another status."""
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return lambda exchange, reply: exchange.send(Reply(code, headers, body))  # noqa: ARG005


def truncated(length: int) -> Fault:
    """Send a body that ends early, with a Content-Length that agrees with it."""
    return lambda exchange, reply: exchange.send(replace(reply, body=reply.body[:length]))


def oversized(extra: int) -> Fault:
    """Send so many bytes more than there should be, with a Content-Length that agrees."""
    return lambda exchange, reply: exchange.send(replace(reply, body=reply.body + bytes(extra)))


def claiming_length(length: int) -> Fault:
    """Send the right body under a wrong Content-Length, and hang up."""

    def spoil(exchange: Exchange, reply: Reply) -> None:
        exchange.send(replace(reply, headers={**reply.headers, "Content-Length": str(length)}))
        exchange.hang_up()

    return spoil


def changed() -> Fault:
    """Flip one bit in the middle of the body: a wrong hash."""

    def spoil(exchange: Exchange, reply: Reply) -> None:
        body = bytearray(reply.body)
        body[len(body) // 2] ^= 1
        exchange.send(replace(reply, body=bytes(body)))

    return spoil


def garbage(body: bytes = b"<html>Please log in", content_type: str = "text/html") -> Fault:
    """Answer 200 with something else altogether."""
    return lambda exchange, reply: exchange.send(  # noqa: ARG005
        Reply(200, {"Content-Type": content_type}, body)
    )


def api_version(version: str) -> Fault:
    """Answer a JSON page of another API version."""
    page = json.dumps({"meta": {"api-version": version}, "name": "x", "files": []}).encode()
    return garbage(page, "application/vnd.pypi.simple.v1+json")


def redirect(url: str | None = None, code: int = 302) -> Fault:
    """Redirect to a URL; without one, to another path of this server, for ever."""

    def spoil(exchange: Exchange, reply: Reply) -> None:  # noqa: ARG001
        target = url if url is not None else f"{exchange.path}?again"
        exchange.send(Reply(code, {"Location": target}))

    return spoil


def gzip_bomb(size: int) -> Fault:
    """Answer a page that is small on the wire and `size` bytes when decompressed."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    block = bytes(1 << 20)
    body = b"".join(packer.compress(block) for _ in range(size >> 20)) + packer.flush()
    headers = {"Content-Type": "text/html", "Content-Encoding": "gzip"}
    return lambda exchange, reply: exchange.send(Reply(200, headers, body))  # noqa: ARG005


def endless(block: bytes = b"<a href='x'>x</a>" * 4096) -> Fault:
    """Send a page that never ends."""

    def spoil(exchange: Exchange, reply: Reply) -> None:  # noqa: ARG001
        head = Reply(200, {"Content-Type": "text/html", "Connection": "close"})
        exchange.send_response(head.status)
        exchange.send_header("Content-Type", "text/html")
        exchange.end_headers()
        with suppress(OSError):
            while not exchange.owner.stopping.is_set():
                exchange.wfile.write(block)
        exchange.hang_up()

    return spoil


def many_links(number: int, name: str = "demo", *, compress: bool = True) -> Fault:
    """Answer an HTML page with so many links."""
    body = "".join(
        f'<a href="../../files/{name}-{n}.0-py3-none-any.whl">x</a><br>\n' for n in range(number)
    ).encode()
    headers = {"Content-Type": "text/html"}
    if compress:
        headers["Content-Encoding"], body = "gzip", gzip.compress(body, 1)
    return lambda exchange, reply: exchange.send(Reply(200, headers, body))  # noqa: ARG005
