"""Responses: whole, of bounded size, decompressed."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bootstrap.formats.encodings import decode
from bootstrap.network.errors import TooLargeError, UndecodableError

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([^\s;\"']+)", re.IGNORECASE)
_GZIP = 16 + zlib.MAX_WBITS
_BLOCK = 1 << 18


@dataclass(frozen=True)
class Response:
    """One page or small file, whole."""

    final_url: str
    """After redirects: the base of relative URLs in it. May contain credentials."""
    content_type: str
    """The Content-Type header as received."""
    content: bytes = field(repr=False)

    @property
    def text(self) -> str:
        """The content as text, in the charset of its content type, by default UTF-8."""
        charset = _CHARSET.search(self.content_type)
        try:
            return decode(self.content, charset[1] if charset else "utf-8", "replace")
        except LookupError:
            return self.content.decode("utf-8", "replace")


def limit_size(chunks: Iterable[bytes], url: str, limit: int) -> Iterator[bytes]:
    """Yield the chunks. Raises `TooLargeError` if they exceed `limit` bytes."""
    total = 0
    for chunk in chunks:
        total += len(chunk)
        if total > limit:
            raise TooLargeError(url, limit, "transferred")
        yield chunk


def decode_body(chunks: Iterable[bytes], encoding: str, url: str, limit: int) -> bytes:
    """Return the whole body, decompressed, of at most `limit` bytes.

    A small transfer may be large in memory (a decompression bomb): the limit also holds while
    decompressing. Raises `TooLargeError`, and `UndecodableError` for an encoding that was not
    requested.
    """
    chunks, encoding = limit_size(chunks, url, limit), encoding.strip().lower()
    if encoding in {"", "identity"}:
        return b"".join(chunks)
    if encoding in {"gzip", "x-gzip"}:
        return _decompress_gzip(chunks, url, limit)
    raise UndecodableError(url, encoding, "only gzip was requested")


def _decompress_gzip(chunks: Iterable[bytes], url: str, limit: int) -> bytes:
    body = bytearray()
    decompressor = zlib.decompressobj(_GZIP)
    try:
        for chunk in chunks:
            pending = chunk
            while pending and not decompressor.eof:
                body += decompressor.decompress(pending, _BLOCK)
                if len(body) > limit:
                    raise TooLargeError(url, limit, "after decompression")
                pending = decompressor.unconsumed_tail
        body += decompressor.flush()
    except zlib.error as error:
        raise UndecodableError(url, "gzip", str(error)) from error
    if not decompressor.eof:
        raise UndecodableError(url, "gzip", "unexpected end of data")
    if len(body) > limit:
        raise TooLargeError(url, limit, "after decompression")
    return bytes(body)
