"""Serves an index over TLS on loopback, from a process of its own, with the latency asked for.

One thread a connection: waiting for the latency holds nobody else up. A connection costs two round
trips (TCP, and TLS 1.3) before its first request, and each request one.
"""

from __future__ import annotations

import argparse
import socket
import ssl
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.recording import Recorder
from tests.benchmarks.served_index import Resource, ServedIndex
from tests.servers.authority import Authority

_CHUNK = 1 << 20


@dataclass(frozen=True)
class _Request:
    method: str
    path: str
    headers: Mapping[str, str]

    @classmethod
    def parse(cls, head: bytes) -> _Request:
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ")
        pairs = (line.partition(":") for line in lines)
        return cls(method, path, {name.lower(): value.strip() for name, _, value in pairs})


class Server:
    """Answers for an index until the process ends."""

    def __init__(self, root: Path, authority: Authority, latency: float, upstream: str) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.url = f"https://localhost:{self._listener.getsockname()[1]}"
        self._index = ServedIndex(root, self.url)
        self._context = authority.server_context()
        self._latency = latency
        self._recorder = Recorder(self._index, upstream) if upstream else None
        if self._recorder is None:
            self._index.load_pages()

    def serve(self) -> None:
        """Take connections for ever."""
        while True:
            connection, _ = self._listener.accept()
            threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        time.sleep(2 * self._latency)
        with suppress(OSError), self._context.wrap_socket(connection, server_side=True) as stream:
            self._answer_all(stream)

    def _answer_all(self, stream: ssl.SSLSocket) -> None:
        received = b""
        while True:
            head, end, received = received.partition(b"\r\n\r\n")
            while not end:
                data = stream.recv(65536)
                if not data:
                    return
                head, end, received = (head + data).partition(b"\r\n\r\n")
            request = _Request.parse(head)
            time.sleep(self._latency)
            self._answer(stream, request)
            if request.headers.get("connection", "").lower() == "close":
                return

    def _answer(self, stream: ssl.SSLSocket, request: _Request) -> None:
        resource = self._find(request.path)
        if resource is None:
            sys.stderr.write(f"{request.path}\n")
            sys.stderr.flush()
            stream.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        elif request.headers.get("if-none-match") == resource.etag:
            stream.sendall(_head("304 Not Modified", resource, 0, zipped=False))
        else:
            zipped = resource.content_type.endswith("json") and "gzip" in request.headers.get(
                "accept-encoding", ""
            )
            body = resource.compressed if zipped else resource.body
            stream.sendall(_head("200 OK", resource, len(body), zipped=zipped))
            if request.method != "HEAD":
                with memoryview(body) as view:
                    for start in range(0, len(view), _CHUNK):
                        stream.sendall(view[start : start + _CHUNK])

    def _find(self, path: str) -> Resource | None:
        if self._recorder is not None:
            self._recorder.complete(path)
            self._index.forget_missing(path)
        return self._index.get(path)


def _head(status: str, resource: Resource, length: int, *, zipped: bool) -> bytes:
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-Length: {length}",
        f"Content-Type: {resource.content_type}",
        f"Cache-Control: {resource.cache_control}",
        f"ETag: {resource.etag}",
        "Vary: Accept, Accept-Encoding",
        *(["Content-Encoding: gzip"] if zipped else []),
    ]
    if status.startswith("304"):
        del lines[1]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def main() -> None:
    """Serve until standard input ends; say the URL on standard output, what lacks on the other."""
    parser = argparse.ArgumentParser()
    parser.add_argument("index", type=Path)
    parser.add_argument("--ca-file", type=Path, required=True)
    parser.add_argument("--latency-ms", type=float, default=0)
    parser.add_argument("--upstream", default="")
    given = parser.parse_args()
    authority = Authority()
    authority.write_pem(given.ca_file)
    server = Server(given.index, authority, given.latency_ms / 1000, given.upstream)
    threading.Thread(target=server.serve, daemon=True).start()
    print(server.url, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
