"""A zip archive, opened strictly: its whole structure is checked before a byte is unpacked.

Two zip readers must not see different files in it (CVE-2025-54368, GHSA-pqhf-p39g-3x64). So it has
one end, one central directory, local headers that agree with it, members that fill the file without
gap or overlap, and names that mean the same file on every system.
"""

from __future__ import annotations

import struct
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO

from bootstrap.dataclasses import dataclass, field
from bootstrap.install.strict_zip.central_directory import (
    SATURATED_32,
    ZipMember,
    expand_zip64,
    find_directory,
    read_members,
    split_extra,
)
from bootstrap.install.strict_zip.names import check_collisions, check_name
from bootstrap.install.wheel_rules import Rule, WheelValidationError
from bootstrap.limits import UNPACKED_RATIO, UNPACKED_SIZE

_LOCAL = struct.Struct("<4s5H3L2H")
_LOCAL_SIGNATURE = b"PK\3\4"
_DESCRIPTOR_SIGNATURE = b"PK\7\x08"
_SIGNIFICANT_FLAGS = 1 << 0 | 1 << 3 | 1 << 5 | 1 << 6 | 1 << 11 | 1 << 13
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Archive:
    """An open zip archive whose structure has been checked; several threads may read it."""

    members: Mapping[str, ZipMember]
    """By name, in the order of their data."""
    _stream: BinaryIO
    _data_offsets: Mapping[str, int]
    _lock: threading.Lock = field(default_factory=threading.Lock)
    """Held while the stream is at a place of one thread."""

    @property
    def size(self) -> int:
        """The number of bytes of all members, unpacked."""
        return sum(member.size for member in self.members.values())

    def read(self, name: str, limit: int, too_large: Rule) -> bytes:
        """Return all bytes of a member.

        Raises `WheelValidationError`, with the rule `too_large` for more bytes than the limit.
        """
        member = self.members[name]
        if member.size > limit:
            detail = f"{member.size} bytes, the limit is {limit}"
            raise WheelValidationError(too_large, detail)
        return b"".join(self.chunks(member))

    def chunks(self, member: ZipMember) -> Iterator[bytes]:
        """Yield a member's bytes, never more than its declared size.

        Raises `WheelValidationError` where the size or the checksum is wrong.
        """
        found, crc = 0, 0
        read = self._read_stored if member.is_stored else self._inflate
        for chunk in read(member):
            found += len(chunk)
            if found > member.size:
                detail = f"{member.name}: more than {member.size} bytes"
                raise WheelValidationError(Rule.WRONG_SIZE, detail)
            crc = zlib.crc32(chunk, crc)
            yield chunk
        if found != member.size:
            detail = f"{member.name}: {found} bytes, {member.size} expected"
            raise WheelValidationError(Rule.WRONG_SIZE, detail)
        if crc != member.crc:
            raise WheelValidationError(Rule.CHECKSUM, member.name)

    def _read_stored(self, member: ZipMember) -> Iterator[bytes]:
        at, left = self._data_offsets[member.name], member.compressed_size
        while left:
            with self._lock:
                self._stream.seek(at)
                chunk = self._stream.read(min(left, _CHUNK))
            if not chunk:
                raise WheelValidationError(Rule.DAMAGED_DATA, f"{member.name}: truncated")
            at, left = at + len(chunk), left - len(chunk)
            yield chunk

    def _inflate(self, member: ZipMember) -> Iterator[bytes]:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            for compressed in self._read_stored(member):
                yield inflater.decompress(compressed, _CHUNK)
                while inflater.unconsumed_tail:
                    yield inflater.decompress(inflater.unconsumed_tail, _CHUNK)
        except zlib.error as exc:
            raise WheelValidationError(Rule.DAMAGED_DATA, f"{member.name}: {exc}") from exc
        if not inflater.eof or inflater.unused_data:
            raise WheelValidationError(Rule.DAMAGED_DATA, f"{member.name}: its stream does not end")


def open_archive(stream: BinaryIO) -> Archive:
    """Check an archive's structure and names. Raises `WheelValidationError`."""
    length = stream.seek(0, 2)
    directory = find_directory(stream, length)
    stream.seek(directory.offset)
    content = stream.read(directory.size)
    members = sorted(read_members(content, directory), key=lambda member: member.offset)
    for member in members:
        check_name(member.name)
    check_collisions(member.name for member in members)
    offsets = dict(_data_offsets(stream, members, directory.offset))
    archive = Archive({member.name: member for member in members}, stream, offsets)
    if archive.size > max(UNPACKED_SIZE, length * UNPACKED_RATIO):
        raise WheelValidationError(Rule.BOMB, f"{archive.size} bytes from {length}")
    return archive


def read_member(
    stream: BinaryIO,
    ending: str,
    choose: Callable[[list[str]], str],
    limit: int,
    too_large: Rule,
) -> bytes:
    """Return the member that `choose` returns of all names with an ending (ASCII).

    Only the central directory and that member are read, and of the other members only that their
    entries follow each other, so that the stream may be a file on a server. Raises
    `WheelValidationError`, with the rule `too_large` for more bytes than the limit.
    """
    directory = find_directory(stream, stream.seek(0, 2))
    stream.seek(directory.offset)
    members = list(read_members(stream.read(directory.size), directory, ending.encode()))
    name = choose([member.name for member in members])
    member = next(member for member in members if member.name == name)
    offsets = {name: _check_local_header(stream, member)}
    return Archive({name: member}, stream, offsets).read(name, limit, too_large)


def _data_offsets(
    stream: BinaryIO, members: list[ZipMember], directory_offset: int
) -> Iterator[tuple[str, int]]:
    """Check that the members fill the file up to the central directory; yield where data begins."""
    at = 0
    ends = [*(member.offset for member in members[1:]), directory_offset]
    for member, end in zip(members, ends, strict=False):  # of no members there is an end
        if member.offset != at:
            rule = Rule.HIDDEN_DATA if member.offset > at else Rule.OVERLAP
            raise WheelValidationError(rule, f"before {member.name}")
        data = _check_local_header(stream, member)
        yield member.name, data
        at = data + member.compressed_size
        if member.has_descriptor and at < end:
            at += _check_descriptor(stream, member, at, end)
        if at > end:
            raise WheelValidationError(Rule.OVERLAP, f"after {member.name}")
    if at != directory_offset:
        raise WheelValidationError(Rule.HIDDEN_DATA, "before the central directory")


def _check_local_header(stream: BinaryIO, member: ZipMember) -> int:
    """Compare the local header with the central directory; return where the data begins."""
    stream.seek(member.offset)
    header = stream.read(_LOCAL.size + len(member.raw_name))
    if len(header) != _LOCAL.size + len(member.raw_name) or header[:4] != _LOCAL_SIGNATURE:
        raise WheelValidationError(Rule.LOCAL_HEADER, f"{member.name}: not found")
    _, _, flags, method, _, _, crc, packed, size, name_size, extra_size = _LOCAL.unpack_from(header)
    raw_name = header[_LOCAL.size :]
    if (name_size, raw_name) != (len(member.raw_name), member.raw_name):
        raise WheelValidationError(Rule.LOCAL_HEADER, f"{member.name}: its name")
    if method != member.method or (flags ^ member.flags) & _SIGNIFICANT_FLAGS:
        raise WheelValidationError(Rule.LOCAL_HEADER, f"{member.name}: its method or flags")
    extras = split_extra(stream.read(extra_size)) if extra_size else {}
    if SATURATED_32 in {size, packed}:
        size, packed = expand_zip64((size, packed), extras, member.name)
    values = (crc, packed, size)
    is_deferred = member.has_descriptor and not any(values)
    if values != (member.crc, member.compressed_size, member.size) and not is_deferred:
        raise WheelValidationError(Rule.LOCAL_HEADER, f"{member.name}: its size or checksum")
    return member.offset + len(header) + int(extra_size)


def _check_descriptor(stream: BinaryIO, member: ZipMember, at: int, end: int) -> int:
    """Return the length of the data descriptor, which must agree with the directory."""
    stream.seek(at)
    found = stream.read(min(end - at, 24))
    values = (member.crc, member.compressed_size, member.size)
    for layout in ("<LLL", "<LQQ"):
        if layout == "<LLL" and max(values) > 0xFFFFFFFF:
            continue
        plain = struct.pack(layout, *values)
        for descriptor in (_DESCRIPTOR_SIGNATURE + plain, plain):
            if found == descriptor:
                return len(descriptor)
    raise WheelValidationError(Rule.LOCAL_HEADER, f"{member.name}: its data descriptor")
