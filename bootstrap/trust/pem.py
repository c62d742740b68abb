"""Files of certificates: PEM (RFC 7468), OpenSSL's TRUSTED variant of it, and plain DER."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator

from bootstrap.trust import der
from bootstrap.trust.der import DerError

_MARKER = re.compile(rb"-----(BEGIN|END) ([A-Z0-9 ]+)-----")
_PLAIN = {b"CERTIFICATE", b"X509 CERTIFICATE"}
_TRUSTED = b"TRUSTED CERTIFICATE"
_CERTIFICATES = _PLAIN | {_TRUSTED}
_SERVER_AUTHENTICATION, _ANY_USE = "1.3.6.1.5.5.7.3.1", "2.5.29.37.0"


class CertificateFileError(ValueError):
    """A file's certificates cannot be read; the text says where and why."""


class NoCertificateError(CertificateFileError):
    """The file holds no certificate, and nothing that looks like a damaged one."""


def read_certificates(content: bytes) -> tuple[bytes, ...]:
    """Return the certificates of a PEM or DER file, each as DER.

    Raises `NoCertificateError`, or `CertificateFileError` for a damaged one.
    """
    if b"-----BEGIN " in content:
        return _from_pem(content)
    if content[:1] == b"\x30":
        return (_from_der(content),)
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise CertificateFileError(
            "it is UTF-16 text (PowerShell writes that); save it as ASCII or UTF-8"
        )
    raise NoCertificateError("it is empty" if not content.strip() else "it holds no certificate")


def write_pem(certificates: Iterable[bytes]) -> bytes:
    """Return DER certificates as the text of a PEM bundle."""
    return b"".join(_armoured(each) for each in certificates)


def _armoured(certificate: bytes) -> bytes:
    text = base64.b64encode(certificate)
    lines = b"".join(text[i : i + 64] + b"\n" for i in range(0, len(text), 64))
    return b"-----BEGIN CERTIFICATE-----\n" + lines + b"-----END CERTIFICATE-----\n"


def _from_der(content: bytes) -> bytes:
    try:
        outer = der.first(content)
        fields = outer.children()
    except DerError as exc:
        raise CertificateFileError(f"it is neither PEM text nor a DER certificate: {exc}") from exc
    if [field.tag for field in fields] != [der.SEQUENCE, der.SEQUENCE, der.BIT_STRING]:
        raise CertificateFileError(
            "it is binary, but no DER certificate; for PKCS #12 use `openssl pkcs12 -nokeys`, "
            "for PKCS #7 `openssl pkcs7 -inform DER -print_certs` to convert it"
        )
    return outer.raw


def _from_pem(content: bytes) -> tuple[bytes, ...]:
    found, labels = [], set()
    for label, body, line in _blocks(content):
        labels.add(label)
        if label in _CERTIFICATES and (certificate := _certificate(label, body, line)):
            found.append(certificate)
    if not found:
        raise NoCertificateError(_no_certificate(labels))
    return tuple(found)


def _no_certificate(labels: set[bytes]) -> str:
    if b"PKCS7" in labels:
        return "it holds PKCS #7, not certificates; `openssl pkcs7 -print_certs` converts it"
    if _TRUSTED in labels:
        return "it holds no certificate trusted for servers"
    held = ", ".join(sorted(label.decode() for label in labels))
    return f"it holds {held}, but no certificate"


def _blocks(content: bytes) -> Iterator[tuple[bytes, bytes, int]]:
    """Yield each block's label, its base64 text, and the line it begins at."""
    begun: re.Match[bytes] | None = None
    for marker in _MARKER.finditer(content):
        kind, label = marker.groups()
        if kind == b"BEGIN":
            _refuse_unfinished(begun, content)
            begun = marker
        elif begun is not None and begun[2] == label:
            yield label, content[begun.end() : marker.start()], _line(content, begun)
            begun = None
    _refuse_unfinished(begun, content)


def _refuse_unfinished(begun: re.Match[bytes] | None, content: bytes) -> None:
    if begun is not None and begun[2] in _CERTIFICATES:
        raise CertificateFileError(
            f"the certificate that begins at line {_line(content, begun)} has no end"
        )


def _line(content: bytes, marker: re.Match[bytes]) -> int:
    return content.count(b"\n", 0, marker.start()) + 1


def _certificate(label: bytes, body: bytes, line: int) -> bytes | None:
    """Return a block's certificate; None where its trust settings exclude servers."""
    try:
        decoded = base64.b64decode(b"".join(body.split()), validate=True)
        outer = der.first(decoded).expect(der.SEQUENCE)
        serves = label == _TRUSTED and _serves(decoded[len(outer.raw) :])
    except (binascii.Error, DerError) as exc:
        raise _damaged(line, exc) from exc
    if label == _TRUSTED:
        return outer.raw if serves else None
    if len(decoded) > len(outer.raw):
        raise _damaged(line, "bytes are left over after its end")
    return outer.raw


def _damaged(line: int, why: object) -> CertificateFileError:
    return CertificateFileError(f"the certificate that begins at line {line} is damaged: {why}")


def _serves(settings: bytes) -> bool:
    """Tell from OpenSSL's X509_CERT_AUX whether the certificate is trusted for servers."""
    fields = der.first(settings).children() if settings else ()
    trusted = [f for f in fields if f.tag == der.SEQUENCE]
    rejected = [f for f in fields if f.tag == 0xA0]
    if rejected and _uses(rejected[0]):
        return False
    return not trusted or _uses(trusted[0])


def _uses(listed: der.Element) -> bool:
    oids = {der.oid(each) for each in listed.children()}
    return bool(oids & {_SERVER_AUTHENTICATION, _ANY_USE})
