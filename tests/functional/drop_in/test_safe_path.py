"""The hand-off's pip is the target's, whatever lies in the current directory."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.functional.conftest import ensurepip_wheel
from tests.functional.engine import Engine, run
from tests.planted import PlantedModules, plant_modules
from tests.servers import make_wheel
from tests.unit.environment.pythons import ALL, name_of

TREE = """
import sys
sys.path.insert(0, "")  # as in setup.py of many projects
import helper
def build_wheel(directory, config_settings=None, metadata_directory=None):
    return helper.build(directory)
"""


@pytest.fixture
def planted(tmp_path: Path) -> PlantedModules:
    return plant_modules(tmp_path / "planted")


@pytest.mark.parametrize("python", ALL, ids=name_of)
def test_pip_is_not_imported_from_the_current_directory(
    python: Path, engine_python: str, archive: Path, planted: PlantedModules, tmp_path: Path
) -> None:
    engine = Engine.from_zipapp(engine_python, archive)  # `python -c` would import from there
    (planted.directory / "pip").mkdir()
    (planted.directory / "pip.py").rename(planted.directory / "pip" / "__init__.py")
    wheel = make_wheel(
        tmp_path,
        "pip",
        "0.1",
        files={"pip/__init__.py": "", "pip/__main__.py": "import sys; print(sys.argv[1:])"},
        tag="py2.py3-none-any",
    )
    target = ("--python", python, "--target", tmp_path / "library")
    options = ("--no-index", "--find-links", wheel.parent, "--installer", "pip==0.1", "-q")
    done = engine.succeeds(*target, *options, "--", "list", "a b", cwd=planted.directory)
    assert done.out == "['list', 'a b']\n"
    assert planted.imported == []


def test_a_directory_that_the_user_names_in_pythonpath_is_used(
    engine: Engine, venv: Path, tmp_path: Path
) -> None:
    distribution = tmp_path / "mine-1.0.dist-info"
    distribution.mkdir()
    (distribution / "METADATA").write_text("Metadata-Version: 2.1\nName: mine\nVersion: 1.0\n")
    engine_path = engine.environ.get("PYTHONPATH", "")
    for path in (tmp_path, Path()):
        environ = {"PYTHONPATH": os.pathsep.join(filter(None, [str(path), engine_path]))}
        options = ("--offline", "--find-links", ensurepip_wheel().parent, "--venv", venv, "-q")
        done = engine.succeeds(*options, "--", "list", environ=environ, cwd=tmp_path)
        assert "mine" in done.out.split()


def test_pip_lists_a_target_that_is_the_current_directory(engine: Engine, tmp_path: Path) -> None:
    options = ("--offline", "--find-links", ensurepip_wheel().parent, "--target", ".", "-q")
    done = engine.succeeds(*options, "--", "list", cwd=tmp_path)
    assert "pip" in done.out.split()


def test_a_build_of_pips_imports_as_it_always_does(
    engine: Engine, venv: Path, tmp_path: Path
) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    wheel = make_wheel(tmp_path, "demo", "1.0", files={"demo.py": "VALUE = 7\n"})
    build = "import shutil\ndef build(directory):\n"
    build += f"    shutil.copy({str(wheel)!r}, directory)\n    return {wheel.name!r}\n"
    (tree / "helper.py").write_text(build)
    (tree / "backend").mkdir()
    (tree / "backend" / "tiny.py").write_text(TREE)
    lines = ["[build-system]", "requires = []", 'build-backend = "tiny"']
    (tree / "pyproject.toml").write_text("\n".join([*lines, 'backend-path = ["backend"]', ""]))
    options = ("--offline", "--find-links", ensurepip_wheel().parent, "--venv", venv, "-q")
    engine.succeeds(*options, "--", "install", ".", "-q", cwd=tree)
    assert run(venv / "bin" / "python", "-c", "import demo; print(demo.VALUE)") == "7\n"


def test_pips_texts_name_it_as_a_module_of_the_target(engine: Engine, venv: Path) -> None:
    options = ("--offline", "--find-links", ensurepip_wheel().parent, "--venv", venv, "-q")
    done = engine.succeeds(*options, "--", "install", "--help")
    usage = f"{venv / 'bin' / 'python'} -m pip install [options]"
    assert usage in " ".join(done.out.split())


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="looks at open files there")
def test_the_installer_gets_no_open_files_but_the_standard_streams(
    engine: Engine, venv: Path, tmp_path: Path
) -> None:
    code = "import os\nfor fd in os.listdir('/proc/self/fd'):\n"
    code += "    try: print(fd, os.readlink('/proc/self/fd/' + fd))\n    except OSError: pass\n"
    files = {"pip/__init__.py": "", "pip/__main__.py": code}
    wheel = make_wheel(tmp_path, "pip", "0.1", files=files)
    options = ("--no-index", "--find-links", wheel.parent, "--installer", "pip==0.1", "-q")
    done = engine.succeeds("--venv", venv, *options, "--", "list")
    assert {line.split()[0] for line in done.out.splitlines()} == {"0", "1", "2"}
