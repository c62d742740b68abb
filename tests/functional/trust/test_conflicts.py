"""The table of precedence in docs/trust.md, tested with real connections."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.functional.conftest import LocalIndex
from tests.functional.engine import Engine
from tests.functional.trust.cert_settings import CERT_SETTINGS, CertSetting
from tests.servers import Authority, IndexServer


@pytest.fixture(scope="module")
def other() -> Authority:
    return Authority()


@pytest.fixture
def b(other: Authority) -> Iterator[IndexServer]:
    with IndexServer(other) as server:
        yield server


_TABLE = [
    ("--cert", "PIP_CERT", "A"),
    ("--cert", "REQUESTS_CA_BUNDLE", "A"),  # pip#10147: the variable won
    ("--cert", "CURL_CA_BUNDLE", "A"),
    ("--cert", "pip.conf", "A"),
    ("--cert", "--add-cert", "AB"),
    ("PIP_CERT", "REQUESTS_CA_BUNDLE", "AB"),
    ("PIP_CERT", "--add-cert", "AB"),
    ("PIP_CERT", "pip.conf", "A"),
    ("pip.conf", "REQUESTS_CA_BUNDLE", "AB"),
    ("--cert", "SSL_CERT_FILE", "A"),
    ("--cert", "SSL_CERT_DIR", "A"),
    ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "AB"),
    ("SSL_CERT_FILE", "SSL_CERT_DIR", "AB"),
]


@pytest.mark.parametrize(("of_a", "of_b", "trusted"), _TABLE)
def test_of_two_settings_the_higher_priority_wins(
    of_a: str,
    of_b: str,
    trusted: str,
    engine: Engine,
    index: LocalIndex,
    b: IndexServer,
    other: Authority,
    tmp_path: Path,
) -> None:
    setting: CertSetting = CERT_SETTINGS[of_a](index.ca) + CERT_SETTINGS[of_b](
        other.write_pem(tmp_path / "b.pem")
    )
    urls = (index.server.url, b.url)
    done = engine("doctor", "--json", *setting.options, *urls, environ=setting.environ)
    found = json.loads(done.out)["servers"]
    names = zip("AB", found, strict=True)
    assert "".join(name for name, server in names if server["good"]) == trusted


@pytest.mark.parametrize(
    ("choice", "trusted"), [("system", True), ("both", True), ("bundled", False)]
)
def test_trust_selects_the_default_sources(
    choice: str, trusted: bool, engine: Engine, index: LocalIndex
) -> None:
    setting = CERT_SETTINGS["SSL_CERT_FILE"](index.ca)
    options = ("doctor", "--json", "--trust", choice, index.server.url)
    done = engine(*options, environ=setting.environ)
    assert json.loads(done.out)["good"] is trusted


def test_trust_on_the_command_line_overrides_pip_cert(engine: Engine, index: LocalIndex) -> None:
    environ = {"PIP_CERT": str(index.ca)}
    done = engine("doctor", "-v", "--trust", "system", index.server.url, environ=environ)
    assert done.status == 1
    assert f"cert = {index.ca} (from PIP_CERT) is ignored, because" in done.out
