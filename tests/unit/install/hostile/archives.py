"""Wheels in zip archives that have more than one meaning, or none."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from bootstrap.install.wheel_rules import Rule
from tests.unit.install.hostile.kind import Kind, archive, entries_of, first, wheel, wheel_files
from tests.unit.install.zips import DESCRIPTOR, UTF8, End, Entry, Zip, descriptor_of, zip64_end


def ends() -> Iterator[Kind]:
    """Yield the kinds that do not end as an archive ends."""
    yield Kind("plain", None, wheel)
    yield Kind("no-zip", Rule.NOT_A_ZIP, lambda: b"<!DOCTYPE html><title>404</title>" * 9)
    yield Kind("empty-file", Rule.NOT_A_ZIP, lambda: b"")
    yield Kind("cut-off", Rule.NOT_A_ZIP, lambda: wheel()[:-40])
    yield Kind("bytes-after-the-end", Rule.TRAILING_DATA, lambda: archive(suffix=b"\0"))
    yield Kind("comment-cut-off", Rule.TRAILING_DATA, lambda: archive(end=End(comment_size=9)))
    yield Kind("comment", None, lambda: archive(end=End(comment=b"made by hand")))
    yield Kind("end-in-comment", Rule.SEVERAL_ENDS, _second_end)
    yield Kind("end-in-directory", Rule.SEVERAL_ENDS, lambda: archive(after_directory=b"PK\5\6"))
    yield Kind("zip-in-zip", None, _nested)
    yield Kind("two-archives", Rule.HIDDEN_DATA, _concatenated)
    yield Kind("script-in-front", Rule.HIDDEN_DATA, lambda: archive(prefix=b"#!/bin/sh\n"))
    yield Kind("second-disk", Rule.SEVERAL_DISKS, lambda: archive(end=End(disk=1)))
    yield Kind("member-on-second-disk", Rule.SEVERAL_DISKS, lambda: archive(first(disk=1)))
    yield Kind("too-few-entries", Rule.ENTRY_COUNT, lambda: archive(end=End(entries=9)))
    yield Kind("too-many-entries", Rule.ENTRY_COUNT, lambda: archive(end=End(entries=2)))
    yield Kind(
        "wrong-directory-size", Rule.HIDDEN_DATA, lambda: archive(end=End(size=46, entries=1))
    )
    yield Kind("wrong-directory-offset", Rule.HIDDEN_DATA, lambda: archive(end=End(offset=7)))
    yield Kind(
        "directory-is-no-directory",
        Rule.DAMAGED_DIRECTORY,
        lambda: wheel().replace(b"PK\1\2", b"PK\1\1"),
    )
    yield Kind(
        "extra-field-cut-off", Rule.DAMAGED_DIRECTORY, lambda: archive(first(extra=b"\1\0\\9"))
    )


def _nested() -> bytes:
    """A stored zip inside: its end record is data, no second end."""
    inner = Zip([Entry(b"x", b"y")]).bytes()
    files = wheel_files({"inner.zip": inner})
    return Zip([replace(entry, deflated=False) for entry in entries_of(files)]).bytes()


def _second_end() -> bytes:
    """A comment that is itself an archive's end: readers differ in which one counts."""
    comment = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0, 0, 0, 0, 0)
    return archive(end=End(comment=comment))


def _concatenated() -> bytes:
    """Two whole archives; the second one's offsets are right, so zipfile sees nothing odd."""
    one = wheel()
    entries = entries_of(wheel_files())
    return Zip(entries, prefix=one).bytes()


def zip64() -> Iterator[Kind]:
    """Yield the kinds with ZIP64 records."""
    yield Kind("zip64", None, _zip64)
    yield Kind("zip64-sizes", None, _zip64_sizes)
    yield Kind("zip64-entries-differ", Rule.ENTRY_COUNT, lambda: _zip64(entries=3))
    yield Kind("zip64-offset-differs", Rule.HIDDEN_DATA, lambda: _zip64(offset=5))
    yield Kind("zip64-two-disks", Rule.SEVERAL_DISKS, lambda: _zip64(disks=2))
    yield Kind(
        "zip64-locator-astray",
        Rule.ZIP64_MISMATCH,
        lambda: archive(end=End(zip64=zip64_end(4, 1, 1, at=struct.pack("<Q", 3)))),
    )
    yield Kind(
        "zip64-locator-into-nowhere",
        Rule.ZIP64_MISMATCH,
        lambda: archive(end=End(zip64=zip64_end(4, 1, 1, at=struct.pack("<Q", 1 << 40)))),
    )
    yield Kind(
        "zip64-and-end-disagree",
        Rule.ZIP64_MISMATCH,
        lambda: archive(end=End(zip64=zip64_end(4, 1, 1))),
    )
    yield Kind("zip64-missing", Rule.ZIP64_MISMATCH, lambda: archive(end=End(offset=0xFFFFFFFF)))
    yield Kind("zip64-size-missing", Rule.ZIP64_MISMATCH, lambda: archive(first(size=0xFFFFFFFF)))


def _directory_of(content: bytes) -> tuple[int, int, int]:
    entries, size, offset = struct.unpack_from("<HLL", content, len(content) - 12)
    return entries, size, offset


def _zip64(**wrong: Any) -> bytes:
    entries, size, offset = _directory_of(wheel())
    truth: dict[str, Any] = {"entries": entries, "size": size, "offset": offset} | wrong
    end = End(entries=0xFFFF, size=0xFFFFFFFF, offset=0xFFFFFFFF, zip64=zip64_end(**truth))
    return archive(end=end)


def _zip64_sizes() -> bytes:
    """Sizes in ZIP64 extra fields although they would fit, as some writers do."""

    def change(entries: list[Entry]) -> list[Entry]:
        entry = entries[0]
        extra = struct.pack("<HHQQ", 1, 16, len(entry.data), len(entry.content))
        return [
            replace(
                entry,
                size=0xFFFFFFFF,
                packed_size=0xFFFFFFFF,
                extra=extra,
                local_extra=extra,
            ),
            *entries[1:],
        ]

    return archive(change)


def local_headers() -> Iterator[Kind]:
    """Yield the kinds whose members are not where and what the directory says."""
    yield Kind(
        "local-name-differs", Rule.LOCAL_HEADER, lambda: archive(first(local_name=b"evil.py"))
    )
    yield Kind("local-method-differs", Rule.LOCAL_HEADER, lambda: archive(first(local_method=0)))
    yield Kind("local-size-differs", Rule.LOCAL_HEADER, lambda: archive(first(local_size=3)))
    yield Kind("local-crc-differs", Rule.LOCAL_HEADER, lambda: archive(first(local_crc=3)))
    yield Kind("local-flags-differ", Rule.LOCAL_HEADER, lambda: archive(first(local_flags=UTF8)))
    yield Kind("no-local-header", Rule.LOCAL_HEADER, lambda: wheel().replace(b"PK\3\4", b"PK\3\3"))
    yield Kind("data-descriptors", None, _data_descriptors())
    yield Kind("data-descriptors-bare", None, _data_descriptors("bare"))
    yield Kind("wrong-data-descriptor", Rule.LOCAL_HEADER, _data_descriptors("false"))
    yield Kind(
        "gap-between-files",
        Rule.HIDDEN_DATA,
        lambda: archive(lambda e: [e[0], replace(e[1], gap=b"?"), *e[2:]]),
    )
    yield Kind("gap-before-directory", Rule.HIDDEN_DATA, lambda: archive(before_directory=b"?"))
    yield Kind("overlap", Rule.OVERLAP, _overlapping)
    yield Kind(
        "overlap-of-data",
        Rule.OVERLAP,
        lambda: archive(first(packed_size=200, size=200, deflated=False, local_size=200)),
    )


def _overlapping() -> bytes:
    """Two entries, one local header and its data: the trick of the "better zip bomb"."""
    entries = entries_of(wheel_files())
    again = replace(entries[0], name=b"demo.py", offset=0)
    return Zip(entries, extra_entries=[replace(again, name=b"other.py")]).bytes()


def _data_descriptors(layout: str = "") -> Callable[[], bytes]:
    def change(entries: list[Entry]) -> list[Entry]:
        changed = []
        for entry in entries:
            marked = replace(entry, flags=DESCRIPTOR, local_crc=0, local_size=0)
            true = descriptor_of(marked)
            tail = {"": true, "bare": true[4:], "false": true[:-1] + b"\xff"}[layout]
            changed.append(replace(marked, descriptor=tail))
        return changed

    return lambda: archive(change)
