"""Ctrl-C ends a run within a second, with the status with which Python ends."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.functional.engine import Engine
from tests.functional.silences import SILENCES, SOON, Silence, site_variables
from tests.windows.conftest import Wheels, library, names_in

_CONTROL_C_EXIT = 0xC000013A


def interrupt(
    engine: Engine, silence: Silence, *arguments: str | Path, environ: Mapping[str, str], at: Path
) -> str:
    """Start a run, interrupt it when it waits, and return its messages."""
    variables = {**site_variables(), **silence.environ, **environ, "INTERRUPT": str(at)}
    process = subprocess.Popen(
        [*engine.command, *map(str, (*arguments, *silence.arguments))],
        env={**os.environ, **engine.environ, **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    silence.wait()
    began = time.monotonic()
    at.touch()
    output, _ = process.communicate(timeout=100)
    assert time.monotonic() - began < SOON, output
    assert process.returncode == _CONTROL_C_EXIT, output
    return output.decode("utf-8", "replace")


@pytest.mark.parametrize("name", SILENCES)
def test_ctrl_c_ends_a_run_that_waits(
    engine: Engine, venv: Path, name: str, tmp_path: Path
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    options = ("--python", venv, "--installer", "none", "--timeout", "60", "--no-cache-dir")
    with SILENCES[name](tmp_path / "silence") as silence:
        environ = dict.fromkeys(("TEMP", "TMP"), str(temporary))
        text = interrupt(engine, silence, *options, environ=environ, at=tmp_path / "now")
    assert "Interrupted; no partial changes remain." in text
    assert list(temporary.iterdir()) == []
    assert names_in(library(venv)) == []


def test_ctrl_c_ends_doctor(engine: Engine, tmp_path: Path) -> None:
    with SILENCES["a handshake"](tmp_path / "silence") as silence:
        asked = Silence((silence.arguments[1],), silence.is_reached)
        interrupt(engine, asked, "doctor", "--timeout", "60", environ={}, at=tmp_path / "now")


def test_ctrl_c_ends_a_build(engine: Engine, venv: Path, wheels: Wheels, tmp_path: Path) -> None:
    project, marker = tmp_path / "project", tmp_path / "building"
    project.mkdir()
    (project / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    )
    code = f"import pathlib, time\npathlib.Path({str(marker)!r}).touch()\ntime.sleep(60)\n"
    (project / "backend.py").write_text(code)
    silence = Silence((str(project),), marker.exists)
    options = ("--python", str(venv), *wheels.options)
    interrupt(engine, silence, *options, environ={}, at=tmp_path / "now")
    assert names_in(library(venv)) == []
