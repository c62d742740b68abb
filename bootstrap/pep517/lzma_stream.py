"""Decompression of .xz and .lzma in bounded memory, which `lzma.open` does not offer.

An archive says how many bytes its decompressor keeps in memory: up to 4 GiB.
"""

from __future__ import annotations

import io
import lzma
import os
from pathlib import Path
from typing import BinaryIO, Literal

from bootstrap.limits import LZMA_MEMORY, LimitError

_CHUNK = 1 << 16


def open_lzma(path: Path, mode: Literal["rb"] = "rb") -> io.BufferedReader:
    """Open a file for reading; one can seek forwards in it.

    Reading raises `lzma.LZMAError`, EOFError, and `LimitError` where it needs too much memory.
    """
    return io.BufferedReader(_LzmaStream(open(path, mode)), _CHUNK)  # noqa: PTH123


class _LzmaStream(io.RawIOBase):
    def __init__(self, compressed: BinaryIO) -> None:
        self._compressed = compressed
        self._decompressor = _new_decompressor()
        self._rest = b""
        """What is read and belongs to the stream that begins."""
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def close(self) -> None:
        self._compressed.close()
        super().close()

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # any buffer elsewhere
        content = self._decompress(len(buffer))
        buffer[: len(content)] = content
        self._position += len(content)
        return len(content)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Skip to a later position, or to the end if that is before it."""
        if whence == os.SEEK_CUR:
            offset += self._position
        if whence == os.SEEK_END or offset < self._position:
            raise io.UnsupportedOperation("only forwards")
        while (missing := offset - self._position) and self.read(min(missing, _CHUNK)):
            pass
        return self._position

    def _decompress(self, size: int) -> bytes:
        """Return some bytes, `size` at most; none at the end."""
        while True:
            if self._decompressor.eof and not self._begin_next():
                return b""
            chunk = b""
            if self._decompressor.needs_input:
                chunk, self._rest = self._rest or self._compressed.read(_CHUNK), b""
                if not chunk:
                    raise EOFError("unexpected end of data")
            if content := self._feed(chunk, size):
                return content

    def _begin_next(self) -> bool:
        """Begin the next one of several concatenated streams, if there is one."""
        rest = self._decompressor.unused_data
        while not (rest := rest.lstrip(b"\0")):  # the padding between streams
            if not (rest := self._compressed.read(_CHUNK)):
                return False
        self._decompressor = _new_decompressor()
        self._rest = rest
        return True

    def _feed(self, chunk: bytes, size: int) -> bytes:
        try:
            return self._decompressor.decompress(chunk, size)
        except lzma.LZMAError as error:
            if "Memory usage limit" in str(error):
                raise LimitError(LZMA_MEMORY, "bytes of memory for decompression") from error
            raise


def _new_decompressor() -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(memlimit=LZMA_MEMORY)
