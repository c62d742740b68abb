"""Writes zip archives byte by byte, so that every field of them can lie."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

_LOCAL, _ENTRY, _END = b"PK\3\4", b"PK\1\2", b"PK\5\6"
_END64, _LOCATOR = b"PK\6\6", b"PK\6\7"
UTF8, DESCRIPTOR = 1 << 11, 1 << 3


@dataclass(frozen=True)
class Entry:
    """One member; None stands for the true value."""

    name: bytes
    data: bytes = b""
    deflated: bool = True
    method: int | None = None
    flags: int = 0
    mode: int = 0o100644
    crc: int | None = None
    size: int | None = None
    packed: bytes | None = None
    """The bytes in the archive instead of the compressed data."""
    packed_size: int | None = None
    extra: bytes = b""
    local_name: bytes | None = None
    local_method: int | None = None
    local_crc: int | None = None
    local_size: int | None = None
    local_extra: bytes = b""
    local_flags: int | None = None
    descriptor: bytes = b""
    """Bytes after the data."""
    gap: bytes = b""
    """Bytes before the local header that belong to no member."""
    disk: int = 0
    offset: int | None = None
    version: int = 20

    @property
    def content(self) -> bytes:
        """The bytes the archive stores."""
        if self.packed is not None:
            return self.packed
        if not self.deflated:
            return self.data
        compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
        return compressor.compress(self.data) + compressor.flush()

    @property
    def fields(self) -> tuple[int, int, int, int]:
        """Method, checksum, packed size, size."""
        method = self.method if self.method is not None else 8 * self.deflated
        crc = zlib.crc32(self.data) if self.crc is None else self.crc
        packed = len(self.content) if self.packed_size is None else self.packed_size
        return method, crc, packed, len(self.data) if self.size is None else self.size


@dataclass(frozen=True)
class End:
    """The archive's end; None stands for the true value."""

    entries: int | None = None
    size: int | None = None
    offset: int | None = None
    disk: int = 0
    comment: bytes = b""
    comment_size: int | None = None
    zip64: bytes | None = None
    """The ZIP64 end record and its locator: see `zip64_end`."""
    signature: bytes = _END


@dataclass(frozen=True)
class Zip:
    """A whole archive."""

    entries: Sequence[Entry]
    prefix: bytes = b""
    suffix: bytes = b""
    end: End = field(default_factory=End)
    before_directory: bytes = b""
    after_directory: bytes = b""
    extra_entries: Sequence[Entry] = ()
    """In the central directory only."""

    def bytes(self) -> bytes:
        """Put it together."""
        body, directory = bytearray(self.prefix), bytearray()
        for entry in self.entries:
            body += entry.gap
            directory += central(entry, len(body))
            body += local(entry) + entry.content + entry.descriptor
        for entry in self.extra_entries:
            directory += central(entry, 0)
        body += self.before_directory
        offset, count = len(body), len(self.entries) + len(self.extra_entries)
        body += directory + self.after_directory
        end = self.end
        if end.zip64 is not None:
            body += end.zip64.replace(b"<OFFSET>", struct.pack("<Q", len(body)))
        body += struct.pack(
            "<4s4H2LH",
            end.signature,
            end.disk,
            end.disk,
            count if end.entries is None else end.entries,
            count if end.entries is None else end.entries,
            len(directory) if end.size is None else end.size,
            offset if end.offset is None else end.offset,
            len(end.comment) if end.comment_size is None else end.comment_size,
        )
        return bytes(body + end.comment + self.suffix)


def local(entry: Entry) -> bytes:
    """Return a member's local header."""
    method, crc, packed, size = entry.fields
    name = entry.name if entry.local_name is None else entry.local_name
    if entry.local_method is not None:
        method = entry.local_method
    if entry.local_crc is not None:
        crc = entry.local_crc
    if entry.local_size is not None:
        packed, size = (entry.local_size, entry.local_size)
    flags = entry.flags if entry.local_flags is None else entry.local_flags
    fields = (20, flags, method, 0, 33, crc, packed, size, len(name), len(entry.local_extra))
    return struct.pack("<4s5H3L2H", _LOCAL, *fields) + name + entry.local_extra


def central(entry: Entry, offset: int) -> bytes:
    """Return a member's entry of the central directory."""
    method, crc, packed, size = entry.fields
    offset = offset if entry.offset is None else entry.offset
    head = (0x314, entry.version, entry.flags, method, 0, 33, crc, packed, size)
    lengths = (len(entry.name), len(entry.extra), 0, entry.disk, 0)
    tail = (entry.mode << 16, offset)
    fixed = struct.pack("<4s6H3L5H2L", _ENTRY, *head, *lengths, *tail)
    return fixed + entry.name + entry.extra


def zip64_end(
    entries: int, size: int, offset: int, *, disks: int = 1, at: bytes = b"<OFFSET>"
) -> bytes:
    """Return a ZIP64 end record and its locator; `at` is where the locator points."""
    record = struct.pack("<4sQ2H2L4Q", _END64, 44, 45, 45, 0, 0, entries, entries, size, offset)
    return record + _LOCATOR + struct.pack("<L", 0) + at + struct.pack("<L", disks)


def descriptor_of(entry: Entry) -> bytes:
    """Return a true data descriptor."""
    _, crc, packed, size = entry.fields
    return b"PK\7\x08" + struct.pack("<LLL", crc, packed, size)
