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

from tests.functional.drop_in.pythons import linked_python
from tests.functional.engine import CHECKOUT, run

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


@pytest.mark.skipif(not importlib.util.find_spec("virtualenv"), reason="needs virtualenv")
def test_virtualenv_uses_the_seeder(archive: Path, venv: Path, tmp_path: Path) -> None:
    plugin = tmp_path / "plugin"
    info = plugin / "get_installer_seeder-1.dist-info"
    info.mkdir(parents=True)
    (plugin / "get_installer_seeder.py").write_text(recipe(EMBEDDING, "A seeder"))
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: get-installer-seeder\nVersion: 1\n"
    )
    (info / "entry_points.txt").write_text(
        "[virtualenv.seed]\nget-installer = get_installer_seeder:GetInstaller\n"
    )
    options = ("--seeder", "get-installer", "--get-installer", archive)
    environ = {**os.environ, "PYTHONPATH": str(plugin)}
    run(sys.executable, "-m", "virtualenv", *options, venv, env=environ)
    assert has_pip(venv)


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
