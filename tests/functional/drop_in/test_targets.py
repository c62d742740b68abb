"""Every Python of the machine as a target, with the newest pip that runs there, offline."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.functional.engine import Engine, run
from tools.interpreters import interpreters

PYTHONS = {f"{major}.{minor}": path for (major, minor), path in interpreters().items()}
LAST = {"2.7": "20.3.4", "3.6": "21.3.1", "3.7": "24.0", "3.8": "25.0.1", "3.9": "26.0.1"}
"""The last pip for each Python that the bundled pip does not run on."""


@pytest.fixture(scope="module")
def old_pips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pips for old Pythons, in a directory."""
    directory = tmp_path_factory.mktemp("pips")
    download = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(directory)]
    for python, version in LAST.items():
        options = ("--only-binary=:all:", f"--python-version={python}", f"pip=={version}")
        subprocess.run([*download, *options], check=True, capture_output=True)
    return directory


@pytest.mark.parametrize("version", [each for each in PYTHONS if each not in LAST])
def test_a_python_gets_the_bundled_pip_offline(version: str, engine: Engine, venv: Path) -> None:
    done = engine.succeeds("--python", PYTHONS[version], "--venv", venv, "--offline")
    assert "bundled" in done.out
    assert f"(python {version})" in run(venv / "bin" / "pip", "--version")


@pytest.mark.network
@pytest.mark.parametrize("version", [each for each in PYTHONS if each in LAST])
def test_an_old_python_gets_the_last_pip_that_runs_there(
    version: str, engine: Engine, old_pips: Path, venv: Path
) -> None:
    place = "--prefix" if version == "2.7" else "--venv"  # Python 2.7 has no venv
    options = ("--python", PYTHONS[version], "--offline", "--find-links", old_pips)
    engine.succeeds(*options, place, venv)
    library = next(venv.glob("lib/python*/site-packages"))
    environ = {**os.environ, "PYTHONPATH": str(library)}
    told = run(venv / "bin" / "pip", "--version", env=environ)
    assert told.startswith(f"pip {LAST[version]} from {venv}")
    assert f"(python {version})" in told
    handed = engine.succeeds(*options, place, venv, "-q", "--", "--version")
    assert handed.out.strip() == told.strip()
