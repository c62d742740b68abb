from __future__ import annotations

import gzip

import pytest

from bootstrap.network.errors import TooLargeError, UndecodableError
from bootstrap.network.response import decode_body


def in_chunks(body: bytes, size: int = 100) -> list[bytes]:
    return [body[n : n + size] for n in range(0, len(body), size)]


def test_a_plain_and_a_compressed_body_are_the_same() -> None:
    body = bytes(range(256)) * 50
    assert decode_body(in_chunks(body), "", "https://h/", 1 << 20) == body
    assert decode_body(in_chunks(gzip.compress(body)), "GZIP", "https://h/", 1 << 20) == body


def test_the_transferred_size_is_limited() -> None:
    with pytest.raises(TooLargeError, match="transferred"):
        decode_body(in_chunks(bytes(1001)), "identity", "https://h/", 1000)


def test_the_decompressed_size_is_limited() -> None:
    bomb = gzip.compress(bytes(50 << 20))
    with pytest.raises(TooLargeError, match="after decompression"):
        decode_body(in_chunks(bomb, 1 << 16), "gzip", "https://h/", 1 << 20)


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "aws-chunked, br"])
def test_an_encoding_that_cannot_be_decoded_is_refused(encoding: str) -> None:
    with pytest.raises(UndecodableError, match=encoding):
        decode_body([b"x"], encoding, "https://h/", 1000)


@pytest.mark.parametrize("body", [b"this is no gzip", gzip.compress(bytes(10_000), mtime=0)[:-9]])
def test_damaged_compression_is_refused(body: bytes) -> None:
    with pytest.raises(UndecodableError):
        decode_body([body], "gzip", "https://h/", 1 << 20)
