"""Wheels that break a rule about the names in them."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import replace

from bootstrap.install.wheel_rules import Rule
from tests.unit.install.hostile.kind import Kind, archive, entries_of, first, wheel_files
from tests.unit.install.zips import UTF8, Entry, Zip


def named(name: str | bytes, **fields: object) -> Callable[[], bytes]:
    """Return a wheel that holds one more file, recorded, of this name."""
    raw = name if isinstance(name, bytes) else name.encode()
    text = name if isinstance(name, str) else name.decode("latin-1")

    def content() -> bytes:
        files = wheel_files({text: b"x\n"})
        entries = entries_of(files)
        at = list(files).index(text)
        entries[at] = replace(entries[at], name=raw, **fields)  # type: ignore[arg-type]
        return Zip(entries).bytes()

    return content


def twice(one: str, other: str) -> Callable[[], bytes]:
    """Return a wheel with two files of these names, both recorded."""

    def content() -> bytes:
        files = wheel_files({one: b"1\n", other: b"2\n"})
        entries = entries_of(files)
        if one == other:
            entries.insert(0, Entry(one.encode(), b"0\n"))
        return Zip(entries).bytes()

    return content


def only_on_windows(name: str, rule: Rule, content: Callable[[], bytes]) -> Kind:
    """Return a kind that is valid except for Windows."""
    return Kind(name, None, content, windows_rule=rule)


def names() -> Iterator[Kind]:
    """Yield the kinds that break a rule about names."""
    yield Kind("parent", Rule.PARENT, named("../evil.py"))
    yield Kind("parent-inside", Rule.PARENT, named("pkg/../../evil.py"))
    yield Kind("here", Rule.PARENT, named("./evil.py"))
    yield Kind("absolute", Rule.ABSOLUTE, named("/tmp/evil.py"))
    yield Kind("double-slash", Rule.ABSOLUTE, named("//host/share/evil.py"))
    yield Kind("unc", Rule.BACKSLASH, named("\\\\host\\share\\evil.py"))
    yield Kind("backslash", Rule.BACKSLASH, named("..\\evil.py"))
    yield only_on_windows("drive", Rule.DRIVE, named("C:/evil.py"))
    yield only_on_windows("drive-relative", Rule.DRIVE, named("C:evil.py"))
    yield only_on_windows("stream", Rule.DRIVE, named("demo.py:evil"))
    yield Kind("nul", Rule.NUL_NAME, named("demo.py\0.txt"))
    yield Kind("newline", Rule.NUL_NAME, named("evil\n.py"))
    yield Kind("escape-sequence", Rule.NUL_NAME, named("evil\x1b[2J.py"))
    yield Kind("empty-name", Rule.EMPTY_NAME, named(""))
    yield Kind("empty-part", Rule.EMPTY_NAME, named("pkg//evil.py"))
    yield only_on_windows("aux", Rule.RESERVED_NAME, named("pkg/aux.py"))
    yield only_on_windows("con", Rule.RESERVED_NAME, named("CON"))
    yield only_on_windows("nul-device", Rule.RESERVED_NAME, named("nul.tar.gz"))
    yield only_on_windows("com-superscript", Rule.RESERVED_NAME, named("com¹"))
    yield only_on_windows("question-mark", Rule.RESERVED_NAME, named("why?.txt"))
    yield Kind("console", None, named("console.py"))
    yield only_on_windows("trailing-dot", Rule.TRAILING_DOT, named("pkg./x.py"))
    yield only_on_windows("trailing-space", Rule.TRAILING_DOT, named("x.py "))
    yield Kind("long-part", Rule.LONG_NAME, named("x" * 256))
    yield Kind("long-part-in-bytes", Rule.LONG_NAME, named("ä" * 128))
    yield Kind("latin-1-name", Rule.UNDECODABLE_NAME, named(b"m\xfcller.py", flags=0))
    yield Kind("invalid-utf-8-name", Rule.UNDECODABLE_NAME, named(b"\xff.py", flags=UTF8))
    yield Kind("utf-8-name", None, named("müller.txt"))
    unicode_path = struct.pack("<HHBL", 0x7075, 5 + 7, 1, 0) + b"evil.py"
    yield Kind("two-names", Rule.AMBIGUOUS_NAME, lambda: archive(first(extra=unicode_path)))
    yield Kind("duplicate", Rule.DUPLICATE, twice("demo.py", "demo.py"))
    yield Kind("differ-in-case", None, twice("pkg/A.py", "pkg/a.py"), needs_case=True)
    yield Kind("differ-in-sharp-s", None, twice("straße", "STRASSE"))
    yield Kind("differ-in-unicode-form", None, twice("e\u0301.txt", "\u00e9.txt"))
    yield Kind("file-and-directory", Rule.FILE_AND_DIRECTORY, twice("demo.py/x.py", "y"))
    yield Kind(
        "file-and-directory-in-another-case", None, twice("DEMO.py/a/b/x", "y"), needs_case=True
    )
