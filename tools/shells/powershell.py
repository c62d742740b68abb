"""Completion for PowerShell, from version 5.1 (that of Windows)."""

from __future__ import annotations

import re

from bootstrap.config.options.option import Command
from bootstrap.config.options.table import OPTIONS
from tools.shells.values import (
    COMMANDS,
    FIRST_WORDS,
    PROGRAMS,
    Value,
    description_of,
    options_of,
    value_of,
)

FILE = "get-installer.ps1"

_SCRIPT = """\
# Completion of get-installer for PowerShell. Add `. PATH\\get-installer.ps1` to the file $PROFILE.

Register-ArgumentCompleter -Native -CommandName {programs} -ScriptBlock {{
    param($wordToComplete, $commandAst, $cursorPosition)

    # Not -like: a requirement may have brackets, and "name[*" is no valid pattern.
    $begins = {{ $args[0].StartsWith($wordToComplete, [System.StringComparison]::Ordinal) }}
    $words = @($commandAst.CommandElements | ForEach-Object {{ $_.ToString() }})
    if ($wordToComplete) {{ $words = @($words | Select-Object -SkipLast 1) }}
    if ($words -ccontains '--') {{ return }}
    $commands = @({commands})
    $command = 'install'
    if ($words.Count -gt 1 -and $commands -ccontains $words[1]) {{ $command = $words[1] }}

    $choices = [System.Collections.Hashtable]::new()
{choices}
    $previous = $words[-1]
    if ($choices.ContainsKey($previous)) {{
        $choices[$previous] | Where-Object {{ & $begins $_ }} | ForEach-Object {{
            [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
        }}
        return
    }}

    $options = [System.Collections.Hashtable]::new()
{options}
    if ($wordToComplete.StartsWith('-')) {{
        $options[$command].GetEnumerator() | Sort-Object Name |
            Where-Object {{ & $begins $_.Name }} | ForEach-Object {{
                [System.Management.Automation.CompletionResult]::new(
                    $_.Name, $_.Name, 'ParameterName', $_.Value)
            }}
    }} elseif ($words.Count -eq 1) {{
        @({words}) | Where-Object {{ & $begins $_ }} | ForEach-Object {{
            [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
        }}
    }}
    # Nothing else: PowerShell completes names of files.
}}
"""


def script() -> str:
    """Return the text of the file."""
    choices = [
        f"    $choices['{name}'] = @({_list(option.choices)})"
        for option in OPTIONS
        if value_of(option) is Value.CHOICE
        for name in option.names
    ]
    return _SCRIPT.format(
        programs=_list(PROGRAMS),
        commands=_list(COMMANDS),
        words=_list(FIRST_WORDS),
        choices="\n".join(choices),
        options="\n".join(map(_table, Command)),
    )


def _table(command: Command) -> str:
    # A Hashtable of its own: the literal @{} does not tell -v from -V.
    name = f"$options['{command.value}']"
    rows = [
        f"    {name}['{each}'] = {quoted(description_of(option))}"
        for option in options_of(command)
        for each in option.names
    ]
    return "\n".join([f"    {name} = [System.Collections.Hashtable]::new()", *rows])


def _list(words: tuple[str, ...]) -> str:
    return ", ".join(map(quoted, words))


def quoted(text: str) -> str:
    """Return a string in single quotes, in which only these are special, each written twice.

    PowerShell takes the typographic ones for quotes, too (about_Quoting_Rules).
    """
    return "'" + re.sub("['\u2018\u2019\u201a\u201b]", lambda found: found[0] * 2, text) + "'"
