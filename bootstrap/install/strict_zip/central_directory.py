"""The members of a zip archive, as its central directory tells them (APPNOTE 4.3.12)."""

from __future__ import annotations

import stat
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from bootstrap.install.wheel_rules import Rule, WheelValidationError

# FOLDED from bootstrap/install/archive/ends.py
_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_END_SIGNATURE, _END64_SIGNATURE, _LOCATOR_SIGNATURE = b"PK\5\6", b"PK\6\6", b"PK\6\7"
_LONGEST_COMMENT = 0xFFFF
_SATURATED_16, _SATURATED_32 = 0xFFFF, 0xFFFFFFFF


@dataclass(frozen=True)
class Directory:
    """Where the central directory lies: it ends exactly where the end records begin."""

    offset: int
    size: int
    entries: int


def find_directory(stream: BinaryIO, length: int) -> Directory:
    """Find the central directory of an archive of so many bytes.

    Raises `WheelValidationError` where the end is missing, ambiguous, or contradicts itself.
    """
    tail_start = max(0, length - _END.size - _LONGEST_COMMENT)
    stream.seek(tail_start)
    tail = stream.read(length - tail_start)
    ends = _positions(tail)
    end_at = _reaching_the_last_byte(tail, ends)
    directory, records_start = _read_end(stream, tail, end_at, tail_start + end_at)
    # A zip stored inside this one has end records too, but they lie before the directory.
    if any(at != end_at and tail_start + at >= directory.offset for at in ends):
        raise WheelValidationError(Rule.SEVERAL_ENDS)
    if (directory_end := directory.offset + directory.size) != records_start:
        detail = f"the directory ends at byte {directory_end}, its end record is at {records_start}"
        raise WheelValidationError(Rule.HIDDEN_DATA, detail)
    return directory


def _positions(tail: bytes) -> list[int]:
    found, at = [], tail.find(_END_SIGNATURE)
    while 0 <= at <= len(tail) - _END.size:
        found.append(at)
        at = tail.find(_END_SIGNATURE, at + 1)
    return found


def _reaching_the_last_byte(tail: bytes, ends: list[int]) -> int:
    """Return the position of the first end record whose comment ends where the file ends."""
    if not ends:
        raise WheelValidationError(Rule.NOT_A_ZIP)
    for at in ends:
        if at + _END.size + _comment_length(tail, at) == len(tail):
            return at
    raise WheelValidationError(Rule.TRAILING_DATA)


def _read_end(stream: BinaryIO, tail: bytes, at: int, end_at: int) -> tuple[Directory, int]:
    """Return the directory, and where the first of the end records begins."""
    _, disk, first_disk, here, entries, size, offset, _ = _END.unpack_from(tail, at)
    if disk or first_disk or here != entries:
        raise WheelValidationError(Rule.SEVERAL_DISKS, f"disk {disk}, {here} of {entries} entries")
    short = Directory(offset, size, entries)
    if found := _find_end64(stream, end_at):
        records_start, long = found
        _agree(short, long)
        return long, records_start
    if _SATURATED_32 in {size, offset}:
        raise WheelValidationError(Rule.ZIP64_MISMATCH, "the ZIP64 record is missing")
    return short, end_at


def _comment_length(tail: bytes, at: int) -> int:
    return int(_END.unpack_from(tail, at)[7])


def _find_end64(stream: BinaryIO, end_at: int) -> tuple[int, Directory] | None:
    """Return where ZIP64's record begins and what it says, or None where there is none."""
    if end_at < _LOCATOR.size:
        return None
    stream.seek(end_at - _LOCATOR.size)
    signature, disk, offset, disks = _LOCATOR.unpack(stream.read(_LOCATOR.size))
    if signature != _LOCATOR_SIGNATURE:
        return None
    if disk != 0 or disks > 1:
        raise WheelValidationError(Rule.SEVERAL_DISKS, f"ZIP64: {disks} disks")
    if offset + _END64.size > end_at - _LOCATOR.size:
        raise WheelValidationError(Rule.ZIP64_MISMATCH, f"the locator points to byte {offset}")
    stream.seek(offset)
    record = _END64.unpack(stream.read(_END64.size))
    signature, size_of_record, _, _, disk, first_disk, here, entries, size, start = record
    if signature != _END64_SIGNATURE or offset + 12 + size_of_record != end_at - _LOCATOR.size:
        raise WheelValidationError(Rule.ZIP64_MISMATCH, "no ZIP64 record ends before its locator")
    if disk or first_disk or here != entries:
        raise WheelValidationError(Rule.SEVERAL_DISKS, "ZIP64")
    return offset, Directory(start, size, entries)


def _agree(short: Directory, long: Directory) -> None:
    pairs = (
        ("entries", short.entries, long.entries, _SATURATED_16),
        ("size", short.size, long.size, _SATURATED_32),
        ("offset", short.offset, long.offset, _SATURATED_32),
    )
    for what, said, said64, saturated in pairs:
        if said not in {said64, saturated}:
            raise WheelValidationError(Rule.ZIP64_MISMATCH, f"{what} {said} and {said64}")


_ENTRY = struct.Struct("<4s6H3L5H2L")
_SIGNATURE = b"PK\1\2"
_SATURATED = 0xFFFFFFFF
_ZIP64_EXTRA, _UNICODE_PATH_EXTRA = 0x0001, 0x7075
_PATCHED, _UTF8, _ENCRYPTED, _DESCRIPTOR = 1 << 5, 1 << 11, 1 << 0 | 1 << 6 | 1 << 13, 1 << 3
_STORED, _DEFLATED = 0, 8
_NEWEST_VERSION = 63
_MOST_DEFLATE_CAN = 1032
"""Deflate makes at most 1032 bytes of one (RFC 1951: 258 bytes from two bits)."""


@dataclass(frozen=True)
class Member:
    """One file of the archive, or a directory where the name ends with a slash."""

    name: str
    raw_name: bytes
    flags: int
    method: int
    crc: int
    compressed_size: int
    size: int
    offset: int
    """Where its local header begins."""
    executable: bool

    @property
    def is_directory(self) -> bool:
        """Whether this is an entry for a directory."""
        return self.name.endswith("/")

    @property
    def has_descriptor(self) -> bool:
        """Whether sizes and checksum follow the data (and the local header may hold zeros)."""
        return bool(self.flags & _DESCRIPTOR)

    @property
    def is_stored(self) -> bool:
        """Whether the data is not compressed."""
        return self.method == _STORED


def read_members(content: bytes, directory: Directory) -> Iterator[Member]:
    """Read the central directory's bytes. Raises `WheelValidationError`."""
    at = 0
    for _ in range(directory.entries):
        if len(content) - at < _ENTRY.size:
            raise WheelValidationError(Rule.ENTRY_COUNT, f"it says {directory.entries}")
        fields = _ENTRY.unpack_from(content, at)
        if fields[0] != _SIGNATURE:
            raise WheelValidationError(Rule.DAMAGED_DIRECTORY, f"at byte {directory.offset + at}")
        name_end = at + _ENTRY.size + fields[10]
        extra_end = name_end + fields[11]
        raw_name = content[at + _ENTRY.size : name_end]
        at = extra_end + fields[12]
        if at > len(content):
            raise WheelValidationError(Rule.DAMAGED_DIRECTORY, "it is cut off")
        yield _member(fields, raw_name, content[name_end:extra_end])
    if at != len(content):
        raise WheelValidationError(Rule.ENTRY_COUNT, f"it says {directory.entries}, there are more")


def _member(fields: tuple[int, ...], raw_name: bytes, extra: bytes) -> Member:
    _, _, needed, flags, method, _, _, crc, compressed_size, size, _, _, _, disk = fields[:14]
    attributes, offset = fields[15:]
    extras = split_extra(extra)
    name = _decoded(raw_name, flags)
    if _UNICODE_PATH_EXTRA in extras and extras[_UNICODE_PATH_EXTRA][5:] != raw_name:
        raise WheelValidationError(Rule.AMBIGUOUS_NAME, name)
    if flags & _ENCRYPTED:
        raise WheelValidationError(Rule.ENCRYPTED, name)
    if needed > _NEWEST_VERSION:
        raise WheelValidationError(Rule.ZIP_VERSION, f"{name}: version {needed / 10}")
    if method not in {_STORED, _DEFLATED}:
        raise WheelValidationError(Rule.METHOD, f"{name}: method {method}")
    if flags & _PATCHED:
        raise WheelValidationError(Rule.METHOD, f"{name}: it holds a patch")
    size, compressed_size, offset = widened((size, compressed_size, offset), extras, name)
    if disk:
        raise WheelValidationError(Rule.SEVERAL_DISKS, f"{name}: disk {disk}")
    mode = attributes >> 16
    member = Member(
        name, raw_name, flags, method, crc, compressed_size, size, offset, bool(mode & 0o111)
    )
    _check_kind(member, mode)
    _check_sizes(member)
    return member


def _decoded(raw_name: bytes, flags: int) -> str:
    try:
        return raw_name.decode("utf-8" if flags & _UTF8 else "ascii")
    except UnicodeDecodeError as exc:
        raise WheelValidationError(Rule.UNDECODABLE_NAME, repr(raw_name)) from exc


def _check_kind(member: Member, mode: int) -> None:
    kind = stat.S_IFMT(mode)
    if kind == stat.S_IFLNK:
        raise WheelValidationError(Rule.SYMLINK, member.name)
    expected = stat.S_IFDIR if member.is_directory else stat.S_IFREG
    if kind not in {0, expected}:
        raise WheelValidationError(Rule.SPECIAL_FILE, f"{member.name}: mode {mode:o}")
    if member.is_directory and (member.size or member.compressed_size > 2):
        raise WheelValidationError(Rule.DIRECTORY_WITH_DATA, member.name)


def _check_sizes(member: Member) -> None:
    if member.is_stored and member.size != member.compressed_size:
        raise WheelValidationError(Rule.WRONG_SIZE, f"{member.name}: stored, yet of two sizes")
    if member.size > member.compressed_size * _MOST_DEFLATE_CAN:
        detail = f"{member.name}: {member.size} bytes from {member.compressed_size}"
        raise WheelValidationError(Rule.BOMB, detail)


def split_extra(extra: bytes) -> dict[int, bytes]:
    """Split an extra field into its parts by their ids (APPNOTE 4.5.1)."""
    parts: dict[int, bytes] = {}
    at = 0
    while at < len(extra):
        kind, size = struct.unpack_from("<HH", extra, at) if at + 4 <= len(extra) else (0, -1)
        if size < 0 or at + 4 + size > len(extra) or kind in parts:
            raise WheelValidationError(Rule.DAMAGED_DIRECTORY, "an extra field")
        parts[kind] = extra[at + 4 : at + 4 + size]
        at += 4 + size
    return parts


def widened(values: tuple[int, ...], extras: dict[int, bytes], name: str) -> tuple[int, ...]:
    """Replace saturated 32-bit values by ZIP64's, in their order (APPNOTE 4.5.3)."""
    saturated = values.count(_SATURATED)
    wide = extras.get(_ZIP64_EXTRA, b"")
    if len(wide) < 8 * saturated:
        raise WheelValidationError(Rule.ZIP64_MISMATCH, f"{name}: its ZIP64 sizes are missing")
    replacements = iter(struct.unpack_from(f"<{saturated}Q", wide))
    return tuple(next(replacements) if value == _SATURATED else value for value in values)
