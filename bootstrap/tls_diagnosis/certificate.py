"""A certificate's facts (RFC 5280), read for people; OpenSSL alone judges whether it is good."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address

from bootstrap.trust import der
from bootstrap.trust.der import DerError, Element

# FOLDED from bootstrap/trust/x509/algorithms.py
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


@dataclass(frozen=True)
class PublicKey:
    """A public key's kind and size."""

    algorithm: str
    bits: int
    """0 where we do not know the algorithm."""

    def __str__(self) -> str:
        return f"{self.algorithm}, {self.bits} bits" if self.bits else self.algorithm


def public_key(info: Element) -> PublicKey:
    """Read a SubjectPublicKeyInfo (RFC 5280, 4.1.2.7); raises `DerError`."""
    algorithm, bits = info.expect(der.SEQUENCE).children()
    kind, *parameters = algorithm.children()
    name = der.oid(kind)
    if name == _RSA:
        modulus = der.first(bits.expect(der.BIT_STRING).content[1:]).children()[0]
        return PublicKey("RSA", int.from_bytes(modulus.content, "big").bit_length())
    if name == _EC and parameters and parameters[0].tag == der.OID:
        curve = der.oid(parameters[0])
        return PublicKey(*_named("EC ", _CURVES.get(curve, (curve, 0))))
    if name == _DSA and parameters:
        prime = parameters[0].children()[0]
        return PublicKey("DSA", int.from_bytes(prime.content, "big").bit_length())
    return PublicKey(*_EDWARDS.get(name, (name, 0)))


def signature_name(algorithm: Element) -> str:
    """Return the name of an AlgorithmIdentifier, or its number where we know none."""
    name = der.oid(algorithm.expect(der.SEQUENCE).children()[0])
    return _SIGNATURES.get(name, name)


def _named(prefix: str, key: tuple[str, int]) -> tuple[str, int]:
    return prefix + key[0], key[1]


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
_DNS_NAME, _URL, _IP_ADDRESS = 0x82, 0x86, 0x87


class CertificateFormatError(ValueError):
    """The bytes are no X.509 certificate."""


@dataclass(frozen=True)
class Name:
    """A distinguished name; `raw` is its encoding, which is what names are compared by."""

    attributes: tuple[tuple[str, str], ...]
    raw: bytes

    def get(self, attribute: str) -> str | None:
        """Return the last value of an attribute (CN, O, ...), or None."""
        return next((value for name, value in reversed(self.attributes) if name == attribute), None)

    def __str__(self) -> str:
        # Whoever made the certificate chose these characters: none may reach a terminal raw.
        shown = (f"{name}={printable(value)}" for name, value in reversed(self.attributes))
        return ", ".join(shown) or "(no name)"


@dataclass(frozen=True)
class Certificate:
    """What a certificate says."""

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
    """Where its issuer's certificate is to be had, if it says so."""

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
        """The hosts it is made out to."""
        return (*self.dns_names, *self.ip_addresses)

    def may_be_issued_by(self, other: Certificate) -> bool:
        """Tell whether the names and key identifiers fit; the signature is not checked."""
        if self.issuer.raw != other.subject.raw:
            return False
        ids = {self.authority_key_id, other.subject_key_id} - {None}
        return len(ids) <= 1


def parse(data: bytes) -> Certificate:
    """Read one DER certificate; raises `CertificateFormatError`."""
    try:
        return _parse(data)
    except (DerError, IndexError, ValueError) as exc:
        raise CertificateFormatError(f"not an X.509 certificate: {exc}") from exc


def _parse(data: bytes) -> Certificate:
    outer = der.first(data)
    body, algorithm, _ = outer.expect(der.SEQUENCE).children()
    fields = list(body.expect(der.SEQUENCE).children())
    if fields[0].tag == 0xA0:  # the version, absent in version 1
        fields.pop(0)
    serial, _, issuer, validity, subject, key, *optional = fields
    not_before, not_after = map(der.time, validity.children())
    extensions = _extensions(optional)
    return Certificate(
        der=outer.raw,
        serial=int.from_bytes(serial.expect(der.INTEGER).content, "big", signed=True),
        subject=_name(subject),
        issuer=_name(issuer),
        not_before=not_before,
        not_after=not_after,
        key=public_key(key),
        signature=signature_name(algorithm),
        dns_names=_dns_names(extensions),
        ip_addresses=_ip_addresses(extensions),
        is_ca=_is_ca(extensions),
        subject_key_id=_subject_key_id(extensions),
        authority_key_id=_authority_key_id(extensions),
        issuer_url=_issuer_url(extensions),
    )


def _name(element: Element) -> Name:
    pairs = [
        attribute.children()
        for relative in element.expect(der.SEQUENCE).children()
        for attribute in relative.children()
    ]
    attributes = tuple((_attribute(der.oid(kind)), der.text(value)) for kind, value in pairs)
    return Name(attributes, element.raw)


def _attribute(oid: str) -> str:
    return _ATTRIBUTES.get(oid, oid)


def _extensions(optional: list[Element]) -> dict[str, Element]:
    """Return each extension's value by its object identifier."""
    tagged = next((field for field in optional if field.tag == 0xA3), None)
    if tagged is None:
        return {}
    found = {}
    for extension in tagged.children()[0].children():
        kind, *_, value = extension.children()
        found[der.oid(kind)] = der.first(value.expect(der.OCTET_STRING).content)
    return found


def _alternative_names(extensions: Mapping[str, Element], tag: int) -> tuple[bytes, ...]:
    names = extensions.get(_ALTERNATIVE_NAMES)
    return tuple(n.content for n in names.children() if n.tag == tag) if names else ()


def _dns_names(extensions: Mapping[str, Element]) -> tuple[str, ...]:
    names = _alternative_names(extensions, _DNS_NAME)
    return tuple(printable(name.decode("ascii", "replace")) for name in names)


def _ip_addresses(extensions: Mapping[str, Element]) -> tuple[str, ...]:
    return tuple(str(ip_address(raw)) for raw in _alternative_names(extensions, _IP_ADDRESS))


def _is_ca(extensions: Mapping[str, Element]) -> bool:
    constraints = extensions.get(_BASIC_CONSTRAINTS)
    flags = constraints.children() if constraints else ()
    return bool(flags) and flags[0].tag == 0x01 and flags[0].content != b"\0"


def _subject_key_id(extensions: Mapping[str, Element]) -> bytes | None:
    identifier = extensions.get(_SUBJECT_KEY_ID)
    return identifier.content if identifier else None


def _authority_key_id(extensions: Mapping[str, Element]) -> bytes | None:
    identifier = extensions.get(_AUTHORITY_KEY_ID)
    parts = identifier.children() if identifier else ()
    return next((part.content for part in parts if part.tag == 0x80), None)


def _issuer_url(extensions: Mapping[str, Element]) -> str | None:
    access = extensions.get(_AUTHORITY_ACCESS)
    for description in access.children() if access else ():
        method, place = description.children()
        if der.oid(method) == _CA_ISSUERS and place.tag == _URL:
            return printable(place.content.decode("ascii", "replace"))
    return None


def printable(value: str) -> str:
    """Return text in which nothing can move a terminal's cursor."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in value)
