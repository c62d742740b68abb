"""Lines for the user's shell, run by the shells that are here."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bootstrap.report.shells import activation_line, path_line

pytestmark = pytest.mark.skipif(os.name == "nt", reason="shells of POSIX")
SHELLS = [shell for shell in ("sh", "bash", "zsh", "fish", "tcsh") if shutil.which(shell)]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("some where") / "it's"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", directory], check=True)
    return directory


@pytest.mark.parametrize("shell", SHELLS)
def test_the_line_activates_the_environment(shell: str, environment: Path) -> None:
    for cwd in (environment.parent, Path("/")):
        line = activation_line(environment, cwd, {"SHELL": f"/bin/{shell}"})
        assert line is not None
        done = subprocess.run(
            [shell, "-c", f"{line}; echo $VIRTUAL_ENV"],
            cwd=cwd,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == str(environment)


def test_other_shells_have_scripts_of_their_own(environment: Path) -> None:
    lines = {
        shell: activation_line(environment, environment, {"SHELL": f"/usr/bin/{shell}"})
        for shell in ("fish", "tcsh", "zsh", "dash")
    }
    assert lines == {
        "fish": "source bin/activate.fish",
        "tcsh": "source bin/activate.csh",
        "zsh": "source bin/activate",
        "dash": ". bin/activate",
    }
    assert activation_line(environment, environment, {}) == ". bin/activate"


def test_what_is_active_or_cannot_be_activated_has_no_line(
    environment: Path, tmp_path: Path
) -> None:
    assert activation_line(environment, tmp_path, {"VIRTUAL_ENV": str(environment)}) is None
    assert activation_line(tmp_path, tmp_path, {}) is None


@pytest.mark.parametrize("shell", SHELLS)
def test_the_line_adds_a_directory_to_path(shell: str, tmp_path: Path) -> None:
    directory = tmp_path / "some where"
    directory.mkdir()
    line = path_line(directory, f"/bin/{shell}")
    environ = {**os.environ, "HOME": str(tmp_path)}
    command = [shell, "-c", f"{line}; env"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    (path,) = (text for text in done.stdout.splitlines() if text.startswith("PATH="))
    assert path.startswith(f"PATH={directory}:")
