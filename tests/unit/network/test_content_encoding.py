from __future__ import annotations

import gzip
import os
import zlib

import pytest

from bootstrap.network import content_encoding
from bootstrap.network.content_encoding import Coding, decode_chunks, decode_file, parse_coding
from bootstrap.network.errors import UndecodableError

URL = "https://h/"
WHEEL = b"PK\x03\x04" + os.urandom(3000)
SDIST = gzip.compress(os.urandom(3000))


def deflate_without_header(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


def decoded(body: bytes, coding: Coding | None, size: int = 100) -> bytes:
    chunks = [body[n : n + size] for n in range(0, len(body), size)]
    return b"".join(decode_chunks(chunks, coding, URL))


@pytest.mark.parametrize("header", ["", "identity", "utf-8", "none", "aws-chunked", "UTF-8, none"])
def test_what_names_no_coding_means_nothing(header: str) -> None:
    assert parse_coding(header, URL) is None


@pytest.mark.parametrize("header", ["gzip", "x-gzip", "GZIP", "aws-chunked, gzip", " gzip,utf-8"])
def test_gzip_has_several_names(header: str) -> None:
    assert parse_coding(header, URL) is Coding.GZIP


@pytest.mark.parametrize("header", ["br", "zstd", "compress", "gzip, gzip", "deflate, gzip"])
def test_what_cannot_be_decoded_is_refused(header: str) -> None:
    with pytest.raises(UndecodableError, match="only gzip or deflate"):
        parse_coding(header, URL)


@pytest.mark.parametrize("size", [1, 100, 10_000])
def test_deflate_is_decoded_with_and_without_its_header(size: int) -> None:
    for packed in (zlib.compress(WHEEL), deflate_without_header(WHEEL)):
        assert decoded(packed, Coding.DEFLATE, size) == WHEEL


@pytest.mark.parametrize("size", [1, 100, 10_000])
def test_gzip_may_have_several_parts_and_padding(size: int) -> None:
    packed = gzip.compress(WHEEL[:1000]) + gzip.compress(WHEEL[1000:])
    assert decoded(packed + bytes(100), Coding.GZIP, size) == WHEEL


@pytest.mark.parametrize("coding", Coding)
def test_what_is_cut_off_or_damaged_is_refused(coding: Coding) -> None:
    packed = gzip.compress(WHEEL) if coding is Coding.GZIP else zlib.compress(WHEEL)
    for body in (packed[:-9], packed[:1], b"\xff" * 100, packed[:50] + b"\xff" * 100):
        with pytest.raises(UndecodableError):
            decoded(body, coding)
    assert decoded(b"", coding) == b""


def test_a_bomb_is_decoded_in_blocks_of_bounded_size() -> None:
    blocks = decode_chunks([gzip.compress(bytes(64 << 20))], Coding.GZIP, URL)
    sizes = [len(block) for block in blocks]
    assert sum(sizes) == 64 << 20
    assert max(sizes) <= 1 << 18


def test_parts_without_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content_encoding, "GZIP_PARTS", 100)
    assert decoded(gzip.compress(b"x") * 100, Coding.GZIP) == b"x" * 100
    with pytest.raises(UndecodableError, match="more than 100 parts, which is the limit"):
        decoded(gzip.compress(b"") * 101, Coding.GZIP)


@pytest.mark.parametrize(
    ("filename", "file"), [("demo-1.0-py3-none-any.whl", WHEEL), ("demo-1.0.tar.gz", SDIST)]
)
def test_a_file_is_decoded_unless_the_coding_is_its_own(filename: str, file: bytes) -> None:
    for body in (gzip.compress(file), file):
        chunks = [body[n : n + 10] for n in range(0, len(body), 10)]
        assert b"".join(decode_file(chunks, Coding.GZIP, filename, URL)) == file
    assert b"".join(decode_file([zlib.compress(file)], Coding.DEFLATE, filename, URL)) == file
    assert b"".join(decode_file([file], None, filename, URL)) == file
