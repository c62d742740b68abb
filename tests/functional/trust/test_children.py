"""The certificate variables of child processes: only what the user has set."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.functional.conftest import LocalIndex
from tests.functional.engine import Engine
from tests.functional.trust.cert_settings import CERT_SETTINGS
from tests.servers import make_sdist
from tests.servers.wheels import IN_TREE_BACKEND

_PRINT_ENVIRONMENT = (
    "import json, os, sys\ndef main(): print(json.dumps([sys.argv, dict(os.environ)]))\n"
)
_WRITE_ENVIRONMENT = """
import json, os, sys
with open(os.environ["NOTES"], "w") as notes:
    json.dump([sys.argv, dict(os.environ)], notes)
"""
_CERTIFICATE_VARIABLES = {
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "SSL_CLIENT_CERT", "PIP_CERT", "PIP_CLIENT_CERT"),
    *("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "GIT_SSL_CERT", "GIT_SSL_KEY"),
    *("CARGO_HTTP_CAINFO", "NODE_EXTRA_CA_CERTS", "UV_SYSTEM_CERTS"),
}
_BY_LOCALE = {"LC_CTYPE"}
"""Python sets it by itself if the locale is C (PEP 538)."""


@pytest.fixture
def tools(index: LocalIndex) -> LocalIndex:
    """An installer that prints its environment, and an sdist whose back-end writes it to a file."""
    points = {"console_scripts": {"tool": "tool:main"}}
    index.add("tool", "1.0", files={"tool.py": _PRINT_ENVIRONMENT}, entry_points=points)
    backend = _WRITE_ENVIRONMENT + IN_TREE_BACKEND
    index.server.add(make_sdist(index.wheels, "built", "1.0", backend=backend))
    return index


def changed(environ: dict[str, str], ours: Mapping[str, str]) -> set[str]:
    """Return the variables that differ from ours."""
    return {k for k in environ.keys() | ours.keys() if environ.get(k) != ours.get(k)}


def certificates(environ: dict[str, str]) -> dict[str, str]:
    """Return the certificate variables that this test process does not have."""
    return {k: environ[k] for k in changed(environ, os.environ) & _CERTIFICATE_VARIABLES}


def test_without_settings_the_installer_gets_the_environment_unchanged(
    engine: Engine, tools: LocalIndex, venv: Path
) -> None:
    # pip#13186: a bundle that is always passed turns the child's own discovery off.
    where = ("--no-index", "--find-links", tools.wheels, "--installer", "tool")
    done = engine.succeeds("--venv", venv, *where, "--", "list")
    argv, environ = json.loads(done.out.splitlines()[-1])
    assert argv == [str(venv / "bin" / "tool"), "list"]
    expected = {"PIP_NO_INDEX", "PIP_FIND_LINKS"}  # index settings, not certificates
    assert changed(environ, {**os.environ, **engine.environ}) - expected <= _BY_LOCALE


@pytest.mark.parametrize("way", ["SSL_CERT_FILE", "--cert"])
def test_the_installer_and_hooks_get_only_the_settings_of_the_run(
    way: str, engine: Engine, tools: LocalIndex, venv: Path, tmp_path: Path
) -> None:
    setting, notes = CERT_SETTINGS[way](tools.ca), tmp_path / "notes"
    where = ("--venv", venv, "--index-url", tools.server.simple_url)
    environ = {**setting.environ, "NOTES": str(notes)}
    wanted = (*setting.options, "--installer", "tool", "built", "--")
    done = engine.succeeds(*where, *wanted, environ=environ)
    _, installer_environ = json.loads(done.out.splitlines()[-1])
    argv, hook_environ = json.loads(notes.read_text())
    assert certificates(installer_environ) == certificates(hook_environ)
    assert not any("cert" in argument.lower() for argument in argv[1:])
    if way == "SSL_CERT_FILE":  # the child inherits it, and needs no more
        assert certificates(hook_environ) == {"SSL_CERT_FILE": str(tools.ca)}
    else:
        files = {v for k, v in certificates(hook_environ).items() if k != "SSL_CERT_DIR"}
        assert files == {str(tools.ca)}
        assert hook_environ["SSL_CERT_DIR"] == ""
