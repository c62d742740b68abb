"""Wheels that break a rule of RECORD; see `CORRECTED` for what becomes of most of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

from bootstrap.install.wheel_rules import Rule
from tests.unit.install.hostile.kind import INFO, Kind, record_of, row, wheel, wheel_files


def records() -> Iterator[Kind]:
    """Yield the kinds that break a rule of RECORD."""
    right = record_of(wheel_files({f"{INFO}/RECORD": None}))
    demo = row("demo.py", b"VALUE = 1\n").encode()

    def changed(old: bytes, new: bytes) -> Callable[[], bytes]:
        assert old in right
        return lambda: wheel(record=right.replace(old, new))

    yield Kind("no-record", Rule.NO_RECORD, lambda: wheel({f"{INFO}/RECORD": None}))
    yield Kind("record-latin-1", Rule.RECORD, changed(b"demo.py", b"d\xe9mo.py"))
    yield Kind("record-with-open-quote", Rule.RECORD_ROW, lambda: wheel(record=right + b'"x,,'))
    yield Kind("record-with-two-columns", Rule.RECORD_ROW, lambda: wheel(record=right + b"x,y\n"))
    yield Kind(
        "record-without-path", Rule.RECORD_ROW, lambda: wheel(record=right + b",sha256=x,1\n")
    )
    yield Kind("record-with-odd-size", Rule.RECORD_ROW, changed(b",10\n", b",-1\n"))
    yield Kind(
        "record-with-odd-hash",
        Rule.RECORD_ROW,
        changed(b"demo.py,sha256=", b"demo.py,sha256="[:-1] + b"~"),
    )
    yield Kind(
        "record-with-short-hash", Rule.RECORD_ROW, changed(demo, b"demo.py,sha256=AAAA,10\n")
    )
    yield Kind(
        "record-with-base64-hash", Rule.RECORD_ROW, changed(demo, b"demo.py,sha256=+/+/,10\n")
    )
    yield Kind(
        "record-twice-differently",
        Rule.RECORD_TWICE,
        lambda: wheel(record=right + row("demo.py", b"2").encode()),
    )
    yield Kind("record-twice", None, lambda: wheel(record=right + demo))
    yield Kind(
        "record-of-itself",
        Rule.RECORD_ITSELF,
        changed(f"{INFO}/RECORD,,".encode(), row(f"{INFO}/RECORD", b"").strip().encode()),
    )
    yield Kind("record-without-itself", None, changed(f"{INFO}/RECORD,,\n".encode(), b""))
    yield Kind("signature", None, lambda: wheel({f"{INFO}/RECORD.jws": b"{}"}, record=right))
    yield Kind(
        "signature-recorded", Rule.RECORD_ITSELF, lambda: wheel({f"{INFO}/RECORD.jws": b"{}"})
    )
    yield Kind("unlisted-file", Rule.NOT_RECORDED, lambda: wheel({"evil.py": b""}, record=right))
    yield Kind(
        "missing-file", Rule.NOT_THERE, lambda: wheel(record=right + row("gone.py", b"").encode())
    )
    yield Kind(
        "record-outside", Rule.NOT_THERE, lambda: wheel(record=right + row("../../x", b"").encode())
    )
    yield Kind("no-hash", Rule.NO_HASH, changed(demo, b"demo.py,,10\n"))
    yield Kind("dot-slash", Rule.NOT_RECORDED, changed(b"demo.py", b"./demo.py"))
    yield Kind("no-size", None, changed(b",10\n", b",\n"))
    yield Kind("md5", Rule.WEAK_HASH, changed(demo, row("demo.py", b"VALUE = 1\n", "md5").encode()))
    yield Kind(
        "sha1", Rule.WEAK_HASH, changed(demo, row("demo.py", b"VALUE = 1\n", "sha1").encode())
    )
    yield Kind("sha512", None, changed(demo, row("demo.py", b"VALUE = 1\n", "sha512").encode()))
    yield Kind(
        "hash-differs", Rule.RECORD_HASH, changed(demo, row("demo.py", b"VALUE = 2\n").encode())
    )
    yield Kind("size-differs", Rule.RECORD_SIZE, changed(b",10\n", b",11\n"))
    digits = hashlib.sha256(b"VALUE = 1\n").hexdigest()
    hexadecimal = f"demo.py,sha256={digits},10\n".encode()
    yield Kind("hexadecimal-hash", None, changed(demo, hexadecimal))
    yield Kind("crlf-record", None, lambda: wheel(record=right.replace(b"\n", b"\r\n")))
    comma = {'a,"b".txt': b""}
    yield Kind("comma-in-name", None, lambda: wheel(comma), windows_rule=Rule.RESERVED_NAME)
