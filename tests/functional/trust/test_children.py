"""What children are told of certificates: nothing where nothing was said, else exactly that."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.functional.conftest import LocalIndex
from tests.functional.engine import Engine
from tests.functional.trust.ways import WAYS
from tests.servers import make_sdist
from tests.servers.wheels import IN_TREE_BACKEND

_TELLING = "import json, os, sys\ndef main(): print(json.dumps([sys.argv, dict(os.environ)]))\n"
_NOTING = """
import json, os, sys
with open(os.environ["NOTES"], "w") as notes:
    json.dump([sys.argv, dict(os.environ)], notes)
"""
_OF_CERTIFICATES = {
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "SSL_CLIENT_CERT", "PIP_CERT", "PIP_CLIENT_CERT"),
    *("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "GIT_SSL_CERT", "GIT_SSL_KEY"),
    *("CARGO_HTTP_CAINFO", "NODE_EXTRA_CA_CERTS", "UV_SYSTEM_CERTS"),
}
_BY_LOCALE = {"LC_CTYPE"}
"""Python sets it by itself where the locale is C (PEP 538)."""


@pytest.fixture
def tools(index: LocalIndex) -> LocalIndex:
    """An installer that tells what it was told, and a source whose back-end notes the same."""
    points = {"console_scripts": {"tool": "tool:main"}}
    index.add("tool", "1.0", files={"tool.py": _TELLING}, entry_points=points)
    backend = _NOTING + IN_TREE_BACKEND
    index.server.add(make_sdist(index.wheels, "built", "1.0", backend=backend))
    return index


def changed(environ: dict[str, str], ours: Mapping[str, str]) -> set[str]:
    """Return the variables that differ from ours."""
    return {k for k in environ.keys() | ours.keys() if environ.get(k) != ours.get(k)}


def certificates(environ: dict[str, str]) -> dict[str, str]:
    """Return what an environment says of certificates, besides what this test's own says."""
    return {k: environ[k] for k in changed(environ, os.environ) & _OF_CERTIFICATES}


def test_with_nothing_said_the_installer_finds_everything_as_it_was(
    engine: Engine, tools: LocalIndex, venv: Path
) -> None:
    # pip#13186: passed on always, our own bundle would switch the child's discovery off.
    where = ("--no-index", "--find-links", tools.wheels, "--installer", "tool")
    done = engine.succeeds("--venv", venv, *where, "--", "list")
    argv, environ = json.loads(done.out.splitlines()[-1])
    assert argv == [str(venv / "bin" / "tool"), "list"]
    said = {"PIP_NO_INDEX", "PIP_FIND_LINKS"}  # by us, and no certificate
    assert changed(environ, {**os.environ, **engine.environ}) - said <= _BY_LOCALE


@pytest.mark.parametrize("way", ["SSL_CERT_FILE", "--cert"])
def test_the_installer_and_hooks_are_told_what_was_said_and_no_more(
    way: str, engine: Engine, tools: LocalIndex, venv: Path, tmp_path: Path
) -> None:
    told, notes = WAYS[way](tools.ca), tmp_path / "notes"
    where = ("--venv", venv, "--index-url", tools.server.simple_url)
    environ = {**told.environ, "NOTES": str(notes)}
    wanted = (*told.options, "--installer", "tool", "built", "--")
    done = engine.succeeds(*where, *wanted, environ=environ)
    _, of_installer = json.loads(done.out.splitlines()[-1])
    argv, of_hooks = json.loads(notes.read_text())
    assert certificates(of_installer) == certificates(of_hooks)
    assert not any("cert" in argument.lower() for argument in argv[1:])
    if way == "SSL_CERT_FILE":  # the child inherits it, and needs no more
        assert certificates(of_hooks) == {"SSL_CERT_FILE": str(tools.ca)}
    else:
        files = {v for k, v in certificates(of_hooks).items() if k != "SSL_CERT_DIR"}
        assert files == {str(tools.ca)}
        assert of_hooks["SSL_CERT_DIR"] == ""
