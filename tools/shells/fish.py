"""Completion for fish."""

from __future__ import annotations

from collections.abc import Iterator

from bootstrap.config.options.option import Command, Option
from bootstrap.config.options.table import OPTIONS
from tools.shells.values import COMMANDS, FIRST_WORDS, PROGRAMS, Value, description_of, value_of

FILE = "get-installer.fish"

_HEAD = """\
# Completion of get-installer for fish. Copy this file to ~/.config/fish/completions.
# fish finds it by the name of the program: `get-installer.pyz.fish` for get-installer.pyz.

function __get_installer_uses --description 'Whether one of these commands is meant'
    set -l words (commandline -opc)
    contains -- -- $words; and return 1
    set -l command install
    if set -q words[2]; and contains -- $words[2] {commands}
        set command $words[2]
    end
    contains -- $command $argv
end
"""


def script() -> str:
    """Return the text of the file."""
    lines = [_HEAD.format(commands=" ".join(COMMANDS))]
    for program in PROGRAMS:
        lines.append(
            f"complete -c {program} -n 'test (count (commandline -opc)) = 1' "
            f"-a '{' '.join(FIRST_WORDS)}'"
        )
        lines += (" ".join(_words(program, option)) for option in OPTIONS)
    return "\n".join(lines) + "\n"


def _words(program: str, option: Option) -> Iterator[str]:
    yield f"complete -c {program}"
    if option.commands != tuple(Command):
        yield f"-n '__get_installer_uses {' '.join(each.value for each in option.commands)}'"
    for name in option.names:
        yield f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}"
    yield "-d " + _quoted(description_of(option))
    value = value_of(option)
    if value is Value.CHOICE:
        yield f"-x -a '{' '.join(option.choices)}'"
    elif value is Value.FILE:
        yield "-r -F"
    elif value is Value.DIRECTORY:
        yield "-x -a '(__fish_complete_directories)'"
    elif value is Value.TEXT:
        yield "-x"


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
