"""What may be baked into a kit."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from bootstrap.kit.defaults import (
    AuthorityError,
    SecretError,
    authorities_of,
    expiry_warnings,
    read_authorities,
    refuse_secrets,
)
from tests.servers import Authority


@pytest.fixture
def ca(authority: Authority, tmp_path: Path) -> Path:
    return authority.write_pem(tmp_path / "ca.pem")


def test_only_the_certificates_of_a_file_are_packed(ca: Path) -> None:
    ca.write_text(f"a comment about somebody\n{ca.read_text()}")
    text = read_authorities(ca, datetime.now(timezone.utc))
    assert text.startswith("-----BEGIN CERTIFICATE-----")
    assert "somebody" not in text
    (authority,) = authorities_of([text])
    assert authority.name


def test_an_authority_that_has_expired_is_refused_and_one_that_will_soon_is_warned_of(
    ca: Path,
) -> None:
    text = read_authorities(ca, datetime.now(timezone.utc))
    (authority,) = authorities_of([text])
    end = authority.not_after
    with pytest.raises(AuthorityError, match=f"expired on {end:%Y-%m-%d}"):
        read_authorities(ca, end + timedelta(days=1))
    assert expiry_warnings([authority], end - timedelta(days=91)) == ()
    (soon,) = expiry_warnings([authority], end - timedelta(days=89, hours=-1))
    assert "in 88 days" in soon or "in 89 days" in soon
    (gone,) = expiry_warnings([authority], end + timedelta(days=1))
    assert "in this kit expired on" in gone


@pytest.mark.parametrize(
    "argument",
    [
        "https://me:pw@host/",
        "--proxy=http://me:pw@host:80",
        "me:pw@host:3128",
        "http://token@host/",
    ],
)
def test_a_password_is_refused_without_being_shown(argument: str) -> None:
    with pytest.raises(SecretError) as raised:
        refuse_secrets(["--index-url", argument])
    assert "pw@" not in str(raised.value)
    assert "token" not in str(raised.value)


def test_plain_settings_are_not_secrets() -> None:
    refuse_secrets(["--index-url", "https://host:8443/simple/", "git@host", "a@b", "C:\\x"])


@pytest.mark.parametrize("content", [b"", b"hello", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_what_is_no_certificate_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_bytes(content)
    with pytest.raises(AuthorityError, match="cannot be packed into a kit"):
        read_authorities(path, datetime.now(timezone.utc))


def test_a_private_key_beside_the_certificate_is_refused(ca: Path) -> None:
    ca.write_text(f"{ca.read_text()}-----BEGIN RSA PRIVATE KEY-----\n")
    with pytest.raises(SecretError, match="must not contain a private key"):
        read_authorities(ca, datetime.now(timezone.utc))
