from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bootstrap.environment.discovery import (
    InterpreterNotFoundError,
    VersionRequest,
    find_interpreters,
    parse_version,
)
from bootstrap.environment.settings import TargetSettings
from tests.unit.environment.pythons import (
    ALL,
    BY_PYENV,
    PYENV,
    name_of,
    settings_for,
    target_of,
    version_of,
)


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("3", VersionRequest((3,))),
        ("3.8", VersionRequest((3, 8))),
        ("3.8.18", VersionRequest((3, 8, 18))),
        ("python3.8", VersionRequest((3, 8))),
        ("pypy3.9", VersionRequest((3, 9), "pypy")),
        ("3.13t", VersionRequest((3, 13), free_threaded=True)),
        ("python", None),
        ("venv3", None),
        ("3.8.1.2", None),
    ],
)
def test_versions_are_recognized(text: str, version: VersionRequest | None) -> None:
    assert parse_version(text) == version


@pytest.mark.parametrize("python", BY_PYENV, ids=name_of)
def test_a_version_is_found_in_pyenv(python: Path) -> None:
    full = python.parts[-3]
    settings = {"search_path": "", "environment": {"PYENV_ROOT": str(PYENV)}}
    assert target_of(full, **settings).prefix == python.parents[1]


@pytest.mark.parametrize(
    "place",
    [
        ".pyenv/versions/{full}",
        ".local/share/uv/python/cpython-{full}-linux-x86_64-gnu",
        ".asdf/installs/python/{full}",
        ".local/share/mise/installs/python/{full}",
    ],
)
def test_a_version_is_found_in_the_directories_of_version_managers(
    place: str, tmp_path: Path
) -> None:
    own = ".".join(map(str, version_of(ALL[0])))
    older, newer = (tmp_path / place.format(full=f"{own}.{number}") / "bin" for number in (9, 10))
    for directory in (older, newer):
        directory.mkdir(parents=True)
        (directory / "python").symlink_to(ALL[0])
    settings = TargetSettings(environment={"HOME": str(tmp_path)})
    version = parse_version(own)
    assert version is not None
    found = [
        command for (command,) in find_interpreters(version, settings) if str(tmp_path) in command
    ]
    assert found == [str(newer / "python"), str(older / "python")]


def test_without_home_version_managers_are_not_searched_in_the_current_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = tmp_path / ".pyenv" / "versions" / "3.8.1" / "bin" / "python"
    planted.parent.mkdir(parents=True)
    planted.symlink_to(sys.executable)
    monkeypatch.chdir(tmp_path)
    commands = find_interpreters(VersionRequest((3, 8)), TargetSettings(environment={}))
    assert not [each for each in commands if ".pyenv" in each[0]]


def test_a_version_is_found_on_path_before_anywhere_else(tmp_path: Path) -> None:
    own = ".".join(map(str, sys.version_info[:2]))
    (tmp_path / f"python{own}").symlink_to(sys.executable)
    version = VersionRequest(sys.version_info[:2])
    first = next(find_interpreters(version, TargetSettings(search_path=str(tmp_path))))
    assert first == (str(tmp_path / f"python{own}"),)


def test_a_command_on_path_that_does_not_work_is_ignored(tmp_path: Path) -> None:
    """As pyenv's shims are, for versions that are not active."""
    python = ALL[0]
    own = ".".join(map(str, version_of(python)))
    broken, working = tmp_path / "one", tmp_path / "two"
    for directory, text in ((broken, "exit 127"), (working, f'exec "{python}" "$@"')):
        directory.mkdir()
        (directory / f"python{own}").write_text(f"#!/bin/sh\n{text}\n")
        (directory / f"python{own}").chmod(0o755)
    found = target_of(own, search_path=f"{broken}:{working}")
    assert found.executable.parent == python.parent


def test_a_version_that_is_not_found_is_an_error_that_lists_the_others(tmp_path: Path) -> None:
    (tmp_path / "python3").symlink_to(sys.executable)
    with pytest.raises(
        InterpreterNotFoundError, match=r"Python 3\.99 \(--python\) was not found\. Found: 3\."
    ):
        target_of("3.99", search_path=str(tmp_path))


def test_a_command_is_looked_up_on_the_callers_path(tmp_path: Path) -> None:
    (tmp_path / "my-python").symlink_to(ALL[0])
    assert target_of("my-python", search_path=str(tmp_path)).version_info[:2] == version_of(ALL[0])
    with pytest.raises(InterpreterNotFoundError, match="no such command on PATH"):
        target_of("my-python", search_path="")


def test_a_path_without_an_interpreter_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InterpreterNotFoundError, match="does not exist"):
        target_of(tmp_path / "python")
    (tmp_path / "link").symlink_to("nowhere")
    with pytest.raises(InterpreterNotFoundError, match="is a broken link"):
        target_of(tmp_path / "link")
    with pytest.raises(InterpreterNotFoundError, match="contains no interpreter"):
        target_of(tmp_path)


def test_an_environment_in_the_current_directory_is_found_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "3.99" / "bin").mkdir(parents=True)
    (tmp_path / "3.99" / "bin" / "python").symlink_to(sys.executable)
    monkeypatch.chdir(tmp_path)
    assert target_of("3.99").version_info == sys.version_info[:3]


def test_the_free_threaded_build_is_distinguished(tmp_path: Path) -> None:
    own = ".".join(map(str, sys.version_info[:2]))
    (tmp_path / f"python{own}t").symlink_to(sys.executable)
    with pytest.raises(InterpreterNotFoundError):
        target_of(f"{own}t", search_path=str(tmp_path))


def test_the_windows_launcher_is_not_used_on_posix() -> None:
    assert all(
        len(command) == 1 for command in find_interpreters(VersionRequest((3,)), settings_for())
    )
