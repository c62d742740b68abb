"""The encodings that others name: in a Content-Type, or in a requirements file."""

from __future__ import annotations

import codecs

_UNUSABLE = frozenset(
    {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"}
)
"""Codecs of Python that are slow, always fail, or hide what browsers show."""


def decode(content: bytes, encoding: str, errors: str = "strict") -> str:
    """Return a text. Raises `LookupError` for what is not an encoding of text, and `ValueError`."""
    try:
        name = codecs.lookup(encoding).name
    except ValueError as error:  # a NUL in the name
        raise LookupError(f"unknown encoding: {encoding!r}") from error
    if name in _UNUSABLE:
        raise LookupError(f"{encoding!r} is not an encoding of text")
    return content.decode(encoding, errors)
