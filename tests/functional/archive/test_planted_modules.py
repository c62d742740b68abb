"""Neither the current directory nor that of the file is imported from."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from bootstrap import __version__
from tests.planted import PlantedModules, plant_modules


@pytest.fixture
def planted(tmp_path: Path) -> PlantedModules:
    return plant_modules(tmp_path / "planted")


@pytest.fixture(params=["current directory", "directory of the file"])
def place(request: pytest.FixtureRequest, planted: PlantedModules, tmp_path: Path) -> Path:
    """The current directory: the planted one, or another."""
    return planted.directory if request.param.startswith("current") else tmp_path


def run(*command: str | Path, cwd: Path, piped: Path | None = None, **variables: str) -> str:
    source = piped.read_bytes() if piped else None
    environ = {**os.environ, **variables}
    done = subprocess.run(
        command, cwd=cwd, env=environ, input=source, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


@pytest.mark.parametrize("flags", [(), ("-I",), ("-S",), ("-E", "-s")], ids=" ".join)
@pytest.mark.parametrize("suffix", [".pyz", ".py"])
def test_a_file_imports_nothing_planted_beside_it_or_in_the_current_directory(
    suffix: str,
    flags: tuple[str, ...],
    archive: Path,
    engine_python: str,
    planted: PlantedModules,
    place: Path,
) -> None:
    copy = shutil.copy(archive.with_suffix(suffix), planted.directory)
    answer = run(engine_python, *flags, copy, "--version", cwd=place)
    assert answer.startswith(f"get-installer {__version__}")
    assert planted.imported == []


@pytest.mark.parametrize("flags", [(), ("-I",), ("-S",), ("-E", "-s")], ids=" ".join)
def test_a_piped_file_imports_nothing_from_the_current_directory(
    flags: tuple[str, ...], twin: Path, engine_python: str, planted: PlantedModules
) -> None:
    options = (*flags, "-", "--version")
    answer = run(engine_python, *options, cwd=planted.directory, piped=twin)
    assert answer.startswith(f"get-installer {__version__}")
    assert planted.imported == []


@pytest.mark.parametrize("flags", [(), ("-I",), ("-S",)], ids=" ".join)
@pytest.mark.parametrize("suffix", [".pyz", ".py"])
def test_a_whole_run_imports_nothing_from_the_current_directory(
    suffix: str,
    flags: tuple[str, ...],
    archive: Path,
    engine_python: str,
    planted: PlantedModules,
    venv: Path,
) -> None:
    file = archive.with_suffix(suffix)
    options = ("--offline", "--compile", "--venv", venv, "--", "--version")
    answer = run(engine_python, *flags, file, *options, cwd=planted.directory)
    assert answer.startswith("pip ")
    assert planted.imported == []


def test_ensurepips_command_line_imports_nothing_more_from_the_current_directory(
    archive: Path, engine_python: str, planted: PlantedModules
) -> None:
    # `-m` itself has imported `runpy` and found `bootstrap`: in the current directory first.
    before = run(engine_python, "-c", "import runpy, sys; print(*sys.modules)", cwd=archive.parent)
    for name in (*before.split(), "bootstrap", "__future__", "zlib"):
        (planted.directory / f"{name}.py").unlink(missing_ok=True)
    options = ("-m", "bootstrap", "--version")
    answer = run(engine_python, *options, cwd=planted.directory, PYTHONPATH=str(archive))
    assert answer.startswith("pip ")
    assert planted.imported == []


def test_a_directory_that_the_user_names_in_pythonpath_is_imported_from(
    archive: Path, engine_python: str, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text("print('mine')")
    answer = run(engine_python, archive, "--version", cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert answer.startswith("mine\n")
