from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bootstrap._vendor.packaging.tags import Tag
from bootstrap.install.errors import InstallError
from bootstrap.install.model import PipScripts
from bootstrap.install.wheel.entry_points import EntryPoint
from bootstrap.install.wheel.scripts import (
    ScriptInterpreter,
    make_launcher,
    replace_shebang,
    select_entry_points,
)
from tests.servers.wheels import make_wheel
from tests.unit.install.conftest import Workbench

_POINT = EntryPoint("tool", "json.tool", "main")


def _python_at(path: Path) -> str:
    """Return a path of the running interpreter."""
    path.parent.mkdir(parents=True)
    path.symlink_to(sys.executable)
    return str(path)


@pytest.fixture(params=["short", "with a space", "long" * 50, "apo'strophe and space", "ümlaut"])
def python(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return _python_at(tmp_path / request.param / "python3")


def _run(path: Path, content: bytes, *arguments: str) -> subprocess.CompletedProcess[str]:
    path.write_bytes(content)
    path.chmod(0o755)
    return subprocess.run([path, *arguments], capture_output=True, text=True, check=True)


@pytest.mark.posix_only("the kernel reads the first line of a launcher")
def test_a_launcher_runs_with_any_path_of_the_interpreter(python: str, tmp_path: Path) -> None:
    launcher = make_launcher(_POINT, ScriptInterpreter(python, (3, 11)))
    done = _run(tmp_path / launcher.name, launcher.content, "--help")
    assert "usage:" in done.stdout


@pytest.mark.posix_only("the kernel reads the first line of a script")
def test_a_script_of_the_wheel_runs_with_the_targets_interpreter_and_its_options(
    python: str, tmp_path: Path
) -> None:
    script = b"#!python -E\r\nimport sys; print(sys.executable, sys.flags.ignore_environment)\n"
    done = _run(tmp_path / "x", replace_shebang(script, ScriptInterpreter(python, (3, 11))))
    assert done.stdout == f"{python} 1\n"


@pytest.mark.parametrize(
    "content", [b"#!/bin/sh\necho\n", b"\x7fELF\0", b"", b"print()", b"# !python\n"]
)
def test_other_scripts_are_not_changed(content: bytes) -> None:
    assert replace_shebang(content, ScriptInterpreter("/python", (3, 11))) == content


def test_a_windows_script_is_a_program_that_finds_the_targets_interpreter() -> None:
    interpreter = ScriptInterpreter("C:\\Py thon\\python.exe", (3, 11), "win-amd64")
    console = make_launcher(_POINT, interpreter)
    assert console.name == "tool.exe"
    assert console.content.startswith(b"MZ")
    assert b"#!C:\\Py thon\\python.exe\n" in console.content
    gui = make_launcher(EntryPoint("tool", "a", "b", gui=True), interpreter)
    assert b"pythonw.exe\n" in gui.content
    old = replace_shebang(b"#!pythonw\nx", interpreter)
    assert old == b"#!C:\\Py thon\\pythonw.exe\nx"


_PIP = tuple(
    EntryPoint(name, "pip._internal.cli.main", "main") for name in ("pip", "pip3", "pip3.8")
)


@pytest.mark.parametrize(
    ("version", "which", "expected"),
    [
        ((3, 13), PipScripts.ALL, {"pip", "pip3", "pip3.13"}),
        ((3, 13), PipScripts.VERSIONED, {"pip3", "pip3.13"}),
        ((3, 13), PipScripts.FULL_VERSION, {"pip3.13"}),
        ((2, 7), PipScripts.ALL, {"pip", "pip2", "pip2.7"}),
    ],
)
def test_pips_scripts_are_named_after_the_targets_version(
    version: tuple[int, int], which: PipScripts, expected: set[str]
) -> None:
    made = select_entry_points("pip", _PIP, version, which)
    assert {entry_point.name for entry_point in made} == expected


def test_a_pip_script_of_another_distribution_is_treated_like_any_other() -> None:
    made = select_entry_points("pipfoo", _PIP, (3, 13), PipScripts.FULL_VERSION)
    assert [entry_point.name for entry_point in made] == ["pip", "pip3", "pip3.8"]


@pytest.mark.posix_only("a launcher has no .exe")
def test_entry_points_replace_scripts_made_by_setuptools(
    bench: Workbench, wheelhouse: Path
) -> None:
    wheel = make_wheel(
        wheelhouse,
        "demo",
        "1.0",
        data={"scripts/demo": "#!python\nold\n", "scripts/demo-script.py": "", "scripts/own": ""},
        entry_points={"console_scripts": {"demo": "demo:main"}},
    )
    (installed,) = bench.install(wheel)
    assert sorted(path.name for path in installed.scripts) == ["demo", "own"]
    assert b"from demo import main" in (bench.scripts / "demo").read_bytes()


def test_the_kind_of_launcher_depends_on_the_targets_platform(
    bench: Workbench, wheelhouse: Path
) -> None:
    bench.target = replace(bench.target, tags=(Tag("py3", "none", "win_amd64"),))
    points = {"console_scripts": {"demo": "demo:main"}}
    bench.install(make_wheel(wheelhouse, "demo", "1.0", entry_points=points))
    assert (bench.scripts / "demo.exe").read_bytes().startswith(b"MZ")


def test_a_script_for_windows_on_32_bit_arm_is_refused_because_it_has_no_launcher(
    bench: Workbench, wheelhouse: Path
) -> None:
    bench.target = replace(bench.target, tags=(Tag("py3", "none", "win_arm32"),))
    points = {"console_scripts": {"demo": "demo:main"}}
    with pytest.raises(InstallError, match=r"The script demo cannot be made: .* \(win_arm32\)"):
        bench.install(make_wheel(wheelhouse, "demo", "1.0", entry_points=points))
    bench.install(make_wheel(wheelhouse, "library", "1.0"))
