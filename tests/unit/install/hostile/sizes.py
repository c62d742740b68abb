"""Wheels that are too large to be read, and large ones that are not."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

from bootstrap.install.wheel_rules import Rule
from bootstrap.limits import (
    ARCHIVE_DEPTH,
    ARCHIVE_DIRECTORY_SIZE,
    ARCHIVE_FILES,
    ENTRY_POINT_LENGTH,
    ENTRY_POINT_LINES,
    EXTRA_FIELDS,
    METADATA_SIZE,
    RECORD_SIZE,
    SMALL_FILE_SIZE,
)
from tests.unit.install.hostile.kind import (
    INFO,
    METADATA,
    WHEEL,
    Kind,
    archive,
    first,
    record_of,
    wheel,
    wheel_files,
)
from tests.unit.install.zips import End, zip64_end


def sizes() -> Iterator[Kind]:
    """Yield the kinds of unusual sizes."""
    right = record_of(wheel_files({f"{INFO}/RECORD": None}))

    def padded(name: str, content: bytes, size: int) -> Callable[[], bytes]:
        return lambda: wheel({f"{INFO}/{name}": content + b"\n" * (size + 1)})

    yield Kind("large-metadata", Rule.LARGE_METADATA, padded("METADATA", METADATA, METADATA_SIZE))
    yield Kind("large-wheel-file", Rule.LARGE_WHEEL_FILE, padded("WHEEL", WHEEL, SMALL_FILE_SIZE))
    yield Kind(
        "large-entry-points",
        Rule.LARGE_ENTRY_POINTS,
        padded("entry_points.txt", b"", SMALL_FILE_SIZE),
    )
    yield Kind("large-record", Rule.LARGE_RECORD, lambda: wheel(record=right + b"\n" * RECORD_SIZE))
    yield Kind(
        "too-many-rows", Rule.TOO_MANY_ROWS, lambda: wheel(record=right + b"x/,,\n" * ARCHIVE_FILES)
    )
    yield Kind(
        "too-many-empty-rows",
        Rule.TOO_MANY_ROWS,
        lambda: wheel(record=right + b"\n" * ARCHIVE_FILES),
    )
    yield Kind("record-with-long-field", Rule.RECORD, lambda: wheel(record=b"x" * (200 << 10)))
    yield Kind("too-many-files", Rule.TOO_MANY_FILES, _too_many_files)
    yield Kind("large-directory", Rule.LARGE_DIRECTORY, _large_directory)
    yield Kind("deep-name", Rule.DEEP_NAME, _nested(ARCHIVE_DEPTH + 1))
    yield Kind("very-deep-name", Rule.DEEP_NAME, _nested(30_000))
    invalid = b"[console_scripts]\n" + b"x\n" * ENTRY_POINT_LINES
    yield Kind(
        "many-entry-points",
        Rule.MANY_ENTRY_POINTS,
        lambda: wheel({f"{INFO}/entry_points.txt": invalid}),
    )
    long = b"[console_scripts]\nx = " + b"a." * ENTRY_POINT_LENGTH + b"a:main\n"
    yield Kind(
        "long-entry-point",
        Rule.ENTRY_POINT_REFERENCE,
        lambda: wheel({f"{INFO}/entry_points.txt": long}),
    )
    extra = b"".join(struct.pack("<HH", 0x8000 + n, 0) for n in range(EXTRA_FIELDS + 1))
    yield Kind("many-extra-fields", Rule.DAMAGED_DIRECTORY, lambda: archive(first(extra=extra)))
    yield Kind(
        "record-with-long-size",
        Rule.RECORD_ROW,
        lambda: wheel(record=right.replace(b",10\n", b"," + b"1" * 5000 + b"\n")),
    )
    yield Kind(
        "version-with-5000-digits",
        Rule.METADATA,
        lambda: wheel(
            {f"{INFO}/METADATA": METADATA.replace(b"Version: 1.0", b"Version: " + b"1" * 5000)}
        ),
    )
    yield Kind(
        "wheel-version-with-5000-digits",
        Rule.WHEEL_FILE,
        lambda: wheel({f"{INFO}/WHEEL": WHEEL.replace(b"1.0", b"1." + b"0" * 5000)}),
    )
    yield Kind("long-description", None, padded("METADATA", METADATA, 1 << 20))
    yield Kind("many-files", None, lambda: wheel({f"many/{n}.txt": b"" for n in range(1000)}))
    yield Kind("nested-name", None, _nested(ARCHIVE_DEPTH // 2))


def _nested(depth: int) -> Callable[[], bytes]:
    return lambda: wheel({"d/" * depth + "x.txt": b""})


def _too_many_files() -> bytes:
    content = archive()
    _, size, offset = struct.unpack_from("<HLL", content, len(content) - 12)
    end = zip64_end(ARCHIVE_FILES + 1, size, offset)
    return archive(end=End(entries=0xFFFF, size=size, offset=offset, zip64=end))


def _large_directory() -> bytes:
    padding = bytes(ARCHIVE_DIRECTORY_SIZE)
    content = archive()
    _, size, _ = struct.unpack_from("<HLL", content, len(content) - 12)
    return archive(after_directory=padding, end=End(size=size + len(padding)))
