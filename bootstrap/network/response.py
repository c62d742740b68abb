"""Responses: whole, of bounded size, decompressed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bootstrap.dataclasses import dataclass, field
from bootstrap.formats.encodings import decode
from bootstrap.network.errors import TooLargeError

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([^\s;\"']+)", re.IGNORECASE)


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
    """Return the whole body, decoded, of at most `limit` bytes.

    A small transfer may be large in memory (a decompression bomb): the limit also holds while
    decompressing. Raises `TooLargeError` and `UndecodableError`.
    """
    from bootstrap.network.content_encoding import decode_chunks, parse_coding

    coding = parse_coding(encoding, url)
    body = bytearray()
    for block in decode_chunks(limit_size(chunks, url, limit), coding, url):
        body += block
        if len(body) > limit:
            raise TooLargeError(url, limit, "after decompression")
    return bytes(body)
