"""Programs are searched on PATH only, in directories with a drive."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from bootstrap.environment.discovery import _COMMON_DIRECTORIES
from bootstrap.programs import DEFAULT_SEARCH_PATH, find_programs
from tests.functional.engine import Engine


def test_git_is_not_run_from_the_current_directory(
    engine: Engine, venv: Path, tmp_path: Path
) -> None:
    directory = tmp_path / "current"
    directory.mkdir()
    shutil.copy(sys.executable, directory / "git.exe")
    command = ("--python", venv, "--installer", "none", "git+https://127.0.0.1:9/x#egg=x")
    environ = {"PATH": f".;;{os.environ['SYSTEMROOT']}\\System32"}
    done = engine.fails(*command, environ=environ, cwd=directory)
    assert "git was not found on PATH" in done.err


def test_only_directories_with_a_drive_are_searched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    program = tmp_path / "tool.exe"
    shutil.copy(sys.executable, program)
    assert list(find_programs("tool", str(tmp_path))) == [program]
    rooted = str(tmp_path).removeprefix(tmp_path.drive)
    for search_path in (rooted, ".", "", DEFAULT_SEARCH_PATH, tmp_path.drive):
        assert list(find_programs("tool", search_path)) == []
    assert _COMMON_DIRECTORIES == ()
