"""Programs are found on PATH, and never in the current directory."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bootstrap.programs import find_programs


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current directory, with a program in it."""
    program = tmp_path / "keyring"
    program.touch(mode=0o755)
    monkeypatch.chdir(tmp_path)
    return program


@pytest.mark.parametrize("search_path", ["", ".", os.pathsep, f".{os.pathsep}no", "../{name}"])
def test_the_current_directory_is_not_searched(search_path: str, planted: Path) -> None:
    assert list(find_programs("keyring", search_path.format(name=planted.parent.name))) == []


def test_the_directories_are_searched_first_to_last(planted: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / "keyring"
    other.parent.mkdir()
    other.touch(mode=0o755)
    search_path = os.pathsep.join(["", str(other.parent), "/no/such", str(planted.parent)])
    assert list(find_programs("keyring", search_path)) == [other, planted]


def test_what_is_not_a_program_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "keyring").mkdir()
    (tmp_path / "git").touch(mode=0o644)
    assert list(find_programs("keyring", str(tmp_path))) == []
    assert list(find_programs("git", str(tmp_path))) == []
