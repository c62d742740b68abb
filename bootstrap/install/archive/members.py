"""The members of a zip archive, as its central directory tells them (APPNOTE 4.3.12)."""

from __future__ import annotations

import stat
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from bootstrap.install.archive.ends import Directory
from bootstrap.install.rules import BrokenRuleError, Rule

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
    """Read the central directory's bytes. Raises `BrokenRuleError`."""
    at = 0
    for _ in range(directory.entries):
        if len(content) - at < _ENTRY.size:
            raise BrokenRuleError(Rule.ENTRY_COUNT, f"it says {directory.entries}")
        fields = _ENTRY.unpack_from(content, at)
        if fields[0] != _SIGNATURE:
            raise BrokenRuleError(Rule.DAMAGED_DIRECTORY, f"at byte {directory.offset + at}")
        name_end = at + _ENTRY.size + fields[10]
        extra_end = name_end + fields[11]
        raw_name = content[at + _ENTRY.size : name_end]
        at = extra_end + fields[12]
        if at > len(content):
            raise BrokenRuleError(Rule.DAMAGED_DIRECTORY, "it is cut off")
        yield _member(fields, raw_name, content[name_end:extra_end])
    if at != len(content):
        raise BrokenRuleError(Rule.ENTRY_COUNT, f"it says {directory.entries}, there are more")


def _member(fields: tuple[int, ...], raw_name: bytes, extra: bytes) -> Member:
    _, _, needed, flags, method, _, _, crc, compressed_size, size, _, _, _, disk = fields[:14]
    attributes, offset = fields[15:]
    extras = split_extra(extra)
    name = _decoded(raw_name, flags)
    if _UNICODE_PATH_EXTRA in extras and extras[_UNICODE_PATH_EXTRA][5:] != raw_name:
        raise BrokenRuleError(Rule.AMBIGUOUS_NAME, name)
    if flags & _ENCRYPTED:
        raise BrokenRuleError(Rule.ENCRYPTED, name)
    if needed > _NEWEST_VERSION:
        raise BrokenRuleError(Rule.ZIP_VERSION, f"{name}: version {needed / 10}")
    if method not in {_STORED, _DEFLATED}:
        raise BrokenRuleError(Rule.METHOD, f"{name}: method {method}")
    if flags & _PATCHED:
        raise BrokenRuleError(Rule.METHOD, f"{name}: it holds a patch")
    size, compressed_size, offset = widened((size, compressed_size, offset), extras, name)
    if disk:
        raise BrokenRuleError(Rule.SEVERAL_DISKS, f"{name}: disk {disk}")
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
        raise BrokenRuleError(Rule.UNDECODABLE_NAME, repr(raw_name)) from exc


def _check_kind(member: Member, mode: int) -> None:
    kind = stat.S_IFMT(mode)
    if kind == stat.S_IFLNK:
        raise BrokenRuleError(Rule.SYMLINK, member.name)
    expected = stat.S_IFDIR if member.is_directory else stat.S_IFREG
    if kind not in {0, expected}:
        raise BrokenRuleError(Rule.SPECIAL_FILE, f"{member.name}: mode {mode:o}")
    if member.is_directory and (member.size or member.compressed_size > 2):
        raise BrokenRuleError(Rule.DIRECTORY_WITH_DATA, member.name)


def _check_sizes(member: Member) -> None:
    if member.is_stored and member.size != member.compressed_size:
        raise BrokenRuleError(Rule.WRONG_SIZE, f"{member.name}: stored, yet of two sizes")
    if member.size > member.compressed_size * _MOST_DEFLATE_CAN:
        detail = f"{member.name}: {member.size} bytes from {member.compressed_size}"
        raise BrokenRuleError(Rule.BOMB, detail)


def split_extra(extra: bytes) -> dict[int, bytes]:
    """Split an extra field into its parts by their ids (APPNOTE 4.5.1)."""
    parts: dict[int, bytes] = {}
    at = 0
    while at < len(extra):
        kind, size = struct.unpack_from("<HH", extra, at) if at + 4 <= len(extra) else (0, -1)
        if size < 0 or at + 4 + size > len(extra) or kind in parts:
            raise BrokenRuleError(Rule.DAMAGED_DIRECTORY, "an extra field")
        parts[kind] = extra[at + 4 : at + 4 + size]
        at += 4 + size
    return parts


def widened(values: tuple[int, ...], extras: dict[int, bytes], name: str) -> tuple[int, ...]:
    """Replace saturated 32-bit values by ZIP64's, in their order (APPNOTE 4.5.3)."""
    saturated = values.count(_SATURATED)
    wide = extras.get(_ZIP64_EXTRA, b"")
    if len(wide) < 8 * saturated:
        raise BrokenRuleError(Rule.ZIP64_MISMATCH, f"{name}: its ZIP64 sizes are missing")
    replacements = iter(struct.unpack_from(f"<{saturated}Q", wide))
    return tuple(next(replacements) if value == _SATURATED else value for value in values)
