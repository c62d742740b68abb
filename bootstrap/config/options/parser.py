"""The command line, parsed by optparse's rules, which are pip's.

Not argparse: it refuses values that begin with a dash and arguments between options, and does not
tell which of its names an option was given by. Pip's options can be abbreviated, as optparse
allows; options of our own cannot, so that a new one never changes what an abbreviation means.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

from bootstrap.config.options.layers import OptionValue
from bootstrap.config.options.option import Command, Option
from bootstrap.config.options.table import OPTIONS, REMOVED, UNSUPPORTED
from bootstrap.dataclasses import dataclass, replace
from bootstrap.errors import UsageError
from bootstrap.limits import shorten
from bootstrap.provenance import Origin

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
_EDITABLE = ("-e", "--editable")
"""The word before an editable requirement that is the value of an option."""


class UnknownOptionError(UsageError):
    """An option that does not exist."""

    def __init__(self, name: str, nearest: str | None) -> None:
        self.name, self.nearest = name, nearest
        hint = f"Did you mean {nearest}?" if nearest else None
        super().__init__(f"There is no option {shorten(name)}.", hint=hint or "See --help.")


class AmbiguousOptionError(UsageError):
    """An abbreviation that several options begin with."""

    def __init__(self, name: str, options: Sequence[str]) -> None:
        self.name, self.options = name, tuple(options)
        super().__init__(
            f"{name} is ambiguous: it can be {', '.join(options)}.",
            hint="Write the option in full.",
        )


class UnsupportedOptionError(UsageError):
    """An option of pip that this program does not have."""

    def __init__(self, name: str, alternative: str) -> None:
        self.name = name
        super().__init__(
            f"{name} is not supported.", hint=f"{alternative}, or run pip itself after `--`."
        )


class MissingValueError(UsageError):
    """An option that needs a value is the last word."""

    def __init__(self, name: str, option: Option) -> None:
        self.name = name
        super().__init__(f"{name} needs a value: {name} {option.metavar}.")


class UnexpectedValueError(UsageError):
    """A switch was given a value."""

    def __init__(self, name: str, value: str) -> None:
        self.name, self.value = name, value
        super().__init__(f"{name} takes no value, found {value!r}.")


class MisplacedOptionError(UsageError):
    """An option was given to a command that does not have it."""

    def __init__(self, name: str, commands: Sequence[Command]) -> None:
        self.name, self.commands = name, tuple(commands)
        allowed = " or ".join(f"`{command.value}`" for command in commands)
        super().__init__(f"{name} only works with {allowed}.")


class MisplacedArgumentError(UsageError):
    """A command was given arguments that it does not take."""

    def __init__(self, command: Command, expected: str, found: Sequence[str]) -> None:
        self.command, self.found = command, tuple(found)
        super().__init__(f"{command.value}: expected {expected}, found {' '.join(found)!r}.")


@dataclass(frozen=True)
class Token:
    """An option with its value, or (without an option) an argument."""

    text: str
    option: Option | None = None
    name: str = ""
    """The option's name as it was given."""

    @property
    def option_key(self) -> str:
        """The option's key, "" for an argument."""
        return self.option.key if self.option else ""


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
    rest, by_name, tokens = deque(words), _by_name(_any_options()), list[Token]()
    while rest:
        with suppress(UsageError):
            for token in _next_tokens(rest, by_name):
                for value in option_values([token]):
                    value.check()
                tokens.append(token)
    return _command_line(tokens, handoff)


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


def informational_text(argv: Sequence[str], columns: int | None = None) -> str | None:
    """Return the text for `--help`, `--version`, `help` or `explain`; None where none is given.

    Raises what `parse_command_line` raises, and `UnknownTopicError`.

    :param columns: the width of the terminal
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
        return help_page.information(line.arguments, columns)
    return (help_page.short_help if asked == "-h" else help_page.help_text)(line.command, columns)


def tokenize(words: Iterable[str], options: Iterable[Option]) -> Iterator[Token]:
    """Split words into options with their values, and arguments.

    Raises `UnknownOptionError`, `AmbiguousOptionError`, `UnsupportedOptionError`,
    `MissingValueError` and `UnexpectedValueError`.
    """
    rest, by_name = deque(words), _by_name(options)
    while rest:
        yield from _next_tokens(rest, by_name)


def _by_name(options: Iterable[Option]) -> dict[str, Option]:
    return {name: option for option in options for name in option.names}


def _next_tokens(rest: deque[str], by_name: Mapping[str, Option]) -> Iterator[Token]:
    """Yield what the next word is; it is taken from the rest even if it is wrong."""
    word = rest.popleft()
    if word.startswith("--"):
        yield _parse_long(word, rest, by_name)
    elif word.startswith("-") and word != "-":
        yield from _parse_short(word, rest, by_name)
    else:
        yield Token(word)


def arguments_of(tokens: Iterable[Token]) -> list[str]:
    """Return the arguments among tokens."""
    return [token.text for token in tokens if token.option is None]


def option_values(tokens: Iterable[Token], origin: Origin | None = None) -> tuple[OptionValue, ...]:
    """Return the options among tokens; their origin is their name on the command line."""
    return tuple(
        OptionValue(token.option, token.text, origin or Origin.option(token.name))
        for token in tokens
        if token.option
    )


def _check(line: CommandLine) -> None:
    for value in line.values:
        if line.command not in value.option.commands:
            raise MisplacedOptionError(value.origin.name, value.option.commands)
    if line.handoff is not None and line.command is not Command.INSTALL:
        raise MisplacedArgumentError(line.command, "nothing to hand off", ("--", *line.handoff))
    if line.command in _FILES:
        expected, least, most = _FILES[line.command]
        if not least <= len(line.arguments) <= most:
            raise MisplacedArgumentError(line.command, expected, line.arguments)


def _parse_long(word: str, rest: deque[str], by_name: Mapping[str, Option]) -> Token:
    typed, has_value, value = word.partition("=")
    name, option = _find_option(typed, by_name)
    if option.takes_value:
        return Token(value if has_value else _next_value(name, option, rest), option, name)
    if has_value:
        raise UnexpectedValueError(name, value)
    return Token("", option, name)


def _parse_short(word: str, rest: deque[str], by_name: Mapping[str, Option]) -> Iterator[Token]:
    """Yield the options of a cluster (`-qU`); the first that takes a value takes the rest of it."""
    for position, letter in enumerate(word[1:], 2):
        name, option = _find_option(f"-{letter}", by_name)
        if option.takes_value:
            yield Token(word[position:] or _next_value(name, option, rest), option, name)
            return
        yield Token("", option, name)


def _next_value(name: str, option: Option, rest: deque[str]) -> str:
    if not rest:
        raise MissingValueError(name, option)
    value = rest.popleft()
    if option.is_requirement and value in _EDITABLE:
        return f"{_EDITABLE[0]} {_next_value(value, option, rest)}"
    return value


def _find_option(name: str, by_name: Mapping[str, Option]) -> tuple[str, Option]:
    """Return an option with its full name: the one of this name, or that only it begins."""
    if name in by_name:
        return name, by_name[name]
    if name in UNSUPPORTED:
        raise UnsupportedOptionError(name, UNSUPPORTED[name])
    if not name.startswith("--"):
        raise UnknownOptionError(name, None)
    longer = [word for word, option in by_name.items() if word.startswith(name) and option.of_pip]
    unsupported = [word for word in UNSUPPORTED.keys() - REMOVED if word.startswith(name)]
    if len({by_name[word] for word in longer}) == 1 and not unsupported:
        return longer[0], by_name[longer[0]]
    if (longer or unsupported) and name != "--":
        raise AmbiguousOptionError(name, sorted([*longer, *unsupported]))
    # The option that was probably meant: one of our own that begins so, or a similar one.
    from bootstrap.formats.spelling import nearest

    words = sorted(word[2:] for word in by_name if word.startswith("--"))
    begun = [word for word in words if word.startswith(name[2:])]
    meant = begun[0] if begun else nearest(name[2:], words)
    raise UnknownOptionError(name, f"--{meant}" if meant else None)
