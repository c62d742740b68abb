"""Limits of a response while it is received: its speed, and what surrounds its body.

http.client waits for each byte anew, for ever where a server sends one now and then, and reads any
number of interim responses and trailers. Here each read from the socket is measured, so the
limits hold for headers, chunk sizes and trailers as well as for the body.
"""

from __future__ import annotations

import io
import socket
import time
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any

from bootstrap.limits import MIN_RATE, MIN_RATE_PERIOD, RESPONSE_HEAD_SIZE

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class SlowResponseError(OSError):
    """A server sends so slowly that a response might take days."""


class OversizedHeadError(OSError):
    """A response has too much besides its body: headers, interim responses, trailers."""


class PacedSocket(io.RawIOBase):
    """A socket's stream that raises `SlowResponseError` and `OversizedHeadError`.

    :param period: seconds of waiting after which the rate is judged, again and again
    """

    def __init__(self, stream: io.RawIOBase, period: float) -> None:
        self._stream = stream
        self._period = period
        self._waited = 0.0
        self._received = 0
        self._remaining = RESPONSE_HEAD_SIZE
        self._is_head = True

    def begin_body(self, size: int) -> None:
        """Allow bytes of the body to be read, and what surrounds them."""
        self._is_head = False
        self._remaining = size + RESPONSE_HEAD_SIZE

    def add_body(self, size: int) -> None:
        """Count received bytes of the body: after the head, nothing else counts for the rate."""
        self._received += size

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        """Read from the socket. Raises `SlowResponseError` and `OversizedHeadError`."""
        if self._remaining <= 0:
            raise OversizedHeadError
        begin = time.monotonic()
        count: int | None = self._stream.readinto(buffer)
        self._waited += time.monotonic() - begin
        self._remaining -= count or 0
        if self._is_head:
            self._received += count or 0
        if self._waited >= self._period:
            if self._received < MIN_RATE * self._waited and count:
                raise SlowResponseError(f"less than {MIN_RATE:,} bytes/s for {self._waited:.0f} s")
            self._waited, self._received = 0.0, 0
        return count

    def fileno(self) -> int:
        """Return the socket's number."""
        return self._stream.fileno()

    def close(self) -> None:
        """Close the stream; the socket stays open for the next response."""
        self._stream.close()
        super().close()


class PacedResponse(HTTPResponse):
    """http.client's response, read through a `PacedSocket`; for `response_class`."""

    def __init__(self, sock: socket.socket, *arguments: Any, **keywords: Any) -> None:
        super().__init__(sock, *arguments, **keywords)
        stream: Any = self.fp.detach()
        period = max(MIN_RATE_PERIOD, 2 * (sock.gettimeout() or 0.0))
        self._paced = PacedSocket(stream, period)
        self.fp = io.BufferedReader(self._paced)

    def read1(self, n: int = -1) -> bytes:
        """Read what is there, of at most `n` bytes; at the end nothing."""
        self._paced.begin_body(max(n, 0))
        content = super().read1(n)
        self._paced.add_body(len(content))
        return content
