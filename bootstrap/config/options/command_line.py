"""The command line: which command, what was said, what is named, and what is handed off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bootstrap.config.options.layers import OptionValue
from bootstrap.config.options.option import Command
from bootstrap.config.options.parser import Token, tokens
from bootstrap.config.options.table import OPTIONS
from bootstrap.errors import UsageError
from bootstrap.provenance import Origin

_COMMANDS = {command.value: command for command in Command}


class MisplacedOptionError(UsageError):
    """An option was given to a command that has no use for it."""

    def __init__(self, name: str, command: Command, at_home: Sequence[Command]) -> None:
        self.name, self.command = name, command
        homes = " or ".join(each.value for each in at_home)
        super().__init__(f"{name} belongs to {homes}, found with {command.value}.")


class MisplacedArgumentError(UsageError):
    """A command was given arguments it has no use for."""

    def __init__(self, command: Command, expected: str, found: Sequence[str]) -> None:
        self.command, self.found = command, tuple(found)
        super().__init__(f"{command.value}: expected {expected}, found {' '.join(found)!r}.")


@dataclass(frozen=True)
class CommandLine:
    """One command line, told apart but not yet understood."""

    command: Command
    sayings: tuple[OptionValue, ...]
    arguments: tuple[str, ...]
    """Requirements, URLs (doctor) or a file (verify)."""
    handoff: tuple[str, ...] | None
    """What follows `--`; None where there is no `--`."""


def parse(argv: Sequence[str]) -> CommandLine:
    """Tell a command line apart.

    The first argument that is no option may name the command; where it names none, `install` is
    understood, so that get-pip.py's command lines work. Everything later is taken by its word:
    a project called "doctor" is installed by `install doctor`.

    Raises a `UsageError` that names the option.
    """
    typed, handoff = _split(argv)
    found = tuple(tokens(typed, OPTIONS))
    command, arguments = _command(tuple(each.text for each in found if each.option is None))
    line = CommandLine(command, tuple(_sayings(found)), arguments, handoff)
    _check(line)
    return line


def answer(argv: Sequence[str]) -> str | None:
    """Return what `--help` or `--version` answers, or None where neither was asked.

    Raises what `parse` raises.
    """
    line = parse(argv)
    asked = {saying.option.key for saying in line.sayings}
    if asked.isdisjoint({"help", "version"}):
        return None
    from bootstrap.config.options import help as help_page

    if "help" in asked:
        return help_page.help_text(line.command)
    return help_page.version_text()


def _split(argv: Sequence[str]) -> tuple[list[str], tuple[str, ...] | None]:
    words = list(argv)
    if "--" not in words:
        return words, None
    end = words.index("--")
    return words[:end], tuple(words[end + 1 :])


def _command(arguments: tuple[str, ...]) -> tuple[Command, tuple[str, ...]]:
    if arguments and arguments[0] in _COMMANDS:
        return _COMMANDS[arguments[0]], arguments[1:]
    return Command.INSTALL, arguments


def _sayings(found: Sequence[Token]) -> list[OptionValue]:
    return [
        OptionValue(each.option, each.text, Origin.option(each.name))
        for each in found
        if each.option
    ]


def _check(line: CommandLine) -> None:
    for saying in line.sayings:
        if line.command not in saying.option.commands:
            raise MisplacedOptionError(saying.origin.name, line.command, saying.option.commands)
    if line.handoff is not None and line.command is not Command.INSTALL:
        raise MisplacedArgumentError(line.command, "nothing to hand off", ("--", *line.handoff))
    if line.command is Command.VERIFY and len(line.arguments) > 1:
        raise MisplacedArgumentError(line.command, "at most one file", line.arguments)
