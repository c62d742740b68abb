"""Files in the format of `configparser`, whose regular expressions are slow for many blanks."""

from __future__ import annotations

import re
from configparser import RawConfigParser

from bootstrap.limits import INI_BLANKS, LimitError

_BLANKS = re.compile(rf"\S\s{{{INI_BLANKS + 1}}}(?=\s*\S)")


def read_ini(parser: RawConfigParser, text: str, source: str) -> None:
    """Let a parser read a text. Raises `configparser.Error`, and `LimitError`.

    The parser needs time with the square of the number of blanks within a line.
    """
    if any(_BLANKS.search(line) for line in text.splitlines()):
        raise LimitError(INI_BLANKS, "blanks in a row")
    parser.read_string(text, source)
