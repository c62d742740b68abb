"""The bytes of a kit: shebang, payload, footer, engine (docs/adr/0012).

Python runs the engine at the end, because a zip file is read from its end; the engine finds the
payload by the footer before itself. The payload is a zip file of stored members. There is only one
way to write a payload with given members, so that every byte of it can be checked.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bootstrap.dataclasses import dataclass

SHEBANG = b"#!/usr/bin/env python3\n"
VERSION = 1
"""Of the layout. A reader refuses a later one by `needs`."""
NEEDS = "0.1.0"
"""The oldest get-installer that reads this version of the layout."""
WHEELS = "wheels/"
LOCK = "pylock.toml"
MANIFEST = "manifest.txt"

MAGIC = b"\x89get-installer\r\n"
_FIELDS = struct.Struct("<QQQ32sQ32s")
_DIGEST_SIZE = 32
_FROZEN = struct.Struct("<30sH16s")
"""The end of the footer, which is the same in every version: `needs`, the version, the magic."""
FOOTER_SIZE = _FIELDS.size + _DIGEST_SIZE + _FROZEN.size
FROZEN_SIZE = _FROZEN.size

_LOCAL = struct.Struct("<4s5H3L2H")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
END_SIZE = _END.size
_DATE = 1 << 5 | 1
"""1 January 1980, the oldest date that a zip file can contain."""
_UNIX, _MODE = 3 << 8, 0o100644 << 16
_UTF8 = 1 << 11
_MAX_16, _MAX_32 = 0xFFFF, 0xFFFFFFFF
_PLAIN, _ZIP64 = 20, 45


class FooterError(ValueError):
    """A footer is not as it was written."""


class LaterVersionError(ValueError):
    """A layout that this version does not know; `needs` is the get-installer that does."""

    def __init__(self, needs: str) -> None:
        self.needs = needs
        super().__init__(needs)


class Member(NamedTuple):
    """One file of the payload; there may be very many."""

    name: str
    size: int
    crc: int
    sha256: str


@dataclass(frozen=True)
class Footer:
    """Where the parts of a kit are, and the digests of those that nothing else proves."""

    payload_size: int
    manifest_offset: int
    """From the beginning of the kit."""
    manifest_size: int
    manifest_sha256: str
    """The ID of the kit: the manifest contains the digests of all other members."""
    engine_size: int
    engine_sha256: str

    def pack(self) -> bytes:
        """Return the footer's bytes."""
        fields = _FIELDS.pack(
            self.payload_size,
            self.manifest_offset,
            self.manifest_size,
            bytes.fromhex(self.manifest_sha256),
            self.engine_size,
            bytes.fromhex(self.engine_sha256),
        )
        frozen = _FROZEN.pack(NEEDS.encode(), VERSION, MAGIC)
        return fields + hashlib.sha256(fields + frozen).digest() + frozen


def read_frozen(content: bytes) -> None:
    """Check the frozen end of a footer.

    Raises `FooterError` where there is no footer, and `LaterVersionError`.
    """
    if len(content) != _FROZEN.size:
        raise FooterError("there is no footer")
    needs, version, magic = _FROZEN.unpack(content)
    if magic != MAGIC:
        raise FooterError("there is no footer")
    if version != VERSION:
        raise LaterVersionError(needs.rstrip(b"\0").decode("ascii", "replace"))


def parse_footer(content: bytes) -> Footer:
    """Return the footer. Raises `FooterError` and `LaterVersionError`."""
    read_frozen(content[-_FROZEN.size :])
    fields = content[: _FIELDS.size]
    digest = content[_FIELDS.size : _FIELDS.size + _DIGEST_SIZE]
    if hashlib.sha256(fields + content[-_FROZEN.size :]).digest() != digest:
        raise FooterError("the footer does not have its digest")
    payload, offset, size, manifest, engine_size, engine = _FIELDS.unpack(fields)
    return Footer(payload, offset, size, manifest.hex(), engine_size, engine.hex())


def engine_size(end: bytes) -> int:
    """Return the size of the zip file that ends with these bytes; 0 where there is none.

    The launcher (tools/zipapp/heads/from_file.py) does the same: in a .pyz, offsets count from its
    shebang.
    """
    if len(end) != _END.size or not end.startswith(b"PK\5\6"):
        return 0
    fields = _END.unpack(end)
    return int(fields[5] + fields[6] + _END.size)


# --- The payload ---------------------------------------------------------------------------------


def local_header(member: Member) -> bytes:
    """Return the bytes before a member's data."""
    name = member.name.encode()
    is_large = member.size >= _MAX_32
    extra = struct.pack("<2H2Q", 1, 16, member.size, member.size) if is_large else b""
    size = _MAX_32 if is_large else member.size
    version = _ZIP64 if is_large else _PLAIN
    flags = 0 if member.name.isascii() else _UTF8
    fields = (version, flags, 0, 0, _DATE, member.crc, size, size, len(name), len(extra))
    return _LOCAL.pack(b"PK\3\4", *fields) + name + extra


def data_offsets(members: Sequence[Member]) -> Iterator[int]:
    """Yield where each member's data begins, from the beginning of the payload."""
    at = 0
    for member in members:
        at += len(local_header(member))
        yield at
        at += member.size


def central_directory(members: Sequence[Member]) -> Iterator[bytes]:
    """Yield the bytes behind the data of all members, in pieces."""
    at, length = 0, 0
    for member in members:
        entry = _directory_entry(member, at)
        length += len(entry)
        at += len(local_header(member)) + member.size
        yield entry
    count = len(members)
    if count >= _MAX_16 or at >= _MAX_32 or length >= _MAX_32:
        sizes = (44, _ZIP64 | _UNIX, _ZIP64, 0, 0, count, count, length, at)
        yield _END64.pack(b"PK\6\6", *sizes)
        yield _LOCATOR.pack(b"PK\6\7", 0, at + length, 1)
    few = min(count, _MAX_16)
    yield _END.pack(b"PK\5\6", 0, 0, few, few, min(length, _MAX_32), min(at, _MAX_32), 0)


def _directory_entry(member: Member, offset: int) -> bytes:
    name = member.name.encode()
    is_large, is_far = member.size >= _MAX_32, offset >= _MAX_32
    wide = [member.size, member.size] if is_large else []
    wide += [offset] if is_far else []
    extra = struct.pack(f"<2H{len(wide)}Q", 1, 8 * len(wide), *wide) if wide else b""
    version = _ZIP64 if wide else _PLAIN
    flags = 0 if member.name.isascii() else _UTF8
    size = _MAX_32 if is_large else member.size
    fields = (
        *(version | _UNIX, version, flags, 0, 0, _DATE, member.crc, size, size),
        *(len(name), len(extra), 0, 0, 0, _MODE, _MAX_32 if is_far else offset),
    )
    return _ENTRY.pack(b"PK\1\2", *fields) + name + extra
