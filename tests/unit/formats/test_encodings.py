"""An encoding that others name is one of text, and fast; else it is unknown."""

from __future__ import annotations

import pytest

from bootstrap.formats.encodings import decode


@pytest.mark.parametrize(
    "encoding", ["undefined", "punycode", "idna", "IDNA", "zip", "base64", "rot13", "no", "a\0b"]
)
def test_what_is_not_an_encoding_of_text_is_unknown(encoding: str) -> None:
    with pytest.raises(LookupError):
        decode(b"a-b", encoding, "replace")


def test_encodings_of_text_are_used() -> None:
    assert decode(b"\xe9", "latin-1") == "é"
    assert decode(b"\xff", "utf-8", "replace") == "\ufffd"
