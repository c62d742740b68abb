"""Warnings after an installation: those of the real pip, in the same cases."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.functional.engine import Engine, run
from tests.servers import make_wheel

QUIET = ("--no-index", "--no-input", "--find-links")


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    directory = tmp_path / "offered"
    directory.mkdir()
    for version in ("1.0", "2.0"):
        make_wheel(directory, "dep", version)
    make_wheel(directory, "needsold", "1.0", requires=["dep<2"])
    make_wheel(directory, "lonely", "1.0", requires=["absent>=3", "dep"])
    make_wheel(directory, "unmarked", "1.0", requires=["dep<2; python_version < '3'", "dep"])
    make_wheel(directory, "extra", "1.0", requires=["dep<2; extra == 'x'"])
    make_wheel(directory, "needs-both", "1.0", requires=["dep!=2.0", "needsold>1"])
    make_wheel(directory, "bystander", "1.0", requires=["nowhere"])
    one = {"console_scripts": {"one": "one:main"}}
    make_wheel(directory, "one", "1.0", entry_points=one)
    several = {"console_scripts": {"c": "m:x", "a": "m:x", "b": "m:x"}, "gui_scripts": {"g": "m:x"}}
    make_wheel(directory, "several", "1.0", entry_points=several)
    make_wheel(directory, "plain", "1.0", data={"scripts/own": "#!python\n"})
    return directory


def run_pip(python: Path, *arguments: str | Path, **environ: str) -> str:
    """Return what the real pip prints, errors and warnings included."""
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "-q"]
    done = subprocess.run(
        [*command, *map(str, arguments)],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


def make_venv(directory: Path) -> Path:
    run(sys.executable, "-m", "venv", "--without-pip", directory)
    return directory


def conflict_lines(text: str) -> set[str]:
    return set(re.findall(r"^\S+ \S+ requires .*$", text, re.MULTILINE))


@pytest.mark.parametrize(
    ("present", "asked", "count"),
    [
        (["needsold"], ["dep==2.0"], 1),
        (["needsold"], ["dep==1.0"], 0),
        (["needsold", "lonely"], ["dep==2.0"], 2),
        (["unmarked", "extra"], ["dep==2.0"], 0),
        (["needsold", "needs-both"], ["dep==2.0"], 3),
        (["needsold", "bystander"], ["dep==2.0"], 1),
        (["bystander"], ["dep==2.0"], 0),
        (["needsold"], ["dep==2.0", "--no-deps"], 0),
        (["needsold"], ["dep==2.0", "--no-warn-conflicts"], 0),
    ],
)
def test_what_no_longer_fits_together_is_told_as_by_pip(
    engine: Engine, wheels: Path, tmp_path: Path, present: list[str], asked: list[str], count: int
) -> None:
    found = []
    for name in ("theirs", "ours"):
        venv = make_venv(tmp_path / name)
        options = ("--no-deps", "--installer", "none", *QUIET, str(wheels), "dep==1.0", *present)
        engine.succeeds("--python", venv, *options)
        if name == "theirs":
            found.append(conflict_lines(run_pip(venv, *QUIET, wheels, *asked)))
        else:
            chosen = ("--python", str(venv), "--installer", "none", *QUIET, str(wheels), *asked)
            found.append(conflict_lines(engine.succeeds(*chosen).err))
    assert found[0] == found[1]
    assert len(found[1]) == count
    if asked == ["dep==2.0"] and present == ["needsold"]:
        expected = "needsold 1.0 requires dep<2, but you have dep 2.0 which is incompatible."
        assert found[1] == {expected}


@pytest.mark.parametrize(
    ("asked", "path", "is_told"),
    [
        (["one"], "", True),
        (["several"], "", True),
        (["plain"], "", False),
        (["one"], "{scripts}", False),
        (["one"], "{scripts}/../bin/", False),
        (["one"], "~/bin", True),
        (["one", "--no-warn-script-location"], "", False),
    ],
)
def test_scripts_off_path_are_told_as_by_pip(
    engine: Engine, wheels: Path, tmp_path: Path, asked: list[str], path: str, is_told: bool
) -> None:
    venv, root = make_venv(tmp_path / "venv"), tmp_path / "root"
    scripts = root / (venv / "bin").relative_to("/")
    scripts.mkdir(parents=True)
    environ = {"PATH": f"/usr/bin{os.pathsep}/bin" + (path and f":{path.format(scripts=scripts)}")}
    options = ("--root", str(root), "--force-reinstall", *QUIET, str(wheels), *asked)
    theirs = run_pip(venv, *options, **environ)
    ours = engine.succeeds("--python", venv, "--installer", "none", *options, environ=environ).err

    def told(text: str) -> list[str]:
        text = text.replace("WARNING: ", "").replace("warning: ", "")
        lines = [line.strip() for line in text.splitlines()]
        return [line for line in lines if re.match("The script|Consider adding|NOTE:", line)]

    assert told(ours) == told(theirs)
    assert bool(told(ours)) is is_told


def test_scripts_of_a_virtual_environment_a_target_and_a_prefix_are_not_told(
    engine: Engine, wheels: Path, tmp_path: Path
) -> None:
    venv = make_venv(tmp_path / "venv")
    for place in ((), ("--target", tmp_path / "t"), ("--prefix", tmp_path / "p")):
        options = ("--installer", "none", *place, *QUIET, wheels, "one")
        assert "PATH" not in engine.succeeds("--python", venv, *options).err


@pytest.mark.skipif(os.name == "nt" or os.getuid() != 0, reason="only root is warned")
def test_root_is_warned_outside_a_virtual_environment(
    engine: Engine, wheels: Path, tmp_path: Path
) -> None:
    base = Path(sys.base_prefix, "bin", f"python{sys.version_info[0]}.{sys.version_info[1]}")
    options = ("--installer", "none", *QUIET, wheels, "dep")
    there = ("--python", base, "--target", tmp_path / "t")
    message = "as the 'root' user can result in broken permissions"
    assert message in engine.succeeds(*there, *options).err
    assert message in run_pip(base, "--target", tmp_path / "theirs", *QUIET, wheels, "dep")
    quiet = ("--root-user-action", "ignore", "-U")
    assert message not in engine.succeeds(*there, *options, *quiet).err
    assert message not in engine.succeeds(*there, *options, "--dry-run").err
    venv = make_venv(tmp_path / "venv")
    assert message not in engine.succeeds("--python", venv, *options).err
