"""The command line: which command, its options and arguments, and what is handed off."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bootstrap.config.options.layers import OptionValue
from bootstrap.config.options.option import Command, Option
from bootstrap.config.options.table import OPTIONS, UNSUPPORTED
from bootstrap.config.options.tokens import (
    Token,
    arguments_of,
    option_values,
    tokenize,
    valid_tokens,
)
from bootstrap.dataclasses import dataclass, replace
from bootstrap.errors import UsageError

_COMMANDS = {command.value: command for command in Command}
_INFORMATIONAL = (("help",), ("explain",))
"""Commands that only print a text; a project of that name is installed by `install help`."""
_VERSION = ("-V", "--version")
_FILES = {
    Command.INSPECT: ("at most one kit", 0, 1),
    Command.VERIFY: ("at most one kit", 0, 1),
    Command.EXTRACT: ("a kit (unless this is one) and a directory", 1, 2),
    Command.DIFF: ("two kits", 1, 2),
}
"""What commands take, and how many."""


class MisplacedOptionError(UsageError):
    """An option was given to a command that does not have it.

    Causes: the option belongs to another command.

    Next: see the options of the command:
        python3 get-installer.pyz help pack
    """

    def __init__(self, name: str, commands: Sequence[Command]) -> None:
        self.name, self.commands = name, tuple(commands)
        allowed = " or ".join(f"`{command.value}`" for command in commands)
        super().__init__(f"{name} only works with {allowed}.")


class MisplacedArgumentError(UsageError):
    """A command was given arguments that it does not take.

    Causes: a file or directory is missing or too many, or `--` was used with a command that hands
    nothing off.

    Next: see what the command takes:
        python3 get-installer.pyz help pack
    """

    def __init__(self, command: Command, expected: str, found: Sequence[str]) -> None:
        self.command, self.found = command, tuple(found)
        super().__init__(f"{command.value}: expected {expected}, found {' '.join(found)!r}.")


@dataclass(frozen=True)
class CommandLine:
    """A parsed command line, its values not yet interpreted."""

    command: Command
    values: tuple[OptionValue, ...]
    arguments: tuple[str, ...]
    """Requirements, URLs (doctor) or kits (inspect, verify, extract, diff)."""
    handoff: tuple[str, ...] | None
    """What follows `--`; None where there is no `--`."""
    is_command_typed: bool = False

    @property
    def asked_text(self) -> str | None:
        """The option or the command by which only a text is asked for: -h, --version, explain."""
        names = {value.option.key: value.origin.name for value in self.values}
        if "help" in names:
            return names["help"]
        if self.arguments[:1] in _INFORMATIONAL and not self.is_command_typed:
            return self.arguments[0]
        return names.get("version")


def parse_command_line(argv: Sequence[str]) -> CommandLine:
    """Parse a command line.

    The first argument that is not an option may name the command; otherwise the command is
    `install`, so that command lines of get-pip.py work. A later argument never names a command:
    `install doctor` installs a project called "doctor".

    Raises a `UsageError` that names the option.
    """
    words, handoff = _split(argv)
    found = _command_line(tuple(tokenize(words, _any_options())), handoff)
    values = option_values(tokenize(words, options_of(found.command)))
    line = replace(found, values=values)
    _check(line)
    return line


def parse_leniently(argv: Sequence[str]) -> CommandLine:
    """Return a command line without what is wrong in it: it says how the error is shown."""
    words, handoff = _split(argv)
    return _command_line(tuple(valid_tokens(words, _any_options())), handoff)


def _split(argv: Sequence[str]) -> tuple[Sequence[str], tuple[str, ...] | None]:
    """Return our own words, and those after `--`."""
    if "--" not in argv:
        return argv, None
    end = argv.index("--")
    return argv[:end], tuple(argv[end + 1 :])


def _command_line(tokens: Sequence[Token], handoff: tuple[str, ...] | None) -> CommandLine:
    values, arguments = option_values(tokens), tuple(arguments_of(tokens))
    if arguments and arguments[0] in _COMMANDS:
        command = _COMMANDS[arguments[0]]
        return CommandLine(command, values, arguments[1:], handoff, is_command_typed=True)
    return CommandLine(Command.INSTALL, values, arguments, handoff)


def options_of(command: Command) -> tuple[Option, ...]:
    """Return the options of a command, and those of others whose names mean nothing else to it.

    A name takes a value with every command or with none, so that the command can be found first.
    """
    own = [option for option in OPTIONS if command in option.commands]
    taken = {*UNSUPPORTED, *(name for option in own for name in option.names)}
    for option in OPTIONS:
        if taken.isdisjoint(option.names):
            own.append(option)
            taken.update(option.names)
    return tuple(own)


def _any_options() -> tuple[Option, ...]:
    """Return the options by which the command is found: those of any that have a name."""
    return (*OPTIONS, *options_of(Command.INSTALL))


def informational_text(
    argv: Sequence[str],
    columns: int | None = None,
    about_kit: Callable[[], Sequence[str]] = tuple,
) -> str | None:
    """Return the text for `--help`, `--version`, `help` or `explain`; None where none is given.

    Raises what `parse_command_line` raises, and `UnknownTopicError`.

    :param columns: the width of the terminal
    :param about_kit: returns lines about the kit that is running; it is only called for a help
    """
    line = parse_command_line(argv)
    asked = line.asked_text
    if asked is None:
        return None
    if asked in _VERSION:
        from bootstrap.config.options.version import version_text

        return version_text()
    from bootstrap.config.options import help as help_page

    columns = columns or help_page.WIDTH
    if not asked.startswith("-"):
        is_general = line.arguments == ("help",)
        return help_page.information(line.arguments, columns, about_kit() if is_general else ())
    if line.arguments[:1] in _INFORMATIONAL and not line.is_command_typed:
        return help_page.information_help(line.arguments[0], columns)
    about = about_kit() if line.command is Command.INSTALL else ()
    text = help_page.short_help if asked == "-h" else help_page.help_text
    return text(line.command, columns, about)


def _check(line: CommandLine) -> None:
    for value in line.values:
        if line.command not in value.option.commands:
            raise MisplacedOptionError(value.origin.name, value.option.commands)
    if line.handoff is not None and line.command is not Command.INSTALL:
        raise MisplacedArgumentError(line.command, "nothing to hand off", ("--", *line.handoff))
    if line.command in _FILES and line.asked_text is None:
        expected, least, most = _FILES[line.command]
        if not least <= len(line.arguments) <= most:
            raise MisplacedArgumentError(line.command, expected, line.arguments)
