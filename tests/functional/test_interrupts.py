"""Ctrl-C ends a run at once, also while it waits for a network that is silent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.functional.engine import Engine, run
from tests.functional.silences import SILENCES, SOON


@pytest.mark.parametrize("name", SILENCES)
def test_ctrl_c_ends_a_run_that_waits(
    engine: Engine, venv: Path, name: str, tmp_path: Path
) -> None:
    run(sys.executable, "-m", "venv", "--without-pip", venv)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with SILENCES[name](tmp_path / "silence") as silence:
        options = ("--python", venv, "--installer", "none", "--timeout", "60", "--no-cache-dir")
        process = subprocess.Popen(
            [*engine.command, *map(str, (*options, *silence.arguments))],
            env={**os.environ, **engine.environ, **silence.environ, "TMPDIR": str(temporary)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        silence.wait()
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate()
        assert time.monotonic() - began < SOON, err
    assert process.returncode == -signal.SIGINT, err
    assert b"Interrupted; no partial changes remain." in err
    assert list(temporary.iterdir()) == []


def test_ctrl_c_ends_doctor(engine: Engine, tmp_path: Path) -> None:
    with SILENCES["a handshake"](tmp_path / "silence") as silence:
        url = silence.arguments[1]
        process = subprocess.Popen(
            [*engine.command, "doctor", url, "--timeout", "60"],
            env={**os.environ, **engine.environ},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        silence.wait()
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate()
        assert time.monotonic() - began < SOON, err
    assert process.returncode == -signal.SIGINT
