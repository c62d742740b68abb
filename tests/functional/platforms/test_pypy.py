"""PyPy as the target: its own wheels are chosen, and its scripts, environments and builds work."""

from __future__ import annotations

import json
import platform
import re
import shutil
from pathlib import Path

import pytest

from tests.functional.conftest import LocalIndex
from tests.functional.engine import Engine, run
from tests.unit.environment.pythons import PYPY

pytestmark = pytest.mark.skipif(
    not PYPY.exists(), reason="there is no PyPy: python -m tools.debian pypy3 installs Debian's"
)
TOOL = {"console_scripts": {"tool": "tool:main"}}
SOURCE = "import sys\ndef main(): print(sys.implementation.name, sys.prefix)\n"


@pytest.fixture(scope="module")
def tag() -> str:
    """The tag of an extension module for this PyPy: pp39-pypy39_pp73."""
    code = "import sys; print('%d%d %d%d' % (sys.version_info[:2] + sys.pypy_version_info[:2]))"
    python, own = run(PYPY, "-c", code).split()
    return f"pp{python}-pypy{python}_pp{own}"


def test_a_new_environment_gets_pip_and_hands_off_to_it(
    engine: Engine, index: LocalIndex, venv: Path
) -> None:
    done = engine.succeeds("--python", PYPY, "--venv", venv, *index.options, "--", "--version")
    assert re.match(rf"pip \S+ from {venv}/lib/pypy3", done.out.splitlines()[-1])


def test_the_system_s_own_pypy_is_externally_managed(engine: Engine, index: LocalIndex) -> None:
    done = engine.fails("--python", PYPY, *index.options)
    assert "externally managed" in done.err
    assert "--venv" in done.err


def test_a_wheel_for_pypy_is_chosen_before_a_pure_one_and_one_for_cpython_is_not(
    engine: Engine, index: LocalIndex, venv: Path, tag: str
) -> None:
    here = f"manylinux_2_17_{platform.machine()}"
    index.add("native", "1.0", tag=f"{tag}-{here}", files={"native.py": "chosen = 'pypy'"})
    index.add("native", "1.0", tag="py3-none-any", files={"native.py": "chosen = 'any'"})
    index.add("native", "1.0", tag=f"cp39-cp39-{here}", files={"native.py": "chosen = 'cpython'"})
    index.add("only-cpython", "1.0", tag=f"cp39-abi3-{here}")
    where = ("--python", PYPY, "--venv", venv, "--installer", "none")
    engine.succeeds(*where, *index.options, "native")
    assert run(venv / "bin/python", "-c", "import native; print(native.chosen)") == "pypy\n"
    done = engine.fails(*where, *index.options, "only-cpython")
    assert f"is {tag}-linux_{platform.machine()}." in done.err


def test_scripts_and_markers_are_those_of_pypy(
    engine: Engine, index: LocalIndex, venv: Path
) -> None:
    requires = [
        "on-pypy; platform_python_implementation == 'PyPy'",
        "on-cpython; implementation_name == 'cpython'",
    ]
    index.add("tool", "1.0", requires=requires, files={"tool.py": SOURCE}, entry_points=TOOL)
    index.add("on-pypy", "1.0")
    index.add("on-cpython", "1.0")
    report = venv.with_name("report.json")
    where = ("--python", PYPY, "--venv", venv, "--installer", "none")
    engine.succeeds(*where, "--report", report, *index.options, "tool")
    assert run(venv / "bin/tool") == f"pypy {venv}\n"
    names = {each["metadata"]["name"] for each in json.loads(report.read_text())["install"]}
    assert names == {"tool", "on-pypy"}


@pytest.mark.network
@pytest.mark.skipif(not shutil.which("cc"), reason="there is no C compiler")
def test_real_projects_are_installed_and_a_backend_builds_on_it(engine: Engine, venv: Path) -> None:
    where = ("--python", PYPY, "--venv", venv)
    engine.succeeds(*where, "requests", "iniconfig==2.0.0", "--no-binary", "iniconfig")
    code = "import requests, iniconfig, cffi, sys; print(sys.implementation.name, cffi.__version__)"
    assert run(venv / "bin/python", "-c", code).startswith("pypy 1.")
    listed = run(venv / "bin/python", "-m", "pip", "freeze")
    assert "iniconfig==2.0.0" in listed.split()
    engine.succeeds(*where, "requests", "iniconfig")
    assert "No broken requirements" in run(venv / "bin/python", "-m", "pip", "check")
