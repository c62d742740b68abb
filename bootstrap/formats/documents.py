"""Documents in JSON and TOML, and files of a limited size."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from bootstrap.dataclasses import dataclass, field
from bootstrap.limits import (
    DOCUMENT_DEPTH,
    DOCUMENT_DIGITS,
    DOCUMENT_VALUES,
    SMALL_FILE_SIZE,
    LimitError,
)

if TYPE_CHECKING:
    from io import BufferedReader

T = TypeVar("T")

_STRUCTURE = b'"[]{},'
_PART = 1 << 19
_SPACE = re.compile(r"[ \t\n\r]*")
_NOT_STRUCTURE = bytes(byte for byte in range(256) if byte not in _STRUCTURE)
_ONE_KIND = bytes.maketrans(b"{}", b"[]")
_DIGITS = bytes.maketrans(b"123456789_", b"0000000000")
_LONG_NUMBER = b"0" * (DOCUMENT_DIGITS + 1)


def parse_json(content: bytes, size: int = SMALL_FILE_SIZE) -> Any:
    """Return the value of a JSON document in UTF-8. Raises `ValueError`, and so `LimitError`.

    All strings in it can be encoded: half a surrogate pair is refused.
    """
    import json

    value = json.loads(_checked_text(content, size))
    if b"\\u" in content:
        _check_strings(value)
    return value


def parse_json_list(
    content: bytes, size: int, key: str, keep: Callable[[Any, str], T]
) -> tuple[Any, list[T]]:
    """Return the value of a JSON document as `parse_json` does, and what is kept of a long list.

    `keep` gets each item of the list under a key of the document, and the item's text; the list is
    empty in the value. What it does not keep never takes memory beside the other items: as Python
    objects, the files of a page take three times as much as their text.
    """
    import json

    text = _checked_text(content, size)
    has_escapes = "\\u" in text

    def keep_checked(item: Any, of: str) -> T:
        if has_escapes:
            _check_strings(item)
        return keep(item, of)

    reader = _ListReader(text, key, keep_checked, json.JSONDecoder().raw_decode)
    try:
        value = reader.read()
    except (ValueError, IndexError):  # no object, or an error: then it is raised here
        value, reader.kept = json.loads(text), []
        if isinstance(value, dict) and isinstance(value.get(key), list):
            reader.kept = [keep_checked(item, json.dumps(item)) for item in value[key]]
            value[key] = []
    if has_escapes:
        _check_strings(value)
    return value, reader.kept


@dataclass
class _ListReader(Generic[T]):
    """Reads an object and, one by one, the items of the list under one of its keys.

    The values are read by Python's parser, and only brackets, commas and colons here. Raises
    `ValueError` or `IndexError` where anything else is between them.
    """

    text: str
    key: str
    keep: Callable[[Any, str], T]
    decode: Callable[[str, int], tuple[Any, int]]
    kept: list[T] = field(default_factory=list)

    def read(self) -> dict[str, Any]:
        """Return the object, with an empty list in the place of the one."""
        value: dict[str, Any] = {}
        end = self._read_all("{}", self._skip(0), lambda at: self._read_member(value, at))
        if end != len(self.text):
            raise ValueError
        return value

    def _read_all(self, brackets: str, at: int, read: Callable[[int], int]) -> int:
        text, skip = self.text, self._skip
        if text[at] != brackets[0]:
            raise ValueError
        at = skip(at + 1)
        if text[at] == brackets[1]:
            return skip(at + 1)
        while True:
            at = skip(read(at))
            if text[at] == brackets[1]:
                return skip(at + 1)
            if text[at] != ",":
                raise ValueError
            at = skip(at + 1)

    def _read_member(self, value: dict[str, Any], at: int) -> int:
        name, at = self.decode(self.text, at)
        at = self._skip(at)
        if not isinstance(name, str) or self.text[at] != ":":
            raise ValueError
        at = self._skip(at + 1)
        if name == self.key:  # of a key that is there twice, the last one counts
            self.kept = []
            if self.text[at] == "[":
                value[name] = []
                return self._read_all("[]", at, self._read_item)
        value[name], at = self.decode(self.text, at)
        return at

    def _read_item(self, at: int) -> int:
        item, end = self.decode(self.text, at)
        self.kept.append(self.keep(item, self.text[at:end]))
        return end

    def _skip(self, at: int) -> int:
        found = _SPACE.match(self.text, at)
        return found.end() if found else at


def _checked_text(content: bytes, size: int) -> str:
    if len(content) > size:
        raise LimitError(size, "bytes")
    _check_numbers(content)
    _check_structure(content)
    return content.decode("utf-8-sig")


def _check_strings(value: Any) -> None:
    for text in iter_strings(value):
        text.encode()


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
    for start in range(0, len(content), _PART):  # no second copy of a large page
        part = content[start : start + _PART + DOCUMENT_DIGITS]
        if _LONG_NUMBER in part.translate(_DIGITS):
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
