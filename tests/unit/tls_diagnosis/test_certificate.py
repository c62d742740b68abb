from __future__ import annotations

import datetime as dt
import hashlib
from contextlib import suppress

from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from bootstrap.tls_diagnosis.certificate import CertificateFormatError, parse, printable
from bootstrap.trust.anchors import bundled_certificates
from tests.unit.trust.private_ca import NOW, CertificateSpec, PrivateCa


def test_the_names_and_the_issuer_of_a_leaf_are_parsed(private_ca: PrivateCa) -> None:
    spec = CertificateSpec(
        ("example.org", "*.example.org", "192.0.2.1", "2001:db8::1"), common_name="web"
    )
    issued = private_ca.issue(spec)
    found, root = parse(issued.der), parse(private_ca.root.der)
    assert str(found.subject) == "CN=web, O=get-installer tests"
    assert str(found.issuer) == "CN=get-installer test root, O=get-installer tests"
    assert found.dns_names == ("example.org", "*.example.org")
    assert found.ip_addresses == ("192.0.2.1", "2001:db8::1")
    assert (found.not_before, found.not_after) == (spec.not_before, spec.not_after)
    assert found.serial == issued.certificate.serial_number
    assert not found.is_ca
    assert not found.is_self_issued
    assert found.may_be_issued_by(root)
    assert not root.may_be_issued_by(found)


def test_the_fingerprint_is_the_one_that_openssl_shows(private_ca: PrivateCa) -> None:
    shown = parse(private_ca.root.der).sha256
    assert shown.replace(":", "").lower() == hashlib.sha256(private_ca.root.der).hexdigest()


def test_a_root_is_a_self_issued_ca(private_ca: PrivateCa) -> None:
    root = parse(private_ca.root.der)
    assert root.is_ca
    assert root.is_self_issued
    assert str(root.key) == "EC P-256, 256 bits"
    assert root.signature == "ecdsa-with-SHA256"


def test_the_size_of_an_rsa_key_is_parsed(private_ca: PrivateCa) -> None:
    key = rsa.generate_private_key(65537, 1024)
    found = parse(private_ca.issue(CertificateSpec(key=key)).der)
    assert str(found.key) == "RSA, 1024 bits"


def test_dates_after_2049_are_parsed(private_ca: PrivateCa) -> None:
    until = dt.datetime(2061, 2, 3, tzinfo=dt.timezone.utc)
    assert (
        parse(private_ca.issue(CertificateSpec(not_before=NOW, not_after=until)).der).not_after
        == until
    )


def test_another_key_under_the_same_name_is_not_the_issuer(private_ca: PrivateCa) -> None:
    impostor = PrivateCa("get-installer test root")
    assert not parse(private_ca.issue().der).may_be_issued_by(parse(impostor.root.der))


def test_the_url_of_the_issuers_certificate_is_parsed(private_ca: PrivateCa) -> None:
    place = "http://pki.example/ca.crt"
    assert parse(private_ca.issue(CertificateSpec(issuer_url=place)).der).issuer_url == place


def test_every_certificate_of_certifi_is_parsed() -> None:
    for der in bundled_certificates():
        found = parse(der)
        assert found.der == der
        assert found.subject.attributes
        assert found.key.bits >= 256


def test_a_name_cannot_contain_terminal_escapes(private_ca: PrivateCa) -> None:
    found = parse(private_ca.issue(CertificateSpec(common_name="good\x1b[2Kbad")).der)
    assert "\x1b" not in str(found.subject)
    assert printable("\x1b[2K\u202e") == "\\x1b[2K\\u202e"


@given(st.binary(max_size=100), st.integers(0, 400), st.integers(0, 255))
def test_damaged_bytes_raise_only_a_certificate_format_error(
    noise: bytes, place: int, byte: int
) -> None:
    whole = bytearray(bundled_certificates()[0])
    whole[place] = byte
    for each in (noise, b"\x30" + noise, bytes(whole), bytes(whole[:place])):
        with suppress(CertificateFormatError):
            assert parse(each).der
