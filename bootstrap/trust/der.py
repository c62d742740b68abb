"""Parse ASN.1's Distinguished Encoding Rules (DER, ITU-T X.690), as far as certificates need it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone

from bootstrap.dataclasses import dataclass

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, OID = 0x01, 0x02, 0x03, 0x04, 0x06
UTC_TIME, GENERALIZED_TIME = 0x17, 0x18
SEQUENCE, SET = 0x30, 0x31

_STRINGS = {
    0x0C: "utf-8",
    0x12: "ascii",  # NumericString
    0x13: "ascii",  # PrintableString
    0x14: "latin-1",  # TeletexString, as all programs decode it
    0x16: "ascii",  # IA5String
    0x1A: "ascii",  # VisibleString
    0x1C: "utf-32-be",  # UniversalString
    0x1E: "utf-16-be",  # BMPString
}


class DerError(ValueError):
    """The bytes are not DER, or not the expected element."""


@dataclass(frozen=True)
class Element:
    """One tag with its content."""

    tag: int
    content: bytes
    raw: bytes
    """The whole encoded element, with tag and length."""

    def children(self) -> tuple[Element, ...]:
        """Return the elements in a constructed one."""
        return tuple(elements(self.content))

    def expect(self, *tags: int) -> Element:
        """Return the element itself if it has one of the tags; raises `DerError` if not."""
        if self.tag not in tags:
            raise DerError(f"expected tag {' or '.join(map(hex, tags))}, found {self.tag:#x}")
        return self


def elements(data: bytes) -> Iterator[Element]:
    """Yield all elements of the bytes; raises `DerError`."""
    start = 0
    while start < len(data):
        element = first(data[start:] if start else data)
        yield element
        start += len(element.raw)


def first(data: bytes) -> Element:
    """Return the first element of the bytes; raises `DerError`."""
    if len(data) < 2:
        raise DerError("ends before an element's length")
    tag, length, head = data[0], data[1], 2
    if tag & 0x1F == 0x1F:
        raise DerError("a tag number above 30, which certificates do not use")
    if length >= 0x80:
        width = length & 0x7F
        if not 1 <= width <= 4:
            raise DerError("a length that is not DER")
        head += width
        length = int.from_bytes(data[2:head], "big")
    if len(data) < head + length:
        raise DerError(f"ends after {len(data)} of {head + length} bytes")
    return Element(tag, data[head : head + length], data[: head + length])


def oid(element: Element) -> str:
    """Return an object identifier in dotted form."""
    content = element.expect(OID).content
    numbers, number = [], 0
    for byte in content:
        number = number << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(number)
            number = 0
    if not numbers:
        raise DerError("an empty object identifier")
    root = min(numbers[0] // 40, 2)
    return ".".join(map(str, (root, numbers[0] - 40 * root, *numbers[1:])))


def text(element: Element) -> str:
    """Return a character string; bytes that cannot be decoded are replaced."""
    encoding = _STRINGS.get(element.tag)
    return element.content.decode(encoding, "replace") if encoding else element.content.hex()


def time(element: Element) -> datetime:
    """Return a UTCTime or GeneralizedTime (RFC 5280, 4.1.2.5); raises `DerError`."""
    digits = element.expect(UTC_TIME, GENERALIZED_TIME).content.decode("ascii", "replace")
    if element.tag == UTC_TIME:
        century = "19" if digits[:2] >= "50" else "20"
        digits = century + digits
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M%SZ").replace(tzinfo=timezone.utc)
    except ValueError:
        raise DerError(f"invalid date: {digits!r}") from None
