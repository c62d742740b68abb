"""Documents in JSON and TOML, and files of a limited size."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bootstrap.limits import (
    DOCUMENT_DEPTH,
    DOCUMENT_DIGITS,
    DOCUMENT_VALUES,
    SMALL_FILE_SIZE,
    LimitError,
)

if TYPE_CHECKING:
    from io import BufferedReader

_STRUCTURE = b'"[]{},'
_NOT_STRUCTURE = bytes(byte for byte in range(256) if byte not in _STRUCTURE)
_ONE_KIND = bytes.maketrans(b"{}", b"[]")
_DIGITS = bytes.maketrans(b"123456789_", b"0000000000")
_LONG_NUMBER = b"0" * (DOCUMENT_DIGITS + 1)


def parse_json(content: bytes, size: int = SMALL_FILE_SIZE) -> Any:
    """Return the value of a JSON document in UTF-8. Raises `ValueError`, and so `LimitError`.

    All strings in it can be encoded: half a surrogate pair is refused.
    """
    import json

    if len(content) > size:
        raise LimitError(size, "bytes")
    _check_numbers(content)
    _check_structure(content)
    value = json.loads(content.decode("utf-8-sig"))
    if b"\\u" in content:
        for text in iter_strings(value):
            text.encode()
    return value


def parse_toml(content: bytes, size: int) -> dict[str, Any]:
    """Return the table of a TOML document. Raises `ValueError`, and so `LimitError`."""
    from bootstrap._vendor import tomli

    if len(content) > size:
        raise LimitError(size, "bytes")
    _check_numbers(content)
    try:
        table: dict[str, Any] = tomli.loads(content.decode("utf-8"))
        _check_depth(table)
    except RecursionError as error:
        raise LimitError(DOCUMENT_DEPTH, "levels of nesting") from error
    return table


def iter_strings(value: Any) -> Iterator[str]:
    """Yield all strings in a document's value, keys included."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, dict):
            waiting += each.keys()
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each


def read_file(path: Path, size: int = SMALL_FILE_SIZE) -> bytes:
    """Return the content of a regular file. Raises `OSError`, and `LimitError` if it is larger.

    Neither a pipe nor a device is waited for.
    """
    with open_regular(path) as stream:
        content = stream.read(size + 1)
    if len(content) > size:
        raise LimitError(size, "bytes")
    return content


def open_regular(path: Path) -> BufferedReader:
    """Open a regular file. Raises `OSError`, also where it is a pipe or a device."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    return os.fdopen(descriptor, "rb")


def _check_numbers(content: bytes) -> None:
    """Refuse long numbers: converting one takes time with the square of its length."""
    if _LONG_NUMBER in content.translate(_DIGITS):
        raise LimitError(DOCUMENT_DIGITS, "digits in a row")


def _check_structure(content: bytes) -> None:
    """Refuse a JSON document that is nested deeply or has very many values.

    Python's parser is recursive. What is removed here leaves the brackets and commas that are
    outside strings; of an invalid document it may leave anything, which the parser then refuses.
    Two quotes side by side may go at once: what lies outside strings stays there.
    """
    plain = content.replace(b"\\\\", b"").replace(b'\\"', b"").translate(None, _NOT_STRUCTURE)
    structure = b"".join(plain.replace(b'""', b"").split(b'"')[::2])
    if len(structure) > DOCUMENT_VALUES:
        raise LimitError(DOCUMENT_VALUES, "values")
    brackets = structure.translate(_ONE_KIND, b",")
    nested = brackets
    for _ in range(DOCUMENT_DEPTH):
        if not nested:
            return
        nested = nested.replace(b"[]", b"")  # the innermost level
    depth = 0
    for byte in brackets:  # too deep, or not closed
        depth += 1 if byte in b"[" else -1
        if depth > DOCUMENT_DEPTH:
            raise LimitError(DOCUMENT_DEPTH, "levels of nesting")


def _check_depth(value: Any) -> None:
    """Refuse a document whose tables are nested deeply: others iterate it recursively."""
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > DOCUMENT_DEPTH:
            raise LimitError(DOCUMENT_DEPTH, "levels of nesting")
        tables = [each for each in level if isinstance(each, dict)]
        lists = [each for each in level if isinstance(each, list)]
        level = [child for each in tables for child in each.values()]
        level += [child for each in lists for child in each]
