"""Digests in hexadecimal. Others write them, so each is checked where it is parsed.

A digest is compared, shown, and the name of a file in the cache: it must be nothing but hex.
"""

from __future__ import annotations

import re

from bootstrap.errors import BootstrapError
from bootstrap.limits import shorten

DIGEST_SIZES = {
    "md5": 16,
    "sha1": 20,
    "sha224": 28,
    "sha256": 32,
    "sha384": 48,
    "sha512": 64,
    "sha3_224": 28,
    "sha3_256": 32,
    "sha3_384": 48,
    "sha3_512": 64,
    "blake2b": 64,
    "blake2s": 32,
}
"""The algorithms that can be checked, with the bytes of their digests."""

STRONG_ALGORITHMS = ("sha256", "sha384", "sha512")
"""What pip accepts for `--hash`; md5 is not enough."""

_HEX = re.compile("[0-9a-f]+", re.ASCII)


class InvalidDigestError(BootstrapError):
    """A text is not a digest of its algorithm.

    Causes: characters are missing, or it is of another algorithm than its prefix says.

    Next: copy it again: a sha256 has 64 characters of 0-9 and a-f.

    :param where: what names it, redacted
    """

    def __init__(self, algorithm: str, text: str, where: str = "") -> None:
        self.algorithm, self.text, self.where = algorithm, text, where
        prefix = f"{where}: " if where else ""
        super().__init__(
            f"{prefix}invalid {algorithm}: expected {2 * DIGEST_SIZES[algorithm]} hexadecimal "
            f"digits, found {shorten(text)!r}",
            hint="Get the hash from the file's publisher again.",
        )


def parse_digest(algorithm: str, text: str) -> str:
    """Return a digest in lower case. Raises `InvalidDigestError`; the algorithm must be known."""
    digest = text.lower()
    if len(text) != 2 * DIGEST_SIZES[algorithm] or not _HEX.fullmatch(digest):
        raise InvalidDigestError(algorithm, text)
    return digest


class Sha256(str):
    """A sha256 in hexadecimal, in lower case; nothing else names an entry of the cache."""

    __slots__ = ()

    def __new__(cls, text: str) -> Sha256:
        """Check a text. Raises `InvalidDigestError`."""
        return super().__new__(cls, parse_digest("sha256", text))
