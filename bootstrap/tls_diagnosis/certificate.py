"""Parse X.509 certificates (RFC 5280) to show them; only OpenSSL verifies them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from ipaddress import ip_address

from bootstrap.dataclasses import dataclass
from bootstrap.trust import der
from bootstrap.trust.der import DerError, Element

_RSA, _DSA, _EC = "1.2.840.113549.1.1.1", "1.2.840.10040.4.1", "1.2.840.10045.2.1"
_CURVES = {
    "1.2.840.10045.3.1.1": ("P-192", 192),
    "1.3.132.0.33": ("P-224", 224),
    "1.2.840.10045.3.1.7": ("P-256", 256),
    "1.3.132.0.10": ("secp256k1", 256),
    "1.3.132.0.34": ("P-384", 384),
    "1.3.132.0.35": ("P-521", 521),
}
_EDWARDS = {"1.3.101.112": ("Ed25519", 256), "1.3.101.113": ("Ed448", 456)}
_SIGNATURES = {
    "1.2.840.113549.1.1.4": "md5WithRSA",
    "1.2.840.113549.1.1.5": "sha1WithRSA",
    "1.2.840.113549.1.1.10": "RSA-PSS",
    "1.2.840.113549.1.1.11": "sha256WithRSA",
    "1.2.840.113549.1.1.12": "sha384WithRSA",
    "1.2.840.113549.1.1.13": "sha512WithRSA",
    "1.2.840.10045.4.1": "ecdsa-with-SHA1",
    "1.2.840.10045.4.3.2": "ecdsa-with-SHA256",
    "1.2.840.10045.4.3.3": "ecdsa-with-SHA384",
    "1.2.840.10045.4.3.4": "ecdsa-with-SHA512",
    "1.3.101.112": "Ed25519",
    "1.3.101.113": "Ed448",
}
_ATTRIBUTES = {
    "2.5.4.3": "CN",
    "2.5.4.5": "serialNumber",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "0.9.2342.19200300.100.1.25": "DC",
    "1.2.840.113549.1.9.1": "emailAddress",
}
_SUBJECT_KEY_ID, _ALTERNATIVE_NAMES = "2.5.29.14", "2.5.29.17"
_BASIC_CONSTRAINTS, _AUTHORITY_KEY_ID = "2.5.29.19", "2.5.29.35"
_AUTHORITY_ACCESS, _CA_ISSUERS = "1.3.6.1.5.5.7.1.1", "1.3.6.1.5.5.7.48.2"
_DNS_NAME, _URL, _IP = 0x82, 0x86, 0x87


class CertificateFormatError(ValueError):
    """The bytes are not an X.509 certificate."""


@dataclass(frozen=True)
class PublicKey:
    """A public key's algorithm and size."""

    algorithm: str
    bits: int
    """0 if the algorithm is unknown."""

    def __str__(self) -> str:
        return f"{self.algorithm}, {self.bits} bits" if self.bits else self.algorithm


@dataclass(frozen=True)
class Name:
    """A distinguished name; names are compared by their encoding, `raw`."""

    attributes: tuple[tuple[str, str], ...]
    raw: bytes

    def get(self, attribute: str) -> str | None:
        """Return the last value of an attribute (CN, O, ...), or None."""
        return next((value for name, value in reversed(self.attributes) if name == attribute), None)

    def __str__(self) -> str:
        # Untrusted: anybody can put terminal escapes into a certificate.
        shown = (f"{name}={printable(value)}" for name, value in reversed(self.attributes))
        return ", ".join(shown) or "(no name)"


@dataclass(frozen=True)
class Certificate:
    """The fields of a certificate."""

    der: bytes
    serial: int
    subject: Name
    issuer: Name
    not_before: datetime
    not_after: datetime
    key: PublicKey
    signature: str
    """The signature's algorithm, such as sha256WithRSA."""
    dns_names: tuple[str, ...] = ()
    ip_addresses: tuple[str, ...] = ()
    is_ca: bool = False
    subject_key_id: bytes | None = None
    authority_key_id: bytes | None = None
    issuer_url: str | None = None
    """Where its issuer's certificate can be downloaded (RFC 5280, 4.2.2.1)."""

    @property
    def sha256(self) -> str:
        """The fingerprint that browsers and openssl show."""
        digest = hashlib.sha256(self.der).hexdigest().upper()
        return ":".join(digest[i : i + 2] for i in range(0, len(digest), 2))

    @property
    def is_self_issued(self) -> bool:
        """Whether subject and issuer are the same."""
        return self.subject.raw == self.issuer.raw

    @property
    def names(self) -> tuple[str, ...]:
        """The hosts that it is for."""
        return (*self.dns_names, *self.ip_addresses)

    def may_be_issued_by(self, other: Certificate) -> bool:
        """Return whether names and key identifiers match; the signature is not checked."""
        if self.issuer.raw != other.subject.raw:
            return False
        ids = {self.authority_key_id, other.subject_key_id} - {None}
        return len(ids) <= 1


def parse(data: bytes) -> Certificate:
    """Parse one DER certificate; raises `CertificateFormatError`."""
    try:
        outer = der.first(data)
        body, algorithm, _ = outer.expect(der.SEQUENCE).children()
        fields = list(body.expect(der.SEQUENCE).children())
        if fields[0].tag == 0xA0:  # the version, absent in version 1
            fields.pop(0)
        serial, _, issuer, validity, subject, key, *optional = fields
        not_before, not_after = map(der.time, validity.children())
        signature = der.oid(algorithm.expect(der.SEQUENCE).children()[0])
        extensions = _parse_extensions(optional)
        subject_key_id = extensions.get(_SUBJECT_KEY_ID)
        authority_key_id = _children(extensions, _AUTHORITY_KEY_ID)
        dns_names = (
            n.content for n in _children(extensions, _ALTERNATIVE_NAMES) if n.tag == _DNS_NAME
        )
        addresses = (n.content for n in _children(extensions, _ALTERNATIVE_NAMES) if n.tag == _IP)
        access = [
            description.children() for description in _children(extensions, _AUTHORITY_ACCESS)
        ]
        issuer_urls = [u.content for m, u in access if der.oid(m) == _CA_ISSUERS and u.tag == _URL]
        constraints = _children(extensions, _BASIC_CONSTRAINTS)
        return Certificate(
            der=outer.raw,
            serial=int.from_bytes(serial.expect(der.INTEGER).content, "big", signed=True),
            subject=_parse_name(subject),
            issuer=_parse_name(issuer),
            not_before=not_before,
            not_after=not_after,
            key=_parse_public_key(key),
            signature=_SIGNATURES.get(signature, signature),
            dns_names=tuple(printable(name.decode("ascii", "replace")) for name in dns_names),
            ip_addresses=tuple(str(ip_address(address)) for address in addresses),
            is_ca=any(c.tag == der.BOOLEAN and c.content != b"\0" for c in constraints[:1]),
            subject_key_id=subject_key_id.content if subject_key_id else None,
            authority_key_id=next(
                (part.content for part in authority_key_id if part.tag == 0x80), None
            ),
            issuer_url=printable(issuer_urls[0].decode("ascii", "replace"))
            if issuer_urls
            else None,
        )
    except (DerError, IndexError, ValueError) as exc:
        raise CertificateFormatError(f"not an X.509 certificate: {exc}") from exc


def issuer_path(chain: tuple[Certificate, ...]) -> tuple[Certificate, ...]:
    """Return the server's certificate and, in order, each issuer that the chain contains."""
    path = list(chain[:1])
    while path and not path[-1].is_self_issued:
        issuers = (c for c in chain if c not in path and path[-1].may_be_issued_by(c))
        issuer = next(issuers, None)
        if issuer is None:
            break
        path.append(issuer)
    return tuple(path)


def format_date(moment: datetime) -> str:
    """Return a date in ISO 8601."""
    return moment.strftime("%Y-%m-%d")


def printable(value: str) -> str:
    """Return text without control characters, which could change a terminal's state."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in value)


def _parse_name(element: Element) -> Name:
    pairs = [
        attribute.children()
        for relative in element.expect(der.SEQUENCE).children()
        for attribute in relative.children()
    ]
    attributes = ((der.oid(kind), der.text(value)) for kind, value in pairs)
    return Name(tuple((_ATTRIBUTES.get(k, k), value) for k, value in attributes), element.raw)


def _parse_public_key(info: Element) -> PublicKey:
    """Parse a SubjectPublicKeyInfo (RFC 5280, 4.1.2.7); raises `DerError`."""
    algorithm, bits = info.expect(der.SEQUENCE).children()
    kind, *parameters = algorithm.children()
    name = der.oid(kind)
    if name == _RSA:
        modulus = der.first(bits.expect(der.BIT_STRING).content[1:]).children()[0]
        return PublicKey("RSA", int.from_bytes(modulus.content, "big").bit_length())
    if name == _EC and parameters and parameters[0].tag == der.OID:
        oid = der.oid(parameters[0])
        curve, size = _CURVES.get(oid, (oid, 0))
        return PublicKey(f"EC {curve}", size)
    if name == _DSA and parameters:
        prime = parameters[0].children()[0]
        return PublicKey("DSA", int.from_bytes(prime.content, "big").bit_length())
    return PublicKey(*_EDWARDS.get(name, (name, 0)))


def _parse_extensions(optional: list[Element]) -> dict[str, Element]:
    """Return each extension's value by its object identifier."""
    tagged = next((field for field in optional if field.tag == 0xA3), None)
    if tagged is None:
        return {}
    extensions = {}
    for extension in tagged.children()[0].children():
        kind, *_, value = extension.children()
        extensions[der.oid(kind)] = der.first(value.expect(der.OCTET_STRING).content)
    return extensions


def _children(extensions: Mapping[str, Element], oid: str) -> tuple[Element, ...]:
    return extensions[oid].children() if oid in extensions else ()
