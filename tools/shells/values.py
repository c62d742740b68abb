"""What a shell completes as the value of an option, and for which commands an option is offered."""

from __future__ import annotations

from enum import Enum

from bootstrap.config.options.option import Command, Option
from bootstrap.config.options.table import OPTIONS

PROGRAMS = ("get-installer", "get-installer.pyz", "get-installer.py")
"""The names that the program has on PATH."""
COMMANDS = tuple(command.value for command in Command)
FIRST_WORDS = (*COMMANDS, "help", "explain")
"""Commands, and the words that only print a text: those have no options."""


class Value(Enum):
    """What follows an option."""

    NONE = "none"
    FILE = "file"
    DIRECTORY = "directory"
    CHOICE = "choice"
    TEXT = "text"
    """Something that the shell cannot know."""


def value_of(option: Option) -> Value:
    """Return what follows an option; its metavar says so."""
    if not option.takes_value:
        return Value.NONE
    if option.choices:
        return Value.CHOICE
    metavar = option.metavar.upper()
    if "DIR" in metavar:
        return Value.DIRECTORY
    if any(word in metavar for word in ("FILE", "PATH", ".PYZ")):
        return Value.FILE
    return Value.TEXT


def options_of(command: Command) -> tuple[Option, ...]:
    """Return the options of one command, in the order of the help."""
    return tuple(option for option in OPTIONS if command in option.commands)


def names_with(value: Value) -> tuple[str, ...]:
    """Return the names of all options that such a value follows."""
    return tuple(name for option in OPTIONS if value_of(option) is value for name in option.names)


def description_of(option: Option) -> str:
    """Return one line about an option."""
    return option.help or option.note or "as in pip"
