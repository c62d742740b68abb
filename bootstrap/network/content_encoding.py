"""Content codings (RFC 9110, section 8.4): which one a body has, and decoding it in blocks.

Servers name codings that are none (`utf-8`, `none`, `aws-chunked`), the one that the file itself is
made with (`.tar.gz`), and ones that nobody asked for.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from enum import Enum
from itertools import chain

from bootstrap.limits import GZIP_PARTS, LimitError, shorten
from bootstrap.network.errors import UndecodableError

_GZIP = 16 + zlib.MAX_WBITS
_BLOCK = 1 << 18
_HEAD_SIZE = 1 << 10
"""Bytes of a file that show how it begins, with a name in its gzip header too."""
_GZIP_MAGIC = b"\x1f\x8b"
_MAGIC = {
    ".whl": b"PK",
    ".zip": b"PK",
    ".gz": _GZIP_MAGIC,
    ".tgz": _GZIP_MAGIC,
    ".bz2": b"BZh",
    ".xz": b"\xfd7zXZ",
}
"""How files of a format begin, by the end of their names."""


class Coding(Enum):
    """A content coding that can be decoded."""

    GZIP = "gzip"
    DEFLATE = "deflate"


_BY_NAME = {"gzip": Coding.GZIP, "x-gzip": Coding.GZIP, "deflate": Coding.DEFLATE}
_UNSUPPORTED = {
    *("br", "zstd", "dcb", "dcz", "compress", "x-compress", "exi", "aes128gcm", "pack200-gzip")
}
"""The others that IANA lists. What is in neither list is no coding, and means nothing."""


def parse_coding(header: str, url: str) -> Coding | None:
    """Return the coding that a Content-Encoding names; None where the body has none.

    Raises `UndecodableError` for one that cannot be decoded, or for several.
    """
    names = [name.strip().lower() for name in header.split(",")]
    codings = [name for name in names if name in _BY_NAME or name in _UNSUPPORTED]
    if not codings:
        return None
    if len(codings) > 1 or codings[0] in _UNSUPPORTED:
        raise UndecodableError(url, shorten(header), "only gzip or deflate can be decoded")
    return _BY_NAME[codings[0]]


def decode_chunks(chunks: Iterable[bytes], coding: Coding | None, url: str) -> Iterator[bytes]:
    """Yield a body decoded, in blocks of bounded size, however much a chunk stands for.

    Raises `UndecodableError`.
    """
    if coding is None:
        yield from chunks
        return
    decoder = _Decoder(coding)
    try:
        for chunk in chunks:
            yield from decoder.decode(chunk)
        yield decoder.finish()
    except (zlib.error, EOFError, LimitError) as error:
        raise UndecodableError(url, coding.value, str(error)) from error


class _Decoder:
    """Decodes the chunks of one body."""

    def __init__(self, coding: Coding) -> None:
        self._coding = coding
        self._pending = b""
        self._decompressor = zlib.decompressobj(_GZIP)
        self._parts = 0

    def decode(self, chunk: bytes) -> Iterator[bytes]:
        """Yield what a chunk adds, in blocks. Raises `zlib.error` and `LimitError`."""
        self._pending += chunk
        while self._begin():
            block = self._decompressor.decompress(self._pending, _BLOCK)
            self._pending = self._decompressor.unconsumed_tail or self._decompressor.unused_data
            if block:
                yield block

    def finish(self) -> bytes:
        """Return the rest of the body. Raises `EOFError` where it is incomplete, `zlib.error`."""
        if not self._parts and not self._pending:
            return b""  # nothing at all was transferred
        rest = self._decompressor.flush() if self._parts else b""
        if not self._parts or not self._decompressor.eof:
            raise EOFError("unexpected end of data")
        return rest

    def _begin(self) -> bool:
        """Begin the body or the next part of a gzip file; tell whether there is what to decode."""
        if not self._parts or self._decompressor.eof:
            if len(self._pending) < 2:
                return False
            if self._parts and not self._pending.startswith(_GZIP_MAGIC):
                self._pending = b""  # what follows the end is ignored, as by others
                return False
            self._decompressor = zlib.decompressobj(_window_bits(self._coding, self._pending))
            self._parts += 1
            if self._parts > GZIP_PARTS:
                raise LimitError(GZIP_PARTS, "parts")
        return bool(self._pending)


def _window_bits(coding: Coding, head: bytes) -> int:
    """Return what zlib needs; `deflate` comes with a zlib header, or (wrongly) without."""
    if coding is Coding.GZIP:
        return _GZIP
    has_header = head[0] & 0x0F == zlib.DEFLATED and int.from_bytes(head[:2], "big") % 31 == 0
    return zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS


def decode_file(
    chunks: Iterable[bytes], coding: Coding | None, filename: str, url: str
) -> Iterator[bytes]:
    """Yield a file as it was before it was encoded for the transfer. Raises `UndecodableError`.

    Some servers name a coding for a file that was compressed before, and transfer it as it is. So
    one that begins as its format does is decoded only if what comes out begins so too.
    """
    if coding is None:
        yield from chunks
        return
    chunks, head = iter(chunks), b""
    while len(head) < _HEAD_SIZE and (chunk := next(chunks, b"")):
        head += chunk
    magic = next((_MAGIC[end] for end in _MAGIC if filename.endswith(end)), None)
    is_decoded_already = (
        magic is not None
        and head.startswith(magic)
        and not _decode_head(head, coding).startswith(magic)
    )
    yield from decode_chunks(chain([head], chunks), None if is_decoded_already else coding, url)


def _decode_head(head: bytes, coding: Coding) -> bytes:
    try:
        return zlib.decompressobj(_window_bits(coding, head)).decompress(head, 16)
    except zlib.error:
        return b""
