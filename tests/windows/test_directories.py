"""Directories that do not exist, may not be changed, or have long paths."""

from __future__ import annotations

import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.functional.engine import Engine, snapshot
from tests.windows.conftest import Wheels, library, names_in

Emulated = Callable[..., dict[str, str]]


def test_a_drive_that_does_not_exist_is_an_error(engine: Engine, wheels: Wheels) -> None:
    wheels.add("demo", "1.0")
    missing = {"PYTHONUSERBASE": "Q:\\missing\\base"}
    done = engine.fails("--user", *wheels.options, "demo", environ=missing, timeout=60)
    assert "there is no Q:\\" in done.err
    done = engine.fails("--target", "Q:\\missing", *wheels.options, "demo", timeout=60)
    assert "there is no Q:\\" in done.err
    engine.fails("--venv", "Q:\\missing", *wheels.options, "demo", timeout=60)


def test_without_access_it_is_installed_for_the_user_as_by_pip(
    engine: Engine, wheels: Wheels, emulated: Emulated, tmp_path: Path
) -> None:
    wheels.add("demo", "1.0")
    base = tmp_path / "base"
    environ = emulated("denied", DENIED=sysconfig.get_path("purelib"), PYTHONUSERBASE=str(base))
    done = engine.succeeds(*wheels.options, "demo", environ=environ)
    assert "Defaulting to user installation" in done.text
    (library,) = base.glob("*/site-packages")
    assert names_in(library) == ["demo-1.0.dist-info", "demo.py"]


def test_without_access_a_virtual_environment_is_refused(
    engine: Engine, venv: Path, wheels: Wheels, emulated: Emulated
) -> None:
    wheels.add("demo", "1.0")
    environ = emulated("denied", DENIED=str(venv / "Lib" / "site-packages"))
    done = engine.fails("--python", venv, *wheels.options, "demo", environ=environ)
    assert "no file can be created in it" in done.err
    assert names_in(venv / "Lib" / "site-packages") == []


def deep_wheel(wheels: Wheels, venv: Path, length: int) -> Path:
    """Make a wheel with a module whose path has a length; return that path."""
    library = venv / "Lib" / "site-packages" / "deep"
    rest = length - len(str(library)) - len("\\.py")
    parts = ["d" * 40] * (rest // 41)
    name = "/".join([*parts, "m" * (rest - 41 * len(parts))])
    wheels.add("deep", "1.0", files={"deep/__init__.py": "", f"deep/{name}.py": "VALUE = 1\n"})
    path = library / f"{name}.py"
    assert len(str(path)) == length
    return path


def test_a_path_of_259_characters_is_installed_and_removed(
    engine: Engine, venv: Path, wheels: Wheels, emulated: Emulated
) -> None:
    path = deep_wheel(wheels, venv, 259)
    command = ("--python", str(venv), *wheels.options)
    engine.succeeds(*command, "deep", environ=emulated("long_paths"))
    assert path.read_text() == "VALUE = 1\n"
    wheels.add("deep", "2.0", files={"deep/__init__.py": ""})
    engine.succeeds(*command, "deep==2.0", environ=emulated("long_paths"))
    library = venv / "Lib" / "site-packages"
    assert names_in(library) == ["deep", "deep-2.0.dist-info"]
    assert names_in(library / "deep") == ["__init__.py"]


def test_a_longer_path_is_an_error_about_long_paths(
    engine: Engine, venv: Path, wheels: Wheels, emulated: Emulated
) -> None:
    deep_wheel(wheels, venv, 260)
    command = ("--python", str(venv), *wheels.options)
    done = engine.fails(*command, "deep", environ=emulated("long_paths"))
    assert "is too long" in done.err
    assert "LongPathsEnabled" in done.err
    assert names_in(venv / "Lib" / "site-packages") == []


@pytest.mark.parametrize("files", [{}, {"tool/data/new.txt": ""}], ids=["beside", "in"])
def test_a_junction_in_a_package_stays_and_nothing_is_put_through_it(
    engine: Engine, venv: Path, wheels: Wheels, emulated: Emulated, files: dict[str, str]
) -> None:
    wheels.add("tool", "1.0", files={"tool/__init__.py": "1"})
    wheels.add("tool", "2.0", files={"tool/__init__.py": "2", **files})
    engine.succeeds("--python", venv, *wheels.options, "tool==1.0")
    junction = library(venv) / "tool" / "data"
    junction.mkdir()
    (junction / "model").write_text("mine")
    number, before = junction.stat().st_ino, snapshot(library(venv))
    environ = emulated("junction", JUNCTION=str(junction))
    done = engine("--python", venv, *wheels.options, "tool==2.0", environ=environ)
    assert junction.stat().st_ino == number
    assert names_in(junction) == ["model"]
    if files:
        assert "is a mount point" in done.err
        assert snapshot(library(venv)) == before
    else:
        assert done.status == 0, done.text
        assert (library(venv) / "tool" / "__init__.py").read_text() == "2"
