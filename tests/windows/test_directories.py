"""Directories that do not exist, may not be changed, or have long paths."""

from __future__ import annotations

import sysconfig
from collections.abc import Callable
from pathlib import Path

from tests.functional.engine import Engine
from tests.windows.conftest import Wheels, names_in

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
