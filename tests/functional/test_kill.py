"""Killing a change of pip: the environment works at once, and is whole after the next run.

The short version; `python -m tests.reliability.kills --count 1000` is the long one.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.functional.conftest import ensurepip_wheel
from tests.functional.engine import CHECKOUT
from tests.reliability.killer import MARK
from tests.reliability.pips import relabel_wheel
from tests.reliability.survival import PipVenv

KILLER = CHECKOUT / "tests" / "reliability" / "killer.py"
_MEMORY = Path("/dev/shm")  # tmpfs, where the temporary directory is on a disk


@pytest.fixture(
    scope="module", params=["on disk", pytest.param("in memory", marks=pytest.mark.slow)]
)
def pip_venv(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PipVenv]:
    directory = tmp_path_factory.mktemp("killed")
    wheel = ensurepip_wheel()
    other = relabel_wheel(wheel, "99.0", directory)
    program = str(request.config.getoption("--zipapp") or CHECKOUT)
    place = directory / "pip_venv"
    if request.param == "in memory":
        if not _MEMORY.is_dir():
            pytest.skip("there is no tmpfs at /dev/shm")
        place = _MEMORY / directory.name
    yield PipVenv(place, program, sys.executable, wheel, other)
    if request.param == "in memory":
        shutil.rmtree(place)


def test_every_call_of_the_commit_survives_a_kill(pip_venv: PipVenv) -> None:
    calls = pip_venv.calls()
    journal = [number for number, call in enumerate(calls, 1) if "/journal." in call]
    end = next(number for number, call in enumerate(calls, 1) if call.endswith("/journal"))
    for number in range(journal[0], end + 3):
        verdict = pip_venv.kill_at_call(number)
        assert verdict.killed, calls[number - 1]
        assert verdict.survived, f"{calls[number - 1]}: {verdict}"


def test_a_new_environment_is_whole_after_a_kill_and_the_same_command(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    program = str(request.config.getoption("--zipapp") or CHECKOUT)

    def run(directory: Path, number: int) -> subprocess.CompletedProcess[str]:
        options = ("--offline", "--venv", directory)
        return subprocess.run(
            [sys.executable, KILLER, directory, str(number), program, *options],
            capture_output=True,
            text=True,
            check=False,
        )

    calls = [line for line in run(tmp_path / "model", 0).stderr.splitlines() if MARK in line]
    end = max(number for number, call in enumerate(calls, 1) if call.endswith("/journal"))
    for number in (end - 1, *range(end, len(calls), 8)):
        directory = tmp_path / f"killed-{number}"
        assert run(directory, number).returncode == -signal.SIGKILL, calls[number - 1]
        assert run(directory, 0).returncode == 0, calls[number - 1]
        subprocess.run([directory / "bin" / "python", "-m", "pip", "--version"], check=True)
