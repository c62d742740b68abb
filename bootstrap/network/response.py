"""What a request brings back."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bootstrap.network.errors import TooLargeError, UndecodableError

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([^\s;\"']+)", re.IGNORECASE)


@dataclass(frozen=True)
class Response:
    """One page or small file, whole."""

    final_url: str
    """After redirects: what relative URLs in it are resolved against. May hold credentials."""
    content_type: str
    """The Content-Type header as it came."""
    content: bytes = field(repr=False)

    @property
    def text(self) -> str:
        """The content as text: by the charset its type names, else as UTF-8."""
        charset = _CHARSET.search(self.content_type)
        try:
            return self.content.decode(charset[1] if charset else "utf-8", "replace")
        except LookupError:
            return self.content.decode("utf-8", "replace")


# FOLDED from bootstrap/network/bodies.py
_GZIP = 16 + zlib.MAX_WBITS
_BLOCK = 1 << 18


def bounded(chunks: Iterable[bytes], url: str, limit: int) -> Iterator[bytes]:
    """Pass the chunks on until they exceed `limit` bytes, then raise `TooLargeError`."""
    total = 0
    for chunk in chunks:
        total += len(chunk)
        if total > limit:
            raise TooLargeError(url, limit, "on the wire")
        yield chunk


def decoded(chunks: Iterable[bytes], encoding: str, url: str, limit: int) -> bytes:
    """Return the whole body, decompressed, of at most `limit` bytes.

    A little on the wire may be a lot in memory (a bomb): the bound holds while decompressing.
    Raises `TooLargeError`, and `UndecodableError` for an encoding we did not ask for.
    """
    encoding = encoding.strip().lower()
    if encoding in {"", "identity"}:
        return b"".join(bounded(chunks, url, limit))
    if encoding not in {"gzip", "x-gzip"}:
        raise UndecodableError(url, encoding, "we asked for gzip or nothing")
    return _gunzipped(bounded(chunks, url, limit), url, limit)


def _gunzipped(chunks: Iterable[bytes], url: str, limit: int) -> bytes:
    body = bytearray()
    unpacker = zlib.decompressobj(_GZIP)
    try:
        for chunk in chunks:
            waiting = chunk
            while waiting and not unpacker.eof:
                body += unpacker.decompress(waiting, _BLOCK)
                if len(body) > limit:
                    raise TooLargeError(url, limit, "after decompression")
                waiting = unpacker.unconsumed_tail
        body += unpacker.flush()
    except zlib.error as error:
        raise UndecodableError(url, "gzip", str(error)) from error
    if not unpacker.eof:
        raise UndecodableError(url, "gzip", "it ends too early")
    if len(body) > limit:
        raise TooLargeError(url, limit, "after decompression")
    return bytes(body)
