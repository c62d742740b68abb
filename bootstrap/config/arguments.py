"""Arguments that hardly mean a project: commands of pip and uv, and names of files.

Somebody who types `pip install requests` after our name would get the project "install" of a
stranger. Such a word stops the run before anything is fetched. Where it means the project, `install
NAME` says so, and so does a version.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from bootstrap.config.options.option import Command
from bootstrap.config.options.parser import CommandLine
from bootstrap.errors import UsageError

_PROGRAMS = ("pip", "pip3", "uv", "python", "python3")
_PIP_COMMANDS = frozenset(
    {
        "cache",
        "check",
        "completion",
        "config",
        "debug",
        "download",
        "freeze",
        "hash",
        "index",
        "inspect",
        "list",
        "lock",
        "search",
        "show",
        "uninstall",
    }
)
_OTHER_COMMANDS = frozenset(
    {
        "add",
        "auth",
        "export",
        "init",
        "publish",
        "remove",
        "run",
        "self",
        "sync",
        "tree",
        "update",
        "upgrade",
        "venv",
        "version",
    }
)
"""Those of uv and ours that are not pip's, and what people type in their place."""
_PROJECTS = frozenset({"build", "pip", "uv", "wheel"})
"""Commands that are also projects which people install."""
_LONG_COMMANDS = ("doctor", "extract", "inspect", "install", "verify")
"""Commands of ours that are too long to be a slip of another word."""
_INSTEAD = {
    "update": "To upgrade: `get-installer.pyz -U NAME`.",
    "upgrade": "To upgrade: `get-installer.pyz -U NAME`.",
    "venv": "To create a virtual environment: `get-installer.pyz --venv DIR`.",
    "version": "For the version: `get-installer.pyz --version`.",
}
_FILES = re.compile(r"[\w.-]+\.(cfg|in|ini|json|lock|py|toml|txt|ya?ml)", re.I)


class CommandTypedError(UsageError):
    """The first argument is a command that this program does not have.

    Causes: this program installs; commands of pip such as `list` are pip's, and stand after two
    dashes.

    Next: put pip's command after `--`:
        python3 get-installer.pyz --venv demo -- list
    """

    def __init__(self, typed: str, hint: str) -> None:
        self.typed = typed
        super().__init__(f"`{typed}` is a command, not a project to install.", hint=hint)


class MistypedCommandError(UsageError):
    """The first argument differs in one letter from a command.

    Causes: a letter slipped; nothing was installed, because a stranger's project may have that
    name.

    Next: type the command that the message names; a project of that name is installed so:
        python3 get-installer.pyz install NAME
    """

    def __init__(self, typed: str, command: str) -> None:
        self.typed, self.command = typed, command
        super().__init__(
            f"There is no command `{typed}`.",
            hint=f"Did you mean `{command}`? {_project(typed)}",
        )


class FileTypedError(UsageError):
    """An argument is the name of a file here.

    Causes: the option before the file's name was left out.

    Next: requirements files and locks follow -r, wheels and directories begin with ./ :
        python3 get-installer.pyz --venv demo -r requirements.txt
        python3 get-installer.pyz --venv demo ./package.whl
    """

    def __init__(self, name: str) -> None:
        self.name = name
        instead = (
            "To install the project in this directory: `get-installer.pyz .`."
            if name.lower() in {"pyproject.toml", "setup.cfg", "setup.py"}
            else f"To install what it lists: `get-installer.pyz -r {name}`."
        )
        super().__init__(
            f"{name} is a file here, not a project to install.",
            hint=f"{instead} {_project(name)}",
        )


def _project(name: str) -> str:
    return f"To install a project of that name: `get-installer.pyz install {name}`."


def require_projects(line: CommandLine, directory: Path) -> None:
    """Refuse arguments that are commands, or files in a directory.

    Raises `CommandTypedError`, `MistypedCommandError` and `FileTypedError`.
    """
    if line.command is not Command.INSTALL or line.is_command_typed or not line.arguments:
        return
    _check_command(line.arguments)
    for argument in line.arguments:
        if _FILES.fullmatch(argument) and (directory / argument).is_file():
            raise FileTypedError(argument)


def _check_command(arguments: Sequence[str]) -> None:
    words = [word.lower() for word in arguments]
    program = [words.pop(0)] if words[0] in _PROGRAMS and len(words) > 1 else []
    if program == ["uv"] and words[0] == "pip" and len(words) > 1:
        program.append(words.pop(0))
    word, rest = words[0], " ".join(words[1:])
    typed = " ".join([*program, word])
    if program and word == "install":
        instead = f"`get-installer.pyz {rest}`" if rest else "name what to install"
        raise CommandTypedError(typed, f"Leave out `{typed}`: {instead}.")
    if word in _PROJECTS:
        return
    if word in _PIP_COMMANDS | _OTHER_COMMANDS or (program and word == "tool"):
        named = _project(word)
        run = (
            f"To run pip's: `get-installer.pyz -- {word}{rest and ' '}{rest}`."
            if word in _PIP_COMMANDS
            else ""
        )
        raise CommandTypedError(typed, " ".join(filter(None, (_INSTEAD.get(word, run), named))))
    from bootstrap.formats.spelling import count_slips

    for command in _LONG_COMMANDS:
        if count_slips(word, command) == 1:
            raise MistypedCommandError(word, command)
