"""Valid documents, and how they are made invalid or extreme."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Mapping

from hypothesis import strategies as st

TOKENS = (
    b"",
    b"\0",
    b"\xff",
    b"\xed\xa0\x80",
    b"\\ud800",
    b"\n",
    b"\r",
    b"\x1b[2J",
    b" ",
    b'"',
    b"'",
    b"\\",
    b"(",
    b")",
    b"[",
    b"]",
    b"{",
    b"}",
    b"<",
    b">",
    b"<!--",
    b"<![",
    b"&#x110000;",
    b"a-",
    b"1",
    b".",
    b"..",
    b"/",
    b"../",
    b"-",
    b"--",
    b"-r",
    b"@",
    b"#",
    b";",
    b",",
    b"=",
    b"==",
    b"~=",
    b"===",
    b"!",
    b"*",
    b"+",
    b" or ",
    b" and extra == 'x'",
    b" not in ",
    b"python_version",
    b"os_name ~= '1'",
    b"extra",
    b"null",
    b"true",
    b"-1",
    b"1e999",
    b"NaN",
    b"{}",
    b"[]",
    b"http://[",
    b"https://h:99999/",
    b"file:///etc/passwd",
    b"git+file:///x",
    b"\xc2\xb2",
    b"\xe2\x80\xae",
    b"9999999999999999999999",
    b"py2.py3-none-any.any",
    b"\xf0\x9f\x98\x80",
)
COUNTS = (1, 1, 1, 1, 2, 3, 40, 300, 5_000)


def mutated(*documents: bytes) -> st.SearchStrategy[bytes]:
    """Return one of the documents after a few changes: cut, repeated, or with tokens put in."""
    change = st.tuples(
        st.integers(0, 4),
        st.floats(0, 1, allow_nan=False),
        st.floats(0, 0.2, allow_nan=False),
        st.one_of(st.sampled_from(TOKENS), st.binary(max_size=6), st.text(max_size=6)),
        st.sampled_from(COUNTS),
    )
    changes = st.lists(change, max_size=6)
    return st.builds(_apply, st.sampled_from(documents), st.sampled_from(documents), changes)


Change = tuple[int, float, float, "bytes | str", int]


def _apply(document: bytes, other: bytes, changes: list[Change]) -> bytes:
    for kind, place, length, token, count in changes:
        start = int(place * len(document))
        end = start + int(length * len(document)) + 1
        text = token.encode("utf-8", "surrogatepass") if isinstance(token, str) else token
        part = {
            0: text * count,
            1: b"",
            2: document[start:end] * min(count, 300),
            3: other[int(place * len(other)) :],
            4: text,
        }[kind]
        document = document[:start] + part + document[end if kind in {1, 4} else start :]
        document = document[: 1 << 18]
    return document


_SCALARS = (
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        [
            "1.0",
            "1!2.3.dev4+x",
            "9" * 400,
            ">=3.8",
            "demo",
            "https://h/demo-1.0-py3-none-any.whl",
            "http://[",
            "../x",
            "a" * 64,
            "py3-none-any",
            "os_name == 'nt'",
            "demo>=1; extra == 'x'",
        ]
    ),
)


def values(*keys: str) -> st.SearchStrategy[object]:
    """Return values of JSON, whose objects have the given keys."""
    names = st.sampled_from(keys) if keys else st.text(max_size=5)
    return st.recursive(
        st.one_of(*_SCALARS),
        lambda inner: st.one_of(
            st.lists(inner, max_size=4), st.dictionaries(names, inner, max_size=6)
        ),
        max_leaves=12,
    )


def zipped(members: Mapping[str, bytes]) -> bytes:
    """Return a zip archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def tarred(members: Mapping[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    """Return a tar archive, not compressed."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=form) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def gzipped(content: bytes) -> bytes:
    """Compress quickly."""
    return gzip.compress(content, 1)
