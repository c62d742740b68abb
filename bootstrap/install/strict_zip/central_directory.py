"""The central directory of a zip archive and the records that end it (APPNOTE 4.3.12 to 4.3.16)."""

from __future__ import annotations

import re
import stat
import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from bootstrap.dataclasses import dataclass
from bootstrap.install.wheel_rules import Rule, WheelValidationError
from bootstrap.limits import ARCHIVE_DIRECTORY_SIZE, ARCHIVE_FILES, EXTRA_FIELDS

_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_EXTENT = struct.Struct("<4s24x3H")
"""Of an entry: its signature, and how long its name, extra field and comment are."""
_END_SIGNATURE, _END64_SIGNATURE, _LOCATOR_SIGNATURE = b"PK\5\6", b"PK\6\6", b"PK\6\7"
_ENTRY_SIGNATURE = b"PK\1\2"
_SATURATED_16, SATURATED_32 = 0xFFFF, 0xFFFFFFFF
"""The values that refer to a ZIP64 record."""
_MAX_COMMENT = 0xFFFF
_ZIP64_EXTRA, _UNICODE_PATH_EXTRA = 0x0001, 0x7075
_PATCHED, _UTF8, _ENCRYPTED, _DESCRIPTOR = 1 << 5, 1 << 11, 1 << 0 | 1 << 6 | 1 << 13, 1 << 3
_STORED, _DEFLATED = 0, 8
_METHODS = frozenset({_STORED, _DEFLATED})
_TYPE = 0o170000
"""The bits of a mode that say what kind of file it is (`stat.S_IFMT`); all 0: not said."""
_FILE_TYPES = frozenset({0, stat.S_IFREG})
_REFUSED = _ENCRYPTED | _PATCHED
_MAX_VERSION = 63
_MAX_DEFLATE_RATIO = 1032
"""Deflate makes at most 1032 bytes of one (RFC 1951: 258 bytes from two bits)."""


@dataclass(frozen=True)
class CentralDirectory:
    """Where the central directory is: it ends exactly where the end records begin."""

    offset: int
    size: int
    entries: int


class ZipMember(NamedTuple):  # made by the million where many versions are tried
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
    is_link: bool = False
    """Whether its bytes are the text of a symbolic link; they are installed as a file, as by pip
    and uv. A link is never made."""

    @property
    def is_directory(self) -> bool:
        """Whether this is an entry for a directory."""
        return self.name.endswith("/")

    @property
    def has_descriptor(self) -> bool:
        """Whether sizes and checksum follow the data; the local header may have zeros then."""
        return bool(self.flags & _DESCRIPTOR)

    @property
    def is_stored(self) -> bool:
        """Whether the data is not compressed."""
        return self.method == _STORED


def find_directory(stream: BinaryIO, length: int) -> CentralDirectory:
    """Find the central directory of an archive of `length` bytes.

    Raises `WheelValidationError` where the end is missing, ambiguous, or contradicts itself, and
    where the directory is too large to be read.
    """
    tail_start = max(0, length - _END.size - _MAX_COMMENT)
    stream.seek(tail_start)
    tail = stream.read(length - tail_start)
    found = (match.start() for match in re.finditer(_END_SIGNATURE, tail))
    ends = [at for at in found if at <= len(tail) - _END.size]
    if not ends:
        raise WheelValidationError(Rule.NOT_A_ZIP)
    for end_at in ends:
        *_, comment_length = _END.unpack_from(tail, end_at)
        if end_at + _END.size + comment_length == len(tail):
            break
    else:
        raise WheelValidationError(Rule.TRAILING_DATA)
    directory, records_start = _read_end(stream, tail, end_at, tail_start + end_at)
    # A zip stored inside this one has end records too, but they lie before the directory.
    if any(at != end_at and tail_start + at >= directory.offset for at in ends):
        raise WheelValidationError(Rule.SEVERAL_ENDS)
    if (directory_end := directory.offset + directory.size) != records_start:
        detail = f"the directory ends at byte {directory_end}, its end record is at {records_start}"
        raise WheelValidationError(Rule.HIDDEN_DATA, detail)
    if directory.entries > ARCHIVE_FILES:
        detail = f"{directory.entries}, the limit is {ARCHIVE_FILES}"
        raise WheelValidationError(Rule.TOO_MANY_FILES, detail)
    if directory.size > ARCHIVE_DIRECTORY_SIZE:
        detail = f"{directory.size} bytes, the limit is {ARCHIVE_DIRECTORY_SIZE}"
        raise WheelValidationError(Rule.LARGE_DIRECTORY, detail)
    return directory


def _read_end(stream: BinaryIO, tail: bytes, at: int, end_at: int) -> tuple[CentralDirectory, int]:
    """Return the directory, and where the first of the end records begins."""
    _, disk, first_disk, here, entries, size, offset, _ = _END.unpack_from(tail, at)
    if disk or first_disk or here != entries:
        raise WheelValidationError(Rule.SEVERAL_DISKS, f"disk {disk}, {here} of {entries} entries")
    found = _find_end64(stream, end_at)
    if found is None:
        if SATURATED_32 in {size, offset}:
            raise WheelValidationError(Rule.ZIP64_MISMATCH, "the ZIP64 record is missing")
        return CentralDirectory(offset, size, entries), end_at
    records_start, directory = found
    for field, value, value64, saturated in (
        ("entries", entries, directory.entries, _SATURATED_16),
        ("size", size, directory.size, SATURATED_32),
        ("offset", offset, directory.offset, SATURATED_32),
    ):
        if value not in {value64, saturated}:
            raise WheelValidationError(Rule.ZIP64_MISMATCH, f"{field} {value} and {value64}")
    return directory, records_start


def _find_end64(stream: BinaryIO, end_at: int) -> tuple[int, CentralDirectory] | None:
    """Return where ZIP64's record begins and its content, or None where there is none."""
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
    return offset, CentralDirectory(start, size, entries)


def read_members(
    content: bytes, directory: CentralDirectory, ending: bytes = b""
) -> Iterator[ZipMember]:
    """Read the central directory's bytes. Raises `WheelValidationError`.

    :param ending: of other members than those whose names end so, only the place is read: a wheel
        may have thousands, and a resolution may look for one member in thousands of wheels
    """
    at, length, header = 0, len(content), _ENTRY.size
    for _ in range(directory.entries):
        if length - at < header:
            raise WheelValidationError(Rule.ENTRY_COUNT, f"it says {directory.entries}")
        begin = at
        signature, name_size, extra_size, comment_size = _EXTENT.unpack_from(content, begin)
        if signature != _ENTRY_SIGNATURE:
            raise WheelValidationError(Rule.DAMAGED_DIRECTORY, f"at byte {directory.offset + at}")
        name_at = begin + header
        name_end = name_at + name_size
        at = name_end + extra_size + comment_size
        if at > length:
            raise WheelValidationError(Rule.DAMAGED_DIRECTORY, "it is truncated")
        if content.endswith(ending, name_at, name_end):
            fields = _ENTRY.unpack_from(content, begin)
            extra = content[name_end : name_end + extra_size]
            yield _parse_member(fields, content[name_at:name_end], extra)
    if at != length:
        raise WheelValidationError(Rule.ENTRY_COUNT, f"it says {directory.entries}, there are more")


def _parse_member(fields: tuple[int, ...], raw_name: bytes, extra: bytes) -> ZipMember:
    _, _, version, flags, method, _, _, crc, packed, size, *_, disk, _, attributes, offset = fields
    extras = split_extra(extra) if extra else {}
    try:
        name = raw_name.decode("utf-8" if flags & _UTF8 else "ascii")
    except UnicodeDecodeError as exc:
        raise WheelValidationError(Rule.UNDECODABLE_NAME, repr(raw_name)) from exc
    if flags & _REFUSED or version > _MAX_VERSION or method not in _METHODS or extras:
        _check_form(name, raw_name, fields, extras)
    if SATURATED_32 in (size, packed, offset):
        size, packed, offset = expand_zip64((size, packed, offset), extras, name)
    if disk:
        raise WheelValidationError(Rule.SEVERAL_DISKS, f"{name}: disk {disk}")
    mode = attributes >> 16
    is_link = mode & _TYPE == stat.S_IFLNK
    executable = bool(mode & 0o111) and not is_link
    member = ZipMember(
        name, raw_name, flags, method, crc, packed, size, offset, executable, is_link
    )
    is_regular = mode & _TYPE in _FILE_TYPES and name[-1:] != "/"
    if not is_regular or method == _STORED or size > packed * _MAX_DEFLATE_RATIO:
        _check_kind(member, mode)
    return member


def _check_form(
    name: str, raw_name: bytes, fields: tuple[int, ...], extras: dict[int, bytes]
) -> None:
    """Refuse what other zip readers may understand differently, or not at all."""
    _, _, version, flags, method = fields[:5]
    if _UNICODE_PATH_EXTRA in extras and extras[_UNICODE_PATH_EXTRA][5:] != raw_name:
        raise WheelValidationError(Rule.AMBIGUOUS_NAME, name)
    if flags & _ENCRYPTED:
        raise WheelValidationError(Rule.ENCRYPTED, name)
    if version > _MAX_VERSION:
        raise WheelValidationError(Rule.ZIP_VERSION, f"{name}: version {version / 10}")
    if method not in _METHODS:
        raise WheelValidationError(Rule.METHOD, f"{name}: method {method}")
    if flags & _PATCHED:
        raise WheelValidationError(Rule.METHOD, f"{name}: it is a patch")


def _check_kind(member: ZipMember, mode: int) -> None:
    """Refuse special files, and sizes that cannot be."""
    kind = stat.S_IFREG if member.is_link else mode & _TYPE
    is_directory = member.is_directory
    if kind not in {0, stat.S_IFDIR if is_directory else stat.S_IFREG}:
        raise WheelValidationError(Rule.SPECIAL_FILE, f"{member.name}: mode {mode:o}")
    if is_directory and (member.size or member.compressed_size > 2):
        raise WheelValidationError(Rule.DIRECTORY_WITH_DATA, member.name)
    if member.is_stored and member.size != member.compressed_size:
        raise WheelValidationError(Rule.WRONG_SIZE, f"{member.name}: stored, with two sizes")
    if member.size > member.compressed_size * _MAX_DEFLATE_RATIO:
        detail = f"{member.name}: {member.size} bytes from {member.compressed_size}"
        raise WheelValidationError(Rule.BOMB, detail)


def split_extra(extra: bytes) -> dict[int, bytes]:
    """Split an extra field into its parts by their ids (APPNOTE 4.5.1)."""
    parts: dict[int, bytes] = {}
    at = 0
    while at < len(extra):
        kind, size = struct.unpack_from("<HH", extra, at) if at + 4 <= len(extra) else (0, -1)
        is_whole = size >= 0 and at + 4 + size <= len(extra)
        if not is_whole or kind in parts or len(parts) == EXTRA_FIELDS:
            raise WheelValidationError(Rule.DAMAGED_DIRECTORY, "an extra field")
        parts[kind] = extra[at + 4 : at + 4 + size]
        at += 4 + size
    return parts


def expand_zip64(values: tuple[int, ...], extras: dict[int, bytes], name: str) -> tuple[int, ...]:
    """Replace saturated 32-bit values by ZIP64's, in their order (APPNOTE 4.5.3)."""
    saturated = values.count(SATURATED_32)
    wide = extras.get(_ZIP64_EXTRA, b"")
    if len(wide) < 8 * saturated:
        raise WheelValidationError(Rule.ZIP64_MISMATCH, f"{name}: its ZIP64 sizes are missing")
    replacements = iter(struct.unpack_from(f"<{saturated}Q", wide))
    return tuple(next(replacements) if value == SATURATED_32 else value for value in values)
