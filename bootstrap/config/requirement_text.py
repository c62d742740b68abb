"""The text of a requirements file: its encoding, and its lines as a person would count them."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Mapping

_MARKS = (
    # UTF-32 first: its mark begins with UTF-16's.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CODING = re.compile(rb"#.*coding[:=]\s*([-\w.]+)")
_COMMENT = re.compile(r"(^|\s+)#.*$")
_VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)\}")


def decoded(content: bytes, locale_encoding: str) -> str:
    """Return a file's text: by its byte order mark, its PEP 263 line, as UTF-8, or by locale.

    Raises `UnicodeDecodeError`, or `LookupError` for an encoding nobody knows.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding)
    for line in content.split(b"\n")[:2]:
        named = _CODING.match(line)
        if named:
            return content.decode(named[1].decode("ascii"))
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode(locale_encoding)


def logical_lines(text: str, variables: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    r"""Yield each line that says something, with the number of its first physical line.

    Lines that end in `\` are joined, comments go, and `${NAME}` becomes the variable's value
    (where it has one): all in pip's order.
    """
    for number, line in _joined(enumerate(text.splitlines(), 1)):
        bare = _COMMENT.sub("", line).strip()
        if bare:
            yield number, _VARIABLE.sub(lambda found: variables.get(found[1]) or found[0], bare)


def _joined(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Join continued lines; a line that is only a comment ends them, whatever it ends with."""
    first, parts = 0, list[str]()
    for number, line in lines:
        is_comment = _COMMENT.match(line) is not None
        first = number if not parts else first
        if line.endswith("\\") and not is_comment:
            parts.append(line.strip("\\"))
            continue
        yield first, "".join([*parts, f" {line}" if is_comment else line])
        parts = []
    if parts:
        yield first, "".join(parts)
