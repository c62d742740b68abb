"""The main job on Windows: an installer is put into an environment, upgraded, and takes over."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.functional.engine import Engine, run
from tests.windows.conftest import Wheels, library, names_in

Emulated = Callable[..., dict[str, str]]


def test_pip_is_installed_offline_and_works(engine: Engine, tmp_path: Path) -> None:
    venv = tmp_path / "a new one"
    engine.succeeds("--offline", "--venv", venv)
    python = venv / "Scripts" / "python.exe"
    assert run(python, "-m", "pip", "--version").startswith("pip ")
    assert run(venv / "Scripts" / "pip.exe", "--version").startswith("pip ")
    assert "No broken requirements" in run(python, "-m", "pip", "check")
    assert "Nothing to do" in engine.succeeds("--offline", "--venv", venv).text


def test_the_hand_off_passes_arguments_and_status_on(engine: Engine, venv: Path) -> None:
    done = engine.succeeds("--offline", "--venv", venv, "--", "--version")
    assert "pip " in done.out
    done = engine("--offline", "--venv", venv, "--", "show", "no such project")
    assert done.status == 1


def test_an_upgrade_replaces_scripts_and_modules(
    engine: Engine, venv: Path, wheels: Wheels
) -> None:
    for version in ("1.0", "2.0"):
        wheels.add(
            "tool",
            version,
            files={
                "tool/__init__.py": f"def main(): print('tool {version}')\n",
                f"v{version}.py": "",
            },
            entry_points={"console_scripts": {"tool": "tool:main"}},
        )
        engine.succeeds("--python", venv, *wheels.options, f"tool=={version}")
        assert run(venv / "Scripts" / "tool.exe") == f"tool {version}\n"
        assert names_in(library(venv)) == [
            f"tool-{version}.dist-info",
            "tool",
            f"v{version}.py",
        ] or (names_in(library(venv)) == ["tool", f"tool-{version}.dist-info", f"v{version}.py"])


def test_names_of_other_case_replace_the_old_ones(
    engine: Engine, venv: Path, wheels: Wheels
) -> None:
    for name, tool, version in (("CamelPkg", "MyTool", "1.0"), ("camelpkg", "mytool", "2.0")):
        module = "ModC" if name == "CamelPkg" else "modc"
        wheels.add(
            name,
            version,
            files={f"{module}.py": f"def main(): print('{version}')\n"},
            entry_points={"console_scripts": {tool: f"{module}:main"}},
        )
        engine.succeeds("--python", venv, *wheels.options, f"{name}=={version}")
    assert names_in(library(venv)) == ["camelpkg-2.0.dist-info", "modc.py"]
    assert run(venv / "Scripts" / "mytool.exe") == "2.0\n"


@pytest.mark.parametrize("number", [2, 17, 26, 33])
def test_a_killed_upgrade_is_undone_or_completed_by_the_next_run(
    engine: Engine, venv: Path, wheels: Wheels, emulated: Emulated, number: int, tmp_path: Path
) -> None:
    for version in ("1.0", "2.0"):
        files = {f"tool/{name}.py": version for name in ("__init__", "one", "two")}
        scripts = {"console_scripts": {"tool": "tool:main"}}
        wheels.add("tool", version, files=files, entry_points=scripts)
    engine.succeeds("--python", venv, *wheels.options, "tool==1.0")
    command = ("--python", str(venv), *wheels.options, "tool==2.0")
    log = str(tmp_path / "log")
    done = engine(*command, environ=emulated("kill", KILL_AT=str(number), KILL_LOG=log))
    calls = Path(log).read_text(encoding="utf-8").splitlines()
    assert (done.status == 9) == (len(calls) == number), calls
    found = {path.read_text() for path in (library(venv) / "tool").glob("*.py")}
    assert found in ({"1.0"}, {"2.0"}) or not found
    engine.succeeds(*command)
    assert names_in(library(venv)) == ["tool", "tool-2.0.dist-info"]
    assert {path.read_text() for path in (library(venv) / "tool").glob("*.py")} == {"2.0"}


def test_a_killed_upgrade_that_was_left_alone_is_not_undone_over_a_later_one(
    engine: Engine, venv: Path, wheels: Wheels, emulated: Emulated, tmp_path: Path
) -> None:
    for version in ("1.0", "2.0", "3.0"):
        wheels.add("tool", version, files=dict.fromkeys(("tool/one.py", "two.py"), version))
    command = ("--python", str(venv), *wheels.options)
    engine.succeeds(*command, "tool==1.0")
    environ = emulated("kill", KILL_AT="journal+3", KILL_LOG=str(tmp_path / "log"))
    assert engine(*command, "tool==2.0", environ=environ).status == 9
    (left,) = library(venv).glob(".get-installer-*")
    environ = emulated("refs")
    assert "was left alone" in engine.succeeds(*command, "tool==3.0", environ=environ).err
    done = engine.succeeds(*command, "tool==3.0")
    assert "Nothing to do" in done.text
    assert "was left alone: there was another installation" in done.err
    names = [f"{left.name}.superseded", "tool", "tool-3.0.dist-info", "two.py"]
    assert names_in(library(venv)) == names
    assert (library(venv) / "two.py").read_text() == "3.0"


@pytest.mark.parametrize("emulation", ["refs", "fat", "no_numbers"])
def test_a_killed_upgrade_is_undone_where_numbers_of_files_are_different(
    engine: Engine, venv: Path, wheels: Wheels, emulated: Emulated, emulation: str, tmp_path: Path
) -> None:
    for version in ("1.0", "2.0"):
        files = {f"tool/{name}.py": version for name in ("__init__", "one")}
        wheels.add("tool", version, files=files)
    engine.succeeds("--python", venv, *wheels.options, "tool==1.0")
    command = ("--python", str(venv), *wheels.options, "tool==2.0")
    trial = tmp_path / "trial"
    shutil.copytree(venv, trial)
    environ = emulated(emulation, "kill", KILL_LOG=str(tmp_path / "log"))
    engine.succeeds("--python", trial, *command[2:], environ=environ)
    calls = (tmp_path / "log").read_text(encoding="utf-8").splitlines()
    last = max(number for number, call in enumerate(calls, 1) if "dist-info" in call)
    environ = emulated(emulation, "kill", KILL_AT=str(last), KILL_LOG=str(tmp_path / "killed"))
    assert engine(*command, environ=environ).status == 9
    engine.succeeds("--python", venv, *wheels.options, "tool==1.0", environ=emulated(emulation))
    assert names_in(library(venv)) == ["tool", "tool-1.0.dist-info"]
    assert {path.read_text() for path in (library(venv) / "tool").glob("*.py")} == {"1.0"}
