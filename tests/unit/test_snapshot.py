"""The snapshot, in processes whose package changes while they run."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_BEGIN = """
import os, shutil, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
place = Path(sys.argv[1], "kept")
import kept, kept.early
from bootstrap import _snapshot
_snapshot.hold(kept)
"""
_LATE = """
import kept.inner.late
print(kept.inner.late.WHO)
"""
_DATA = """
import pkgutil
from importlib import resources
for name in "kept.early", "kept.inner":
    print(pkgutil.get_data(name, "data.bin"))
    print(resources.files(name).joinpath("data.bin").read_text())
    with resources.as_file(resources.files(name) / "data.bin") as file:
        print(file.read_bytes())
print(resources.open_binary("kept.inner", "data.bin").read())
print(kept.early.__loader__.get_source("kept.early"))
"""

CHANGES = {
    "nothing": "",
    "a module": "(place / 'inner' / 'late.py').write_text('WHO = 1 / 0')",
    "its package": "(place / 'inner' / '__init__.py').write_text('1 / 0')",
    "a module is gone": "(place / 'inner' / 'late.py').unlink()",
    "its package is gone": "(place / 'inner' / '__init__.py').unlink()",
    "data": "[each.write_text('new') for each in place.rglob('data.bin')]",
    "all is gone": "shutil.rmtree(place)",
}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The parent of a package with a subpackage that is imported early, and one late."""
    for name in ("kept", "kept/early", "kept/inner"):
        directory = tmp_path / name
        directory.mkdir()
        (directory / "__init__.py").write_text("# old")
        (directory / "data.bin").write_text("old")
    (tmp_path / "kept" / "inner" / "late.py").write_text("WHO = 'old'\n")
    return tmp_path


def lines(place: Path, *program: str) -> list[str]:
    """Run a program that holds the package, and return the lines it prints."""
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(program), str(place)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("change", CHANGES)
def test_a_module_stays_as_it_was_at_the_start(place: Path, change: str) -> None:
    assert lines(place, _BEGIN, CHANGES[change], _LATE) == ["old"]


@pytest.mark.parametrize("change", CHANGES)
def test_data_stays_as_it_was_at_the_start(place: Path, change: str) -> None:
    expected = [*["b'old'", "old", "b'old'"] * 2, "b'old'", "# old"]
    assert lines(place, _BEGIN, CHANGES[change], _DATA) == expected


def test_bytecode_is_used_for_an_unchanged_module(place: Path) -> None:
    for _ in range(2):  # the first run writes it
        lines(place, "sys = __import__('sys'); sys.dont_write_bytecode = False", _BEGIN, _LATE)
    refuse = "\nimport builtins\ndef compile(*_, **__): raise SystemExit('compiled')\n"
    assert lines(place, _BEGIN, refuse, "builtins.compile = compile", _LATE) == ["old"]


def test_no_bytecode_is_written_for_a_removed_package(place: Path) -> None:
    begin = "sys = __import__('sys'); sys.dont_write_bytecode = False"
    assert lines(place, begin, _BEGIN, "shutil.rmtree(place)", _LATE) == ["old"]
    assert not (place / "kept").exists()


def test_a_module_added_later_is_found_by_the_path(place: Path) -> None:
    change = "(place / 'inner' / 'added.py').write_text('WHO = 2')"
    assert lines(place, _BEGIN, change, "from kept.inner import added; print(added.WHO)") == ["2"]


def test_a_package_is_held_once(place: Path) -> None:
    count = "print(sum(isinstance(each, _snapshot.Snapshot) for each in sys.meta_path))"
    assert lines(place, _BEGIN, "_snapshot.hold(kept)", count) == ["1"]


def test_a_package_in_an_archive_needs_no_snapshot(place: Path, tmp_path: Path) -> None:
    archive = shutil.make_archive(str(tmp_path / "archive"), "zip", place, "kept")
    assert lines(
        Path(archive),
        _BEGIN,
        "print(any(isinstance(each, _snapshot.Snapshot) for each in sys.meta_path))",
    ) == ["False"]
