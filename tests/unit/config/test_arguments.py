"""Words that are commands or files stop a run; the names of projects do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from bootstrap.config.arguments import (
    CommandTypedError,
    FileTypedError,
    MistypedCommandError,
    require_projects,
)
from bootstrap.config.options.parser import parse_command_line


def _project(name: str) -> str:
    return f"To install a project of that name: `get-installer.pyz install {name}`."


def _of_pip(words: str) -> str:
    return f"To run pip's: `get-installer.pyz -- {words}`. {_project(words.split(maxsplit=1)[0])}"


COMMANDS = {
    "pip install requests": "Leave out `pip install`: `get-installer.pyz requests`.",
    "pip3 install requests flask": "Leave out `pip3 install`: `get-installer.pyz requests flask`.",
    "pip install": "Leave out `pip install`: name what to install.",
    "uv pip install requests": "Leave out `uv pip install`: `get-installer.pyz requests`.",
    "python install requests": "Leave out `python install`: `get-installer.pyz requests`.",
    "PIP Install Requests": "Leave out `pip install`: `get-installer.pyz requests`.",
    "pip list": _of_pip("list"),
    "list": _of_pip("list"),
    "show requests": _of_pip("show requests"),
    "uninstall requests": _of_pip("uninstall requests"),
    "freeze": _of_pip("freeze"),
    "pip uninstall requests": _of_pip("uninstall requests"),
    "download six": _of_pip("download six"),
    "search six": _of_pip("search six"),
    "update": "To upgrade: `get-installer.pyz -U NAME`. " + _project("update"),
    "upgrade pip": "To upgrade: `get-installer.pyz -U NAME`. " + _project("upgrade"),
    "version": "For the version: `get-installer.pyz --version`. " + _project("version"),
    "venv": "To create a virtual environment: `get-installer.pyz --venv DIR`. " + _project("venv"),
    "uv venv": "To create a virtual environment: `get-installer.pyz --venv DIR`. "
    + _project("venv"),
    "add requests": _project("add"),
    "uv sync": _project("sync"),
    "run": _project("run"),
    "uv tool install ruff": _project("tool"),
}

MISTYPED = {
    "doctr": "doctor",
    "docto": "doctor",
    "doctoor": "doctor",
    "dcotor": "doctor",
    "doktor": "doctor",
    "dictor": "doctor",  # a project, too: `install dictor`
    "octor": "doctor",
    "instal": "install",
    "isntall": "install",
    "instlal": "install",
    "installl": "install",
    "intsall": "install",
    "imstall": "install",
    "verfiy": "verify",
    "verifi": "verify",
}

PROJECTS = [
    "pip",
    "wheel",
    "build",
    "uv",
    "pip wheel",
    "pip build",
    "pip requests",
    "wheel setuptools",
    "build wheel",
    "requests",
    "tool",  # alone, too common a word
    "requests show",  # only the first word can be a command
    "install list",
    "install pip install",
    "install doctr",
    "install dictor",
    "list==1.0",
    "show>=2",
    "update[extra]",
    "doctest",
    "instant",
    "installer",
    "rest",
    "packs",
    "./list",
    "https://example.test/list.whl",
    "doctor https://example.test",
]

FILES = {
    "requirements.txt": "To install what it lists: `get-installer.pyz -r requirements.txt`.",
    "Requirements-dev.in": "To install what it lists: `get-installer.pyz -r Requirements-dev.in`.",
    "pyproject.toml": "To install the project in this directory: `get-installer.pyz .`.",
    "setup.py": "To install the project in this directory: `get-installer.pyz .`.",
    "pylock.toml": "To install what it lists: `get-installer.pyz -r pylock.toml`.",
}


@pytest.mark.parametrize("typed", COMMANDS)
def test_a_command_is_no_project(typed: str, tmp_path: Path) -> None:
    with pytest.raises(CommandTypedError, match="is a command, not a project") as caught:
        require_projects(parse_command_line(typed.split()), tmp_path)
    assert caught.value.hint == COMMANDS[typed]


@pytest.mark.parametrize("typed", MISTYPED)
def test_a_mistyped_command_is_no_project(typed: str, tmp_path: Path) -> None:
    with pytest.raises(MistypedCommandError) as caught:
        require_projects(parse_command_line([typed]), tmp_path)
    assert caught.value.command == MISTYPED[typed]
    assert caught.value.hint == (f"Did you mean `{MISTYPED[typed]}`? {_project(typed)}")


@pytest.mark.parametrize("typed", PROJECTS)
def test_a_project_is_installed(typed: str, tmp_path: Path) -> None:
    require_projects(parse_command_line(typed.split()), tmp_path)


@pytest.mark.parametrize("name", FILES)
def test_the_name_of_a_file_here_is_no_project(name: str, tmp_path: Path) -> None:
    line = parse_command_line(["requests", name])
    require_projects(line, tmp_path)
    (tmp_path / name).touch()
    with pytest.raises(FileTypedError, match="is a file here, not a project") as caught:
        require_projects(line, tmp_path)
    assert (
        caught.value.hint
        == f"{FILES[name]} To install a project of that name: `get-installer.pyz install {name}`."
    )
    require_projects(parse_command_line(["install", name]), tmp_path)


@pytest.mark.parametrize("name", ["zope.interface", "requests", "demo-1.0-py3-none-any.whl"])
def test_a_file_with_the_name_of_a_project_or_a_wheel_stops_nothing(
    name: str, tmp_path: Path
) -> None:
    (tmp_path / name).touch()
    require_projects(parse_command_line([name]), tmp_path)
