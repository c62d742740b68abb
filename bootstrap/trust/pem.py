"""Read and write certificate files: PEM (RFC 7468), OpenSSL's TRUSTED variant, and DER."""

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
    """A file's certificates cannot be read; the message says where and why."""


class NoCertificateError(CertificateFileError):
    """The file contains no certificate, not even a damaged one."""


def read_certificates(content: bytes) -> tuple[bytes, ...]:
    """Return the certificates of a PEM or DER file, each as DER.

    Raises `NoCertificateError`, or `CertificateFileError` for a damaged one.
    """
    if b"-----BEGIN " in content:
        return _decode_pem(content)
    if content[:1] == b"\x30":
        return (_decode_der(content),)
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise CertificateFileError(
            "it is UTF-16 text (PowerShell writes that); save it as ASCII or UTF-8"
        )
    raise NoCertificateError("it is empty" if not content.strip() else "it contains no certificate")


def write_pem(certificates: Iterable[bytes]) -> bytes:
    """Return DER certificates as the text of a PEM bundle."""
    lines: list[bytes] = []
    for certificate in certificates:
        text = base64.b64encode(certificate)
        lines.append(b"-----BEGIN CERTIFICATE-----")
        lines += [text[start : start + 64] for start in range(0, len(text), 64)]
        lines.append(b"-----END CERTIFICATE-----")
    return b"".join(line + b"\n" for line in lines)


def _decode_der(content: bytes) -> bytes:
    try:
        outer = der.first(content)
        fields = outer.children()
    except DerError as exc:
        raise CertificateFileError(f"it is neither PEM text nor a DER certificate: {exc}") from exc
    if [field.tag for field in fields] != [der.SEQUENCE, der.SEQUENCE, der.BIT_STRING]:
        raise CertificateFileError(
            "it is binary, but not a DER certificate; to convert it, use `openssl pkcs12 -nokeys` "
            "for PKCS #12, `openssl pkcs7 -inform DER -print_certs` for PKCS #7"
        )
    return outer.raw


def _decode_pem(content: bytes) -> tuple[bytes, ...]:
    found, labels = [], set()
    for begin, body in _iter_blocks(content):
        labels.add(begin[2])
        if begin[2] in _CERTIFICATES:
            try:
                certificate = _decode_block(begin[2], body)
            except (binascii.Error, DerError) as exc:
                line = _line(content, begin)
                why = f"the certificate that begins at line {line} is damaged: {exc}"
                raise CertificateFileError(why) from exc
            found += [certificate] if certificate else []
    if not found:
        raise NoCertificateError(_describe_content(labels))
    return tuple(found)


def _describe_content(labels: set[bytes]) -> str:
    if b"PKCS7" in labels:
        return "it contains PKCS #7; `openssl pkcs7 -print_certs` converts it to certificates"
    if _TRUSTED in labels:
        return "it contains no certificate that is trusted for servers"
    found = ", ".join(sorted(label.decode() for label in labels))
    return f"it contains {found}, but no certificate"


def _iter_blocks(content: bytes) -> Iterator[tuple[re.Match[bytes], bytes]]:
    """Yield the marker that begins each block, and the block's base64 text."""
    begin: re.Match[bytes] | None = None
    for marker in _MARKER.finditer(content):
        kind, label = marker.groups()
        if kind == b"BEGIN":
            _check_finished(begin, content)
            begin = marker
        elif begin is not None and begin[2] == label:
            yield begin, content[begin.end() : marker.start()]
            begin = None
    _check_finished(begin, content)


def _check_finished(begin: re.Match[bytes] | None, content: bytes) -> None:
    if begin is not None and begin[2] in _CERTIFICATES:
        raise CertificateFileError(
            f"the certificate that begins at line {_line(content, begin)} has no end"
        )


def _line(content: bytes, marker: re.Match[bytes]) -> int:
    return content.count(b"\n", 0, marker.start()) + 1


def _decode_block(label: bytes, body: bytes) -> bytes | None:
    """Return a block's certificate; None if its trust settings exclude servers.

    Raises `binascii.Error` and `DerError`.
    """
    decoded = base64.b64decode(b"".join(body.split()), validate=True)
    outer = der.first(decoded).expect(der.SEQUENCE)
    rest = decoded[len(outer.raw) :]
    if label == _TRUSTED:
        return outer.raw if _is_trusted_for_servers(rest) else None
    if rest:
        raise DerError("there are bytes after its end")
    return outer.raw


def _is_trusted_for_servers(settings: bytes) -> bool:
    """Return whether OpenSSL's X509_CERT_AUX trusts the certificate for servers."""
    fields = der.first(settings).children() if settings else ()
    trusted = [f for f in fields if f.tag == der.SEQUENCE]
    rejected = [f for f in fields if f.tag == 0xA0]
    if rejected and _includes_servers(rejected[0]):
        return False
    return not trusted or _includes_servers(trusted[0])


def _includes_servers(uses: der.Element) -> bool:
    oids = {der.oid(use) for use in uses.children()}
    return bool(oids & {_SERVER_AUTHENTICATION, _ANY_USE})
