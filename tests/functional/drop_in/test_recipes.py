"""The recipes of docs/embedding.md and of a tutorial, run as they are."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.functional.conftest import LocalIndex
from tests.functional.drop_in.pythons import linked_python
from tests.functional.engine import CHECKOUT, run
from tools.zipapp.environment import ToolEnvironment

TOOLS = ToolEnvironment(CHECKOUT / "build/tools")
EMBEDDING = (CHECKOUT / "docs/embedding.md").read_text("utf-8")
TUTORIAL = (CHECKOUT / "docs/tutorials/distribution.md").read_text("utf-8")


def recipe(page: str, heading: str) -> str:
    """Return the program under a heading."""
    section = next(each for each in page.split("\n## ") if each.startswith(heading))
    found = re.search(r"```python\n(.*?)```", section, re.DOTALL)
    assert found is not None
    return found[1]


def has_pip(venv: Path) -> bool:
    answer = run(venv / "bin" / "python", "-m", "pip", "--version")
    return answer.startswith("pip ") and str(venv.resolve()) in answer


def test_an_environment_builder_needs_no_ensurepip(
    archive: Path, venv: Path, tmp_path: Path
) -> None:
    (tmp_path / "make_venv.py").write_text(recipe(EMBEDDING, "A `venv.EnvBuilder`"))
    run(sys.executable, tmp_path / "make_venv.py", archive, venv)
    assert has_pip(venv)


@pytest.fixture
def seeder(archive: Path, tmp_path: Path) -> Path:
    """A directory with the seeder, built and installed from `contrib`."""
    if not importlib.util.find_spec("virtualenv"):
        pytest.skip("virtualenv is not installed")
    if not TOOLS.directory.exists():
        pytest.skip("the archive that --zipapp names was built elsewhere")
    wheels, plugin = tmp_path / "wheels", tmp_path / "plugin"
    wheels.mkdir()
    build = "import sys; from flit_core.buildapi import build_wheel; build_wheel(sys.argv[1])"
    run(TOOLS.programs / "python", "-c", build, wheels, cwd=CHECKOUT / "contrib/virtualenv-seeder")
    (wheel,) = wheels.iterdir()
    options = ("--offline", "--installer", "none", "--no-deps", "--target", plugin)
    run(sys.executable, archive, *options, wheel)
    return plugin


@pytest.mark.parametrize("named", ["by its option", "beside it", "installed"])
def test_virtualenv_uses_the_seeder(
    named: str, archive: Path, seeder: Path, venv: Path, tmp_path: Path
) -> None:
    environ = {**os.environ, "PYTHONPATH": str(seeder), "HTTPS_PROXY": "http://localhost:9"}
    options: list[str | Path] = ["--seeder", "get-installer", venv]
    if named == "by its option":
        shown = re.search(r"^    virtualenv (.*) DIRECTORY$", EMBEDDING, re.MULTILINE)
        assert shown is not None
        options[:-1] = shown[1].split()
        shutil.copy(archive, tmp_path / "get-installer.pyz")
    elif named == "beside it":
        shutil.copy(archive, seeder / "get-installer.pyz")
    else:
        environ["PYTHONPATH"] += f"{os.pathsep}{archive}"
    run(sys.executable, "-m", "virtualenv", *options, env=environ, cwd=tmp_path)
    assert has_pip(venv)


def test_without_get_installer_the_seeder_says_what_is_missing(
    seeder: Path, venv: Path, tmp_path: Path
) -> None:
    environ = {**os.environ, "PYTHONPATH": str(seeder)}
    command = [sys.executable, "-m", "virtualenv", "--seeder", "get-installer", str(venv)]
    (seeder / "bootstrap").mkdir()
    (seeder / "bootstrap/__init__.py").touch()  # hides one that is installed here
    done = subprocess.run(
        command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "name the file with --get-installer" in done.stdout + done.stderr


def test_a_program_installs_what_it_needs_and_reads_the_verdict(
    archive: Path, index: LocalIndex, venv: Path, tmp_path: Path
) -> None:
    (tmp_path / "plugins.py").write_text(recipe(EMBEDDING, "A program that installs"))
    index.add("plugin", "1.0")
    url, cert = index.server.simple_url, str(index.ca)
    environ = {**os.environ, "PIP_INDEX_URL": url, "PIP_CERT": cert}
    command = [sys.executable, str(tmp_path / "plugins.py"), str(archive), str(venv)]
    assert run(*command, "plugin", env=environ) == "plugin: new -> 1.0\n"
    assert run(*command, "plugin", env=environ) == ""
    done = subprocess.run(
        [*command, "absent"], env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "\nGI-RESOLVE-" in done.stderr


def distribution(directory: Path, archive: Path) -> Path:
    """Create a Python with the .pyz in its ensurepip, and return its interpreter."""
    python = linked_python(directory, without={"ensurepip"})
    base = Path(sysconfig.get_path("stdlib"))
    ours = directory / "lib" / base.name / "ensurepip"
    ours.mkdir()
    for name in ("__main__.py", "_uninstall.py"):
        shutil.copy(base / "ensurepip" / name, ours)
    (ours / "__init__.py").write_text(recipe(TUTORIAL, "Put it there"))
    shutil.copy(archive, ours / "get-installer.pyz")
    return python


def test_a_python_ships_the_archive_in_its_ensurepip(
    archive: Path, venv: Path, tmp_path: Path
) -> None:
    python = distribution(tmp_path / "python", archive)
    assert run(python, "-m", "ensurepip", "--version").startswith("pip ")
    run(python, "-m", "venv", venv)
    assert has_pip(venv)
    assert {path.name for path in (venv / "bin").glob("pip*")} >= {"pip", "pip3"}
    run(python, "-c", "import ensurepip; ensurepip.bootstrap(altinstall=True)")
    assert [path.name[:5] for path in (tmp_path / "python" / "bin").glob("pip*")] == ["pip3."]


def test_its_ensurepip_removes_the_pip_that_it_installed_and_no_other(
    archive: Path, tmp_path: Path
) -> None:
    python = distribution(tmp_path / "python", archive)
    uninstall = (python, "-m", "ensurepip._uninstall")
    assert run(*uninstall) == ""  # there is no pip
    run(python, "-m", "ensurepip")
    (library,) = (tmp_path / "python").glob("lib/python*/site-packages")
    other = library / "pip/__init__.py"
    text = other.read_text()
    other.write_text(re.sub(r'__version__ = ".*"', '__version__ = "1.0"', text))
    done = subprocess.run(uninstall, capture_output=True, text=True, check=True)
    assert "only uninstall a matching version ('1.0' installed" in done.stderr
    assert (library / "pip").exists()
    other.write_text(text)
    hostile = {"PIP_REQUIRE_VIRTUALENV": "1", "PIP_CONFIG_FILE": "/no/such/file"}
    assert "Successfully uninstalled" in run(*uninstall, "-v", env={**os.environ, **hostile})
    assert [*library.glob("pip*")] == []
    assert [*(tmp_path / "python/bin").glob("pip*")] == []
