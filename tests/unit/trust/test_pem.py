from __future__ import annotations

import base64
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bootstrap.trust.pem import (
    CertificateFileError,
    NoCertificateError,
    read_certificates,
    write_pem,
)
from tests.unit.trust.private_ca import PrivateCa

needs_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl program")


def test_a_bundle_with_comments_and_crlf_is_read(
    private_ca: PrivateCa, other_ca: PrivateCa
) -> None:
    one, other = private_ca.root, other_ca.root
    bundle = b"\xef\xbb\xbf# Root\r\n" + one.pem.replace(b"\n", b"\r\n") + b"text\n" + other.pem
    assert read_certificates(bundle) == (one.der, other.der)


def test_private_keys_are_ignored(private_ca: PrivateCa) -> None:
    assert read_certificates(private_ca.root.key_pem + private_ca.root.pem) == (
        private_ca.root.der,
    )


def test_a_der_file_is_read(private_ca: PrivateCa) -> None:
    assert read_certificates(private_ca.root.der) == (private_ca.root.der,)


def test_written_certificates_can_be_read(private_ca: PrivateCa, other_ca: PrivateCa) -> None:
    certificates = (private_ca.root.der, other_ca.root.der)
    assert read_certificates(write_pem(certificates)) == certificates


def test_an_error_names_the_line_of_a_block_truncated_at_the_end(private_ca: PrivateCa) -> None:
    bundle = b"# comment\n" + private_ca.root.pem
    line = bundle.count(b"\n") + 1
    with pytest.raises(CertificateFileError, match=f"line {line} has no end"):
        read_certificates(bundle + private_ca.root.pem[:200])


def test_an_error_names_the_line_of_a_block_truncated_in_the_middle(private_ca: PrivateCa) -> None:
    with pytest.raises(CertificateFileError, match="line 1 has no end"):
        read_certificates(private_ca.root.pem[:200] + b"\n" + private_ca.root.pem)


@pytest.mark.parametrize("spoil", [b"!!!!", b""], ids=["no base64", "bytes missing"])
def test_an_error_names_the_line_of_a_damaged_block(private_ca: PrivateCa, spoil: bytes) -> None:
    lines = private_ca.root.pem.splitlines(keepends=True)
    lines[3] = spoil + b"\n"
    with pytest.raises(CertificateFileError, match="line 1 is damaged"):
        read_certificates(b"".join(lines))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"hello", "no certificate"),
        (b"-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n", "PRIVATE KEY"),
        (b"-----BEGIN PKCS7-----\nAA==\n-----END PKCS7-----\n", "openssl pkcs7"),
    ],
)
def test_an_error_names_the_content_of_a_file_without_certificates(
    content: bytes, why: str
) -> None:
    with pytest.raises(NoCertificateError, match=why):
        read_certificates(content)


def test_powershells_utf_16_is_explained(private_ca: PrivateCa) -> None:
    with pytest.raises(CertificateFileError, match="UTF-16"):
        read_certificates(private_ca.root.pem.decode().encode("utf-16"))


def test_a_binary_file_of_another_kind_is_explained() -> None:
    with pytest.raises(CertificateFileError, match="pkcs12"):
        read_certificates(bytes([0x30, 3, 2, 1, 3]))


@needs_openssl
@pytest.mark.parametrize(
    ("use", "trusted"),
    [
        (["-addtrust", "serverAuth"], True),
        (["-addtrust", "emailProtection"], False),
        (["-addreject", "serverAuth"], False),
        (["-addreject", "emailProtection"], True),
    ],
)
def test_openssls_trust_settings_are_honoured(
    private_ca: PrivateCa, tmp_path: Path, use: list[str], trusted: bool
) -> None:
    plain = tmp_path / "plain.pem"
    plain.write_bytes(private_ca.root.pem)
    command = ["openssl", "x509", "-in", str(plain), "-trustout", *use]
    content = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    assert b"TRUSTED CERTIFICATE" in content
    if trusted:
        assert read_certificates(content) == (private_ca.root.der,)
    else:
        with pytest.raises(NoCertificateError):
            read_certificates(content)


@given(st.binary(max_size=200))
def test_any_content_gives_certificates_or_a_certificate_file_error(content: bytes) -> None:
    armoured = base64.encodebytes(content)
    block = b"-----BEGIN CERTIFICATE-----\n" + armoured + b"-----END CERTIFICATE-----\n"
    for each in (content, b"0" + content, block, block[:-5] + content):
        with suppress(CertificateFileError):
            assert read_certificates(each)
