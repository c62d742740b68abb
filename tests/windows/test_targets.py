r"""A target is the same one however its path is spelt: in other case, short, `\\?\`, `\\.\`."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.functional.engine import Engine
from tests.windows.conftest import Wheels, names_in

Emulated = Callable[..., dict[str, str]]


def short(path: Path) -> str:
    """Return the path of names of 8 and 3 characters."""
    buffer = ctypes.create_unicode_buffer(500)
    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined]  # Windows
    assert kernel.GetShortPathNameW(str(path), buffer, 500)
    return buffer.value


SPELLINGS: dict[str, Callable[[Path], str]] = {
    "lower case": lambda path: str(path).lower(),
    "short": short,
    "extended": lambda path: f"\\\\?\\{path}",
    "device": lambda path: f"\\\\.\\{path}",
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_killed_upgrade_is_undone_however_the_target_was_spelt(
    engine: Engine, wheels: Wheels, emulated: Emulated, tmp_path: Path, spelling: str
) -> None:
    for version in ("1.0", "2.0"):
        files = {f"Tool Box/{name}.py": version for name in ("__init__", "one")}
        wheels.add("tool", version, files=files)
    target, log = tmp_path / "The Target", tmp_path / "log"
    engine.succeeds("--target", target, *wheels.options, "tool==1.0")
    spelt = SPELLINGS[spelling](target)
    upgrade = ("--target", spelt, *wheels.options, "--upgrade", "tool==2.0")
    environ = emulated("kill", KILL_AT="journal+2", KILL_LOG=str(log))
    done = engine(*upgrade, environ=environ)
    assert done.status == 9, done.text
    assert list(target.glob(".get-installer-*/journal"))
    engine.succeeds("--target", target, *wheels.options, "--upgrade", "tool==1.0")
    assert names_in(target) == ["Tool Box", "tool-1.0.dist-info"]
    assert {path.read_text() for path in (target / "Tool Box").glob("*.py")} == {"1.0"}


@pytest.mark.parametrize("name", ["y.", "y ", r"y.\z"])
def test_a_target_that_some_functions_would_take_for_another_is_refused(
    engine: Engine, wheels: Wheels, tmp_path: Path, name: str
) -> None:
    wheels.add("tool", "1.0")
    done = engine.fails("--target", rf"\\?\{tmp_path}\{name}", *wheels.options, "tool", status=2)
    assert "ends with a dot or a space" in done.err
    assert not list(tmp_path.glob("y*"))


def test_a_target_is_the_one_that_windows_makes_of_its_path(
    engine: Engine, wheels: Wheels, tmp_path: Path
) -> None:
    wheels.add("tool", "1.0")
    engine.succeeds("--target", f"{tmp_path}\\y.", *wheels.options, "tool")
    assert names_in(tmp_path / "y") == ["tool-1.0.dist-info", "tool.py"]
