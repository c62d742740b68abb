"""Decompression in bounded memory."""

from __future__ import annotations

import io
import lzma
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from bootstrap.limits import LZMA_MEMORY, LimitError
from bootstrap.pep517.lzma_stream import open_lzma

CONTENT = os.urandom(300_000)
_alone = partial(lzma.compress, format=lzma.FORMAT_ALONE)


def with_dictionary(size: int, format_: int) -> bytes:
    kind = lzma.FILTER_LZMA1 if format_ == lzma.FORMAT_ALONE else lzma.FILTER_LZMA2
    filters = [{"id": kind, "preset": 0, "dict_size": size, "mf": lzma.MF_HC3}]
    return lzma.compress(b"text", format=format_, filters=filters)


@pytest.fixture
def read(tmp_path: Path) -> Callable[[bytes], bytes]:
    def whole(compressed: bytes) -> bytes:
        (tmp_path / "file").write_bytes(compressed)
        with open_lzma(tmp_path / "file") as stream:
            return stream.read()

    return whole


@pytest.mark.parametrize("compress", [lzma.compress, _alone, partial(lzma.compress, preset=9)])
def test_what_is_compressed_is_read(
    compress: Callable[[bytes], bytes], read: Callable[[bytes], bytes]
) -> None:
    for content in (b"", b"text", CONTENT, bytes(1 << 20)):
        assert read(compress(content)) == content


def test_several_streams_with_padding_are_one_file(read: Callable[[bytes], bytes]) -> None:
    packed = [lzma.compress(part) for part in (CONTENT[:1000], b"", CONTENT[1000:])]
    assert read(bytes(4).join(packed) + bytes(100_000)) == CONTENT


@pytest.mark.parametrize("compress", [lzma.compress, _alone])
def test_what_is_cut_off_or_followed_by_something_else_is_refused(
    compress: Callable[[bytes], bytes], read: Callable[[bytes], bytes]
) -> None:
    packed = compress(CONTENT)
    for damaged in (packed[:-9], packed[:5], packed[: len(packed) // 2], packed + b"rest"):
        with pytest.raises((EOFError, lzma.LZMAError)):
            read(damaged)


@pytest.mark.parametrize("format_", [lzma.FORMAT_XZ, lzma.FORMAT_ALONE])
def test_what_needs_too_much_memory_is_refused(
    format_: int, read: Callable[[bytes], bytes]
) -> None:
    assert read(with_dictionary(64 << 20, format_)) == b"text"
    for packed in (
        with_dictionary(LZMA_MEMORY, format_),
        lzma.compress(b"first") + with_dictionary(LZMA_MEMORY, format_),
    ):
        with pytest.raises(LimitError, match="100,663,296 bytes of memory"):
            read(packed)


def test_one_can_seek_forwards_only(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(lzma.compress(CONTENT))
    with open_lzma(tmp_path / "file") as stream:
        for position in (10, 70_000, 70_001, 200_000):
            assert stream.seek(position) == stream.tell() == position
            assert stream.read(5) == CONTENT[position : position + 5]
        with pytest.raises(io.UnsupportedOperation):
            stream.seek(0)
        assert stream.seek(1_000_000) == len(CONTENT)
        assert stream.read() == b""
