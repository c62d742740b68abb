"""Completion for bash, from version 3.2 (that of macOS)."""

from __future__ import annotations

from bootstrap.config.options.option import Command
from bootstrap.config.options.table import OPTIONS
from tools.shells.values import (
    COMMANDS,
    FIRST_WORDS,
    PROGRAMS,
    Value,
    names_with,
    options_of,
    value_of,
)

FILE = "get-installer.bash"

_SCRIPT = """\
# Completion of get-installer for bash. `source` this file in ~/.bashrc, or copy it to
# ~/.local/share/bash-completion/completions/get-installer.

_get_installer() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}}
    local command=install word
    COMPREPLY=()
    for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        case $word in
            --) return ;;  # arguments for the installer
            {commands}) command=$word; break ;;
            -*) ;;
        esac
    done
    # --option=value is three words for bash
    if [[ $current == "=" ]]; then
        current=
    elif [[ $previous == "=" ]]; then
        previous=${{COMP_WORDS[COMP_CWORD-2]}}
    fi
    case $previous in
        {files}) return ;;
        {directories})
            compopt -o filenames 2>/dev/null
            COMPREPLY=($(IFS=$'\\n'; compgen -d -- "$current"))
            return ;;
{choices}
        {texts})
            compopt +o default 2>/dev/null
            return ;;
    esac
    case $current in
        -*) ;;
        *)
            ((COMP_CWORD == 1)) && COMPREPLY=($(compgen -W "{words}" -- "$current"))
            return ;;
    esac
    case $command in
{options}
    esac
}}

# Where nothing is offered, bash completes names of files: requirements may be files.
complete -o default -F _get_installer {programs}
"""


def script() -> str:
    """Return the text of the file."""
    choices = [
        f"        {'|'.join(option.names)})\n"
        f'            COMPREPLY=($(compgen -W "{" ".join(option.choices)}" -- "$current"))\n'
        "            return ;;"
        for option in OPTIONS
        if value_of(option) is Value.CHOICE
    ]
    options = [
        f"        {command.value})\n"
        f'            COMPREPLY=($(compgen -W "{_names(command)}" -- "$current")) ;;'
        for command in Command
    ]
    return _SCRIPT.format(
        commands="|".join(COMMANDS),
        words=" ".join(FIRST_WORDS),
        files="|".join(names_with(Value.FILE)),
        directories="|".join(names_with(Value.DIRECTORY)),
        texts="|".join(names_with(Value.TEXT)),
        choices="\n".join(choices),
        options="\n".join(options),
        programs=" ".join(PROGRAMS),
    )


def _names(command: Command) -> str:
    return " ".join(name for option in options_of(command) for name in option.names)
