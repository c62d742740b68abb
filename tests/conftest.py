"""What every test stands on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_SHIELDED = ("PIP_", "SSL_", "UV_", "POETRY_", "REQUESTS_CA", "CURL_CA", "GIT_SSL", "PYTHON", "XDG_")


@pytest.fixture(autouse=True)
def shielded_environment(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Keep the developer's own settings out of every test.

    A test marked `network` keeps the system's certificate variables: the way out of this machine
    may lead through a proxy whose CA only they name.
    """
    keep = ("SSL_CERT",) if request.node.get_closest_marker("network") else ()
    for name in list(os.environ):
        if name.startswith(keep):
            continue
        if name.startswith(_SHIELDED) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
