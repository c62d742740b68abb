"""What every test stands on."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

_SHIELDED = (
    "PIP_",
    "SSL_",
    "UV_",
    "POETRY_",
    "REQUESTS_CA",
    "CURL_CA",
    "GIT_SSL",
    "PYTHON",
    "XDG_",
)


def pytest_configure() -> None:
    """Let CI judge every change by the same examples; developers' runs look for new ones."""
    settings.register_profile("ci", derandomize=True)
    if os.environ.get("CI"):
        settings.load_profile("ci")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Say which engine the functional tests run, and on which Python."""
    group = parser.getgroup("get-installer")
    group.addoption(
        "--zipapp",
        nargs="?",
        const="dist/get-installer.pyz",
        help="run the functional tests against this built file instead of the checkout",
    )
    group.addoption(
        "--engine-python", default=sys.executable, help="the Python that runs the engine in them"
    )


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
