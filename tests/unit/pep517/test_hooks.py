"""Hooks run wherever the library is, also inside an archive."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.unit.pep517.workbench import write_project

ENGINE = Path(__file__).parents[3] / "bootstrap"
IMPORTERS = {
    "zipimport": "import sys; sys.path.insert(0, sys.argv[1])",
    "in memory": """
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as file:
    launcher = {"__name__": "bootstrap._archive"}
    exec(file.read("bootstrap/_archive.py"), launcher)
with open(sys.argv[1], "rb") as file:
    launcher["start"](file.read(), sys.argv[1])
""",
}
BUILD = """
import io, pathlib
from bootstrap._vendor import pyproject_hooks
from bootstrap.pep517 import hooks
from bootstrap.pep517.builder import Builder
from bootstrap.pep517.settings import BuildSettings
from bootstrap.pep517.source import BuildRequest, SourceTree
from bootstrap.environment.probe import probe
from bootstrap.environment.settings import TargetSettings
from bootstrap.ui import Ui

class NoRequirements:
    fingerprint = ""

for module in hooks, pyproject_hooks:
    assert module.__file__.startswith(sys.argv[1]), module.__file__
ui = Ui(io.StringIO(), io.StringIO())
tree, directory = map(pathlib.Path, sys.argv[2:])
target = probe(TargetSettings(), ui)
builder = Builder(target, NoRequirements(), BuildSettings(), directory=directory, ui=ui)
print(builder.wheel(BuildRequest(SourceTree(tree))).filename)
"""


def _archive(path: Path) -> Path:
    """Pack the engine with pyproject_hooks in its place; other libraries are the installed ones."""
    hooks = ENGINE / "_vendor" / "pyproject_hooks"
    if not hooks.is_dir():
        installed = find_spec("pyproject_hooks")
        assert installed is not None
        hooks = Path(str(installed.origin)).parent
    with zipfile.ZipFile(path, "w") as archive:
        for source in ENGINE.rglob("*.py"):
            if ENGINE / "_vendor" not in source.parents or source.parent == ENGINE / "_vendor":
                archive.writestr(f"bootstrap/{source.relative_to(ENGINE)}", _debundled(source))
        for source in hooks.rglob("*.py"):
            name = f"bootstrap/_vendor/pyproject_hooks/{source.relative_to(hooks)}"
            archive.writestr(name, source.read_bytes())
    return path


def _debundled(source: Path) -> str:
    text = source.read_text(encoding="utf-8")
    text = text.replace("DEBUNDLED = False", "DEBUNDLED = True")
    return text.replace('vendored("pyproject_hooks")', "pass")


@pytest.mark.parametrize("importer", IMPORTERS)
def test_a_hook_runs_from_within_an_archive(tmp_path: Path, importer: str) -> None:
    archive = _archive(tmp_path / "engine.zip")
    tree = write_project(tmp_path / "tree")
    (tmp_path / "work").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", f"{IMPORTERS[importer]}\n{BUILD}", archive, tree, tmp_path / "work"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("demo-1.0-py3-none-any.whl\n", 0), done.stderr
