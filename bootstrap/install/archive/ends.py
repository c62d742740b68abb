"""Where a zip archive ends: its end-of-central-directory records (APPNOTE 4.3.14 to 4.3.16)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import BinaryIO

from bootstrap.install.rules import BrokenRuleError, Rule

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

    Raises `BrokenRuleError` where the end is missing, ambiguous, or contradicts itself.
    """
    tail_start = max(0, length - _END.size - _LONGEST_COMMENT)
    stream.seek(tail_start)
    tail = stream.read(length - tail_start)
    ends = _positions(tail)
    end_at = _reaching_the_last_byte(tail, ends)
    directory, records_start = _read_end(stream, tail, end_at, tail_start + end_at)
    # A zip stored inside this one has end records too, but they lie before the directory.
    if any(at != end_at and tail_start + at >= directory.offset for at in ends):
        raise BrokenRuleError(Rule.SEVERAL_ENDS)
    if (directory_end := directory.offset + directory.size) != records_start:
        detail = f"the directory ends at byte {directory_end}, its end record is at {records_start}"
        raise BrokenRuleError(Rule.HIDDEN_DATA, detail)
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
        raise BrokenRuleError(Rule.NOT_A_ZIP)
    for at in ends:
        if at + _END.size + _comment_length(tail, at) == len(tail):
            return at
    raise BrokenRuleError(Rule.TRAILING_DATA)


def _read_end(stream: BinaryIO, tail: bytes, at: int, end_at: int) -> tuple[Directory, int]:
    """Return the directory, and where the first of the end records begins."""
    _, disk, first_disk, here, entries, size, offset, _ = _END.unpack_from(tail, at)
    if disk or first_disk or here != entries:
        raise BrokenRuleError(Rule.SEVERAL_DISKS, f"disk {disk}, {here} of {entries} entries")
    short = Directory(offset, size, entries)
    if found := _find_end64(stream, end_at):
        records_start, long = found
        _agree(short, long)
        return long, records_start
    if _SATURATED_32 in {size, offset}:
        raise BrokenRuleError(Rule.ZIP64_MISMATCH, "the ZIP64 record is missing")
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
        raise BrokenRuleError(Rule.SEVERAL_DISKS, f"ZIP64: {disks} disks")
    if offset + _END64.size > end_at - _LOCATOR.size:
        raise BrokenRuleError(Rule.ZIP64_MISMATCH, f"the locator points to byte {offset}")
    stream.seek(offset)
    record = _END64.unpack(stream.read(_END64.size))
    signature, size_of_record, _, _, disk, first_disk, here, entries, size, start = record
    if signature != _END64_SIGNATURE or offset + 12 + size_of_record != end_at - _LOCATOR.size:
        raise BrokenRuleError(Rule.ZIP64_MISMATCH, "no ZIP64 record ends before its locator")
    if disk or first_disk or here != entries:
        raise BrokenRuleError(Rule.SEVERAL_DISKS, "ZIP64")
    return offset, Directory(start, size, entries)


def _agree(short: Directory, long: Directory) -> None:
    pairs = (
        ("entries", short.entries, long.entries, _SATURATED_16),
        ("size", short.size, long.size, _SATURATED_32),
        ("offset", short.offset, long.offset, _SATURATED_32),
    )
    for what, said, said64, saturated in pairs:
        if said not in {said64, saturated}:
            raise BrokenRuleError(Rule.ZIP64_MISMATCH, f"{what} {said} and {said64}")
