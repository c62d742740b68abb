from __future__ import annotations

import gzip

import pytest

from bootstrap.network.errors import TooLargeError, UndecodableError
from bootstrap.network.response import decoded


def in_chunks(body: bytes, size: int = 100) -> list[bytes]:
    return [body[n : n + size] for n in range(0, len(body), size)]


def test_a_plain_and_a_compressed_body_are_the_same() -> None:
    body = bytes(range(256)) * 50
    assert decoded(in_chunks(body), "", "https://h/", 1 << 20) == body
    assert decoded(in_chunks(gzip.compress(body)), "GZIP", "https://h/", 1 << 20) == body


def test_a_body_is_bounded_on_the_wire() -> None:
    with pytest.raises(TooLargeError, match="on the wire"):
        decoded(in_chunks(bytes(1001)), "identity", "https://h/", 1000)


def test_a_bomb_is_bounded_while_it_is_decompressed() -> None:
    bomb = gzip.compress(bytes(50 << 20))
    with pytest.raises(TooLargeError, match="after decompression"):
        decoded(in_chunks(bomb, 1 << 16), "gzip", "https://h/", 1 << 20)


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip"])
def test_an_encoding_nobody_asked_for_is_refused(encoding: str) -> None:
    with pytest.raises(UndecodableError, match=encoding):
        decoded([b"x"], encoding, "https://h/", 1000)


@pytest.mark.parametrize("body", [b"this is no gzip", gzip.compress(bytes(10_000), mtime=0)[:-9]])
def test_damaged_compression_is_told(body: bytes) -> None:
    with pytest.raises(UndecodableError):
        decoded([body], "gzip", "https://h/", 1 << 20)
