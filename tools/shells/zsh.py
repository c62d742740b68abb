"""Completion for zsh, by its function `_arguments`."""

from __future__ import annotations

from bootstrap.config.options.option import Command, Option, OptionKind
from tools.shells.values import (
    COMMANDS,
    FIRST_WORDS,
    PROGRAMS,
    Value,
    description_of,
    options_of,
    value_of,
)

FILE = "_get-installer"

_SCRIPT = """\
#compdef {programs}
# Completion of get-installer for zsh. Copy this file into a directory of $fpath.

_get_installer_first() {{
    _alternative 'commands:command:({words})' 'files:requirement:_files'
}}

_get-installer() {{
    local command=install
    (( ${{words[(I)--]}} && ${{words[(I)--]}} < CURRENT )) && return 1
    case ${{words[2]}} in
        {commands}) command=${{words[2]}} ;;
    esac
    case $command in
{cases}
    esac
}}

if [[ $funcstack[1] == _get-installer ]]; then
    _get-installer "$@"
else
    compdef _get-installer {programs}
fi
"""
_ACTIONS = {Value.FILE: "_files", Value.DIRECTORY: "_files -/", Value.TEXT: " "}
_REPEATABLE = {OptionKind.LIST, OptionKind.NAMES, OptionKind.PATHS, OptionKind.COUNT}


def script() -> str:
    """Return the text of the file."""
    return _SCRIPT.format(
        programs=" ".join(PROGRAMS),
        commands="|".join(COMMANDS),
        words=" ".join(FIRST_WORDS),
        cases="\n".join(map(_case, Command)),
    )


def _case(command: Command) -> str:
    specifications = [_specification(option) for option in options_of(command)]
    arguments = (*specifications, "'1: :_get_installer_first'", "'*:argument:_files'")
    lines = " \\\n".join(f"                {each}" for each in arguments)
    return f"        {command.value})\n            _arguments -s -S \\\n{lines} ;;"


def _specification(option: Option) -> str:
    text = _quoted(f"[{_escaped(description_of(option))}]")
    value = value_of(option)
    if value is not Value.NONE:
        action = f"({' '.join(option.choices)})" if value is Value.CHOICE else _ACTIONS[value]
        text += _quoted(f":{_escaped(option.metavar)}:{action}")
    names = ",".join(
        f"{name}+"
        if value is not Value.NONE and len(name) == 2
        else f"{name}="
        if value is not Value.NONE
        else name
        for name in option.names
    )
    shown = f"{{{names}}}" if len(option.names) > 1 else names
    if option.kind in _REPEATABLE:
        return f"'*'{shown}{text}"
    return f"'({' '.join(option.names)})'{shown}{text}"


def _escaped(text: str) -> str:
    for character in "\\[]:":
        text = text.replace(character, f"\\{character}")
    return text


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
