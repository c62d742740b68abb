"""`bootstrap.tls_diagnosis` is imported only after a TLS failure."""

from __future__ import annotations

from pathlib import Path

from tests.functional.conftest import LocalIndex
from tests.functional.engine import Engine

PACKAGE = "bootstrap.tls_diagnosis"
TIMED = {"PYTHONPROFILEIMPORTTIME": "1"}


def test_a_successful_run_does_not_import_it(engine: Engine, index: LocalIndex, venv: Path) -> None:
    index.add("extra", "1.0")
    wanted = ("--installer", "none", "extra")
    done = engine.succeeds("--venv", venv, *index.options, *wanted, environ=TIMED)
    assert "bootstrap.network.transport" in done.err
    assert PACKAGE not in done.err


def test_a_run_that_cannot_trust_its_index_imports_it(
    engine: Engine, index: LocalIndex, venv: Path
) -> None:
    options = ("--venv", venv, "--index-url", index.server.simple_url, "--trust", "bundled")
    assert PACKAGE in engine.fails(*options, environ=TIMED).err
