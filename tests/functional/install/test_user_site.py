"""`--user` in a virtual environment that sees the user site."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.functional.conftest import LocalIndex
from tests.functional.engine import Engine, run, snapshot


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"PYTHONUSERBASE": str(tmp_path / "user")}


@pytest.fixture
def place(venv: Path, index: LocalIndex, engine: Engine) -> tuple[str, ...]:
    """The options for such an environment, which has `simple` 1.0 itself."""
    for version in ("1.0", "2.0"):
        index.add("simple", version, files={"simple.py": f"VERSION = {version!r}\n"})
    index.add("other", "1.0", requires=["simple>=2"])
    run(sys.executable, "-m", "venv", "--system-site-packages", venv)
    options = ("--python", str(venv), "--installer", "none", *index.options)
    engine.succeeds(*options, "simple==1.0")
    return options


@pytest.mark.parametrize("asked", ["simple==2.0", "other"])
def test_what_the_environment_would_hide_is_refused_as_by_pip(
    engine: Engine,
    index: LocalIndex,
    venv: Path,
    place: tuple[str, ...],
    environ: dict[str, str],
    tmp_path: Path,
    asked: str,
) -> None:
    before = snapshot(venv)
    done = engine.fails(*place, "--user", asked, environ=environ)
    expected = "to the user site, because it will lack sys.path precedence to simple 1.0 in"
    assert f"Will not install simple 2.0 {expected} {venv}" in done.err
    assert snapshot(venv) == before
    assert not (tmp_path / "user").exists()
    command = (
        str(venv / "bin" / "python"),
        "-m",
        "pip",
        "install",
        "--user",
        *index.options,
        asked,
    )
    pip = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert "lack sys.path precedence to simple" in pip.stderr


def test_what_it_has_not_is_installed_and_upgraded_there(
    engine: Engine,
    index: LocalIndex,
    venv: Path,
    place: tuple[str, ...],
    environ: dict[str, str],
) -> None:
    for version in ("1.0", "2.0"):
        index.add("free", version, files={"free.py": f"VERSION = {version!r}\n"})
        engine.succeeds(*place, "--user", f"free=={version}", "simple", environ=environ)
        code = "import free, simple; print(free.VERSION, simple.VERSION)"
        found = subprocess.run(
            [venv / "bin" / "python", "-c", code], env=environ, capture_output=True, check=True
        )
        assert found.stdout.decode().split() == [version, "1.0"]
