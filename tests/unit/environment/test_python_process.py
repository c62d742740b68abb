"""No child process imports from the current directory."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from bootstrap.environment.model import TargetEnvironment
from bootstrap.environment.python_process import module_command
from bootstrap.environment.venv import create_venv_at
from tests.planted import PlantedModules, plant_modules
from tests.unit.environment.pythons import target_of

PIP = """
import json, os, sys, subprocess
if sys.path[0] in ("", os.getcwd()):  # as in pip
    sys.path.pop(0)
code = "import sys; print(repr(sys.path[0]))"
child = subprocess.check_output([sys.executable, "-c", code], cwd=os.path.dirname(__file__))
print(json.dumps({
    "argv": sys.argv, "path": sys.path, "name": __name__, "spec": __spec__.name if sys.version_info
    > (3, 4) else "pip.__main__", "child": child.decode().strip(), "main": __file__,
    "environ": dict(os.environ),
}))
sys.exit(7)
"""


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PlantedModules:
    """The current directory, with modules that somebody planted in it."""
    found = plant_modules(tmp_path / "planted")
    monkeypatch.chdir(found.directory)
    return found


@pytest.fixture
def target(python: Path) -> TargetEnvironment:
    return target_of(python)


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A directory with a module that stands for pip, and is named by PYTHONPATH."""
    package = tmp_path / "library" / "pip"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(PIP)
    return package.parent


def test_a_probe_imports_nothing_from_the_current_directory(
    python: Path, planted: PlantedModules
) -> None:
    target = target_of(python)
    assert planted.imported == []
    assert target.executable == python
    assert planted.directory not in target.search_path


def test_creating_a_virtual_environment_imports_nothing_from_the_current_directory(
    python: Path, planted: PlantedModules, tmp_path: Path
) -> None:
    target = target_of(python)
    if target.version_info < (3, 3):
        pytest.skip("it has no venv")
    create_venv_at(target, tmp_path / "made")
    assert planted.imported == []


def start(command: tuple[str, ...], *arguments: str, path: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [*command, *arguments], env=environment, capture_output=True, text=True, check=False
    )


def test_a_module_is_run_as_by_m_without_the_current_directory(
    target: TargetEnvironment, planted: PlantedModules, library: Path
) -> None:
    command = module_command(target, "pip", {"PYTHONPATH": str(library)})
    done = start(command, "install", "-m", "x y", path=str(library))
    assert planted.imported == []
    assert done.returncode == 7, done.stderr
    os.chdir(library)
    plain = start((str(target.executable), "-m", "pip"), "install", "-m", "x y", path=str(library))
    os.chdir(planted.directory)
    seen, expected = json.loads(done.stdout), json.loads(plain.stdout)
    assert seen.pop("path")[0] == str(library)
    for facts in (seen, expected):
        facts.pop("path", None)
        facts["environ"].pop("PWD", None)
    assert seen == expected
    assert seen["child"] == "''", "what the module starts imports as it always does"


def test_a_module_that_is_missing_is_named_as_by_m(target: TargetEnvironment) -> None:
    plain = start((str(target.executable), "-m", "no_such_module"), path="")
    done = start(module_command(target, "no_such_module", {}), path="")
    assert (done.returncode, done.stderr) == (plain.returncode, plain.stderr)
    assert "No module named no_such_module" in done.stderr


@pytest.mark.parametrize("others", ["", "/another"])
def test_a_pythonpath_that_begins_with_the_current_directory_is_kept(
    others: str, target: TargetEnvironment, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(library)
    for entry in (".", str(library)):
        path = os.pathsep.join(filter(None, [entry, others]))
        done = start(module_command(target, "pip", {"PYTHONPATH": path}), path=path)
        assert json.loads(done.stdout)["path"][0] == str(library)
