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
from tests.unit.trust.authorities import Forge

needs_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl program")


def test_a_bundle_with_comments_and_any_line_ends_is_read(forge: Forge, stranger: Forge) -> None:
    one, other = forge.root, stranger.root
    bundle = b"\xef\xbb\xbf# Root\r\n" + one.pem.replace(b"\n", b"\r\n") + b"text\n" + other.pem
    assert read_certificates(bundle) == (one.der, other.der)


def test_keys_beside_certificates_are_passed_over(forge: Forge) -> None:
    assert read_certificates(forge.root.key_pem + forge.root.pem) == (forge.root.der,)


def test_a_der_file_is_read(forge: Forge) -> None:
    assert read_certificates(forge.root.der) == (forge.root.der,)


def test_what_is_written_reads_back(forge: Forge, stranger: Forge) -> None:
    certificates = (forge.root.der, stranger.root.der)
    assert read_certificates(write_pem(certificates)) == certificates


def test_a_block_cut_off_at_the_end_is_told_with_its_line(forge: Forge) -> None:
    bundle = b"# comment\n" + forge.root.pem
    line = bundle.count(b"\n") + 1
    with pytest.raises(CertificateFileError, match=f"line {line} has no end"):
        read_certificates(bundle + forge.root.pem[:200])


def test_a_block_cut_off_in_the_middle_is_told_with_its_line(forge: Forge) -> None:
    with pytest.raises(CertificateFileError, match="line 1 has no end"):
        read_certificates(forge.root.pem[:200] + b"\n" + forge.root.pem)


@pytest.mark.parametrize("spoil", [b"!!!!", b""], ids=["no base64", "bytes missing"])
def test_a_damaged_block_is_told_with_its_line(forge: Forge, spoil: bytes) -> None:
    lines = forge.root.pem.splitlines(keepends=True)
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
def test_a_file_without_a_certificate_says_what_it_holds(content: bytes, why: str) -> None:
    with pytest.raises(NoCertificateError, match=why):
        read_certificates(content)


def test_powershells_utf_16_is_explained(forge: Forge) -> None:
    with pytest.raises(CertificateFileError, match="UTF-16"):
        read_certificates(forge.root.pem.decode().encode("utf-16"))


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
def test_openssls_trust_settings_are_obeyed(
    forge: Forge, tmp_path: Path, use: list[str], trusted: bool
) -> None:
    plain = tmp_path / "plain.pem"
    plain.write_bytes(forge.root.pem)
    command = ["openssl", "x509", "-in", str(plain), "-trustout", *use]
    content = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    assert b"TRUSTED CERTIFICATE" in content
    if trusted:
        assert read_certificates(content) == (forge.root.der,)
    else:
        with pytest.raises(NoCertificateError):
            read_certificates(content)


@given(st.binary(max_size=200))
def test_no_file_makes_the_reader_stumble(content: bytes) -> None:
    armoured = base64.encodebytes(content)
    block = b"-----BEGIN CERTIFICATE-----\n" + armoured + b"-----END CERTIFICATE-----\n"
    for each in (content, b"0" + content, block, block[:-5] + content):
        with suppress(CertificateFileError):
            assert read_certificates(each)
