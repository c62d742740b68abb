"""Every Python of the machine as a target: each gets the newest pip that runs there."""

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
TOOL = {"console_scripts": {"tool": "tool:main"}}


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


@pytest.mark.parametrize("version", [each for each in PYTHONS if each in LAST][-1:])
def test_an_old_python_without_wheels_is_an_error_with_a_hint(
    version: str, engine: Engine, venv: Path
) -> None:
    done = engine.fails("--python", PYTHONS[version], "--venv", venv, "--offline")
    assert "the target has Python 3." in done.err
    assert "--find-links" in done.err
    assert not venv.exists()


@pytest.mark.network
@pytest.mark.parametrize("version", [each for each in PYTHONS if each in LAST])
def test_an_old_python_gets_the_last_pip_that_runs_there(
    version: str, engine: Engine, old_pips: Path, venv: Path
) -> None:
    option = "--prefix" if version == "2.7" else "--venv"  # Python 2.7 has no venv
    options = ("--python", PYTHONS[version], "--offline", "--find-links", old_pips)
    engine.succeeds(*options, option, venv)
    library = next(venv.glob("lib/python*/site-packages"))
    environ = {**os.environ, "PYTHONPATH": str(library)}
    output = run(venv / "bin" / "pip", "--version", env=environ)
    assert output.startswith(f"pip {LAST[version]} from {venv}")
    assert f"(python {version})" in output
    done = engine.succeeds(*options, option, venv, "-q", "--", "--version")
    assert done.out.strip() == output.strip()


@pytest.mark.slow
@pytest.mark.network
@pytest.mark.parametrize("version", PYTHONS)
def test_a_python_gets_the_newest_pip_that_runs_there_online(
    version: str, engine: Engine, venv: Path
) -> None:
    if version == "2.7":
        pytest.skip("Python 2.7 has no venv: see below")
    done = engine.succeeds("--python", version, "--venv", venv, "--", "--version")
    assert f"(python {version})" in done.out.splitlines()[-1]
    assert "bundled" not in done.out
    output = run(venv / "bin" / "pip", "--version")
    assert output == done.out.splitlines(keepends=True)[-1]
    assert output.split()[1] == LAST.get(version, output.split()[1])
    checked = run(venv / "bin" / "python", "-m", "pip", "check", "--disable-pip-version-check")
    assert "No broken requirements" in checked


@pytest.mark.slow
@pytest.mark.network
@pytest.mark.skipif("2.7" not in PYTHONS, reason="needs Python 2.7")
def test_the_hint_for_python_2_works(engine: Engine, venv: Path, tmp_path: Path) -> None:
    done = engine.fails("--python", "2.7", "--venv", venv)
    assert "virtualenv<20.22" in done.err
    making = ("--installer", "virtualenv<20.22", "--", "--without-pip", "--no-setuptools")
    base = ("--no-wheel", "--python", PYTHONS["2.7"], venv)
    engine.succeeds("--venv", tmp_path / "tools", *making, *base)
    engine.succeeds("--python", venv, "--compile")
    output = run(venv / "bin" / "pip", "--version")
    assert output.startswith(f"pip 20.3.4 from {venv}")
    assert list(venv.glob("lib/python2.7/site-packages/pip/__init__.pyc"))
    installed = run(venv / "bin" / "pip", "list", "--disable-pip-version-check")
    assert {"pip", "setuptools", "wheel"} <= set(installed.split())
