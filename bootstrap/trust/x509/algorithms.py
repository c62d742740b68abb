"""The names of keys and signatures, as people know them."""

from __future__ import annotations

from dataclasses import dataclass

from bootstrap.trust.x509 import der
from bootstrap.trust.x509.der import Element

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
