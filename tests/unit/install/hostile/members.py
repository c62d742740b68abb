"""Wheels in zip archives with members that are not what they should be."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace

from bootstrap.install.wheel_rules import Rule
from tests.unit.install.hostile.kind import (
    INFO,
    Kind,
    archive,
    entries_of,
    first,
    record_of,
    wheel_files,
)
from tests.unit.install.zips import Entry, Zip


def members() -> Iterator[Kind]:
    """Yield the kinds with a member that is not what it should be."""
    yield Kind("encrypted", Rule.ENCRYPTED, lambda: archive(first(flags=1)))
    yield Kind("strongly-encrypted", Rule.ENCRYPTED, lambda: archive(first(flags=1 << 6)))
    yield Kind("masked-headers", Rule.ENCRYPTED, lambda: archive(first(flags=1 << 13)))
    yield Kind("version-9.9", Rule.ZIP_VERSION, lambda: archive(first(version=99)))
    yield Kind("patch", Rule.METHOD, lambda: archive(first(flags=1 << 5)))
    yield Kind("bzip2", Rule.METHOD, lambda: archive(first(method=12)))
    yield Kind("zstandard", Rule.METHOD, lambda: archive(first(method=93)))
    yield Kind("stored", None, lambda: archive(first(deflated=False)))
    yield Kind("damaged-data", Rule.DAMAGED_DATA, _damaged)
    yield Kind(
        "stream-without-end",
        Rule.DAMAGED_DATA,
        lambda: archive(first(packed=b"\0\x0a\0\xf5\xffVALUE = 1\n")),
    )
    yield Kind(
        "bytes-after-the-stream",
        Rule.DAMAGED_DATA,
        lambda: archive(lambda e: [replace(e[0], packed=e[0].content + b"?"), *e[1:]]),
    )
    yield Kind("wrong-checksum", Rule.CHECKSUM, lambda: archive(first(crc=7)))
    yield Kind("larger-than-it-says", Rule.WRONG_SIZE, lambda: _sized(3))
    yield Kind("smaller-than-it-says", Rule.WRONG_SIZE, lambda: _sized(30))
    yield Kind(
        "stored-with-two-sizes", Rule.WRONG_SIZE, lambda: archive(first(deflated=False, size=3))
    )
    yield Kind("impossible-ratio", Rule.BOMB, lambda: archive(first(size=1 << 31)))
    yield Kind("bomb", Rule.BOMB, _bomb)
    yield Kind("symlink", None, _unix_mode(0o120777))
    yield Kind(
        "symlink-for-a-directory",
        Rule.SPECIAL_FILE,
        lambda: archive(lambda e: [Entry(b"pkg/", deflated=False, mode=0o120777), *e]),
    )
    yield Kind("fifo", Rule.SPECIAL_FILE, _unix_mode(0o010644))
    yield Kind("device", Rule.SPECIAL_FILE, _unix_mode(0o020644))
    yield Kind("socket", Rule.SPECIAL_FILE, _unix_mode(0o140644))
    yield Kind("directory-mode-of-a-file", Rule.SPECIAL_FILE, _unix_mode(0o040755))
    yield Kind("setuid", None, _unix_mode(0o104755))
    yield Kind("no-mode", None, _unix_mode(0))
    yield Kind(
        "directory-entry",
        None,
        lambda: archive(lambda e: [Entry(b"pkg/", deflated=False, mode=0o040755), *e]),
    )
    yield Kind(
        "directory-with-data",
        Rule.DIRECTORY_WITH_DATA,
        lambda: archive(lambda e: [Entry(b"pkg/", b"data", mode=0o040755), *e]),
    )


def _bomb() -> bytes:
    """300 MB of zeros in 300 KB: possible for deflate, but nothing honest looks like that."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = compressor.compress(bytes(1 << 20)) + compressor.flush(zlib.Z_FULL_FLUSH)
    bomb = Entry(b"zeros", b"", packed=block * 300 + compressor.flush(), size=300 << 20, crc=0)
    files = wheel_files(record=b"zeros,sha256=" + b"A" * 43 + b",1\n")
    return Zip([*entries_of(files), bomb]).bytes()


def _sized(size: int) -> bytes:
    """demo.py says a size that is wrong, and RECORD does not tell."""
    files = wheel_files({f"{INFO}/RECORD": None})
    record = record_of(files).replace(b",10\n", b",\n")
    return Zip(first(size=size)(entries_of(wheel_files(record=record)))).bytes()


def _unix_mode(mode: int) -> Callable[[], bytes]:
    return lambda: archive(first(mode=mode))


def _damaged() -> bytes:
    packed = entries_of(wheel_files())[0].content
    return archive(first(packed=bytes([packed[0] ^ 0x06, *packed[1:]])))
