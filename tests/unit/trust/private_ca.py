"""A private CA that issues certificates with any defect that a test needs."""

from __future__ import annotations

import datetime as dt
import ipaddress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

NOW = dt.datetime.now(dt.timezone.utc).replace(microsecond=0)
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class IssuedCertificate:
    """A certificate with its key, and the certificates a server sends after it."""

    certificate: x509.Certificate
    key: Key
    intermediates: tuple[x509.Certificate, ...] = ()

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        return self._key(serialization.NoEncryption())

    def encrypted_key_pem(self, password: bytes) -> bytes:
        return self._key(serialization.BestAvailableEncryption(password))

    def _key(self, encryption: serialization.KeySerializationEncryption) -> bytes:
        form = serialization.PrivateFormat.PKCS8
        return self.key.private_bytes(serialization.Encoding.PEM, form, encryption)

    def chain_pem(self) -> bytes:
        """What a server needs: its certificate, the intermediates, and the key."""
        intermediates = (c.public_bytes(serialization.Encoding.PEM) for c in self.intermediates)
        return b"".join([self.pem, *intermediates, self.key_pem])

    def write(self, path: Path) -> Path:
        path.write_bytes(self.chain_pem())
        return path


@dataclass(frozen=True)
class CertificateSpec:
    """The fields of a certificate to issue."""

    names: tuple[str, ...] = ("localhost", "127.0.0.1")
    not_before: dt.datetime = NOW - DAY
    not_after: dt.datetime = NOW + 30 * DAY
    key: Key | None = None
    is_ca: bool = False
    common_name: str = "server"
    organisation: str = "get-installer tests"
    issuer_url: str | None = None
    usage: x509.ObjectIdentifier | None = None


class PrivateCa:
    """A root that issues leaves and intermediates."""

    def __init__(
        self,
        name: str,
        *,
        organisation: str = "get-installer tests",
        spec: CertificateSpec | None = None,
    ) -> None:
        spec = spec or CertificateSpec((), common_name=name, organisation=organisation, is_ca=True)
        self.root = make(spec, None)

    def issue(
        self, spec: CertificateSpec | None = None, *, by: IssuedCertificate | None = None
    ) -> IssuedCertificate:
        """Issue a certificate, by the root or by an intermediate (which the server sends, too)."""
        return make(spec or CertificateSpec(), by or self.root, sends_issuer=by is not None)

    def intermediate(
        self, name: str = "intermediate", organisation: str | None = None
    ) -> IssuedCertificate:
        organisation = organisation or "get-installer tests"
        spec = CertificateSpec((), common_name=name, organisation=organisation, is_ca=True)
        return make(spec, self.root)


@cache
def shared_key() -> ec.EllipticCurvePrivateKey:
    """Return a key for certificates whose key does not matter: making one is slow."""
    return ec.generate_private_key(ec.SECP256R1())


def make(
    spec: CertificateSpec, issuer: IssuedCertificate | None, *, sends_issuer: bool = False
) -> IssuedCertificate:
    """Make a certificate; signed by itself without an issuer."""
    key = spec.key or (ec.generate_private_key(ec.SECP256R1()) if spec.is_ca else shared_key())
    subject = _name(spec)
    signer = issuer.key if issuer else key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(spec.not_before)
        .not_valid_after(spec.not_after)
    )
    for extension, critical in _extensions(spec, key, signer):
        builder = builder.add_extension(extension, critical)
    certificate = builder.sign(signer, hashes.SHA256())
    sent = (issuer.certificate, *issuer.intermediates) if sends_issuer and issuer else ()
    return IssuedCertificate(certificate, key, sent)


def _name(spec: CertificateSpec) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, spec.organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, spec.common_name),
        ]
    )


def _extensions(
    spec: CertificateSpec, key: Key, signer: Key
) -> list[tuple[x509.ExtensionType, bool]]:
    subject_id = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    issuer_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(spec.is_ca, None), True),
        (subject_id, False),
        (issuer_id, False),
    ]
    if spec.names:
        extensions.append((x509.SubjectAlternativeName(list(map(_general, spec.names))), False))
    if spec.usage:
        extensions.append((x509.ExtendedKeyUsage([spec.usage]), False))
    if spec.issuer_url:
        place = x509.UniformResourceIdentifier(spec.issuer_url)
        access = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, place)
        extensions.append((x509.AuthorityInformationAccess([access]), False))
    return extensions


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


CLIENT_ONLY = ExtendedKeyUsageOID.CLIENT_AUTH
