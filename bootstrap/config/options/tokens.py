"""Words split into options with their values, and arguments, by optparse's rules, which are pip's.

Not argparse: it refuses values that begin with a dash and arguments between options, and does not
tell which of its names an option was given by. Pip's options can be abbreviated, as optparse
allows; options of our own cannot, so that a new one never changes what an abbreviation means.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

from bootstrap.config.options.layers import OptionValue
from bootstrap.config.options.option import Option
from bootstrap.config.options.table import REMOVED, UNSUPPORTED
from bootstrap.dataclasses import dataclass
from bootstrap.errors import UsageError
from bootstrap.limits import shorten
from bootstrap.provenance import Origin

_EDITABLE = ("-e", "--editable")
"""The word before an editable requirement that is the value of an option."""


class UnknownOptionError(UsageError):
    """An option that does not exist.

    Causes: it is misspelt, or an option of another program or of a newer get-installer.

    Next: see all options; those of the installer follow `--`:
        python3 get-installer.pyz --help
        python3 get-installer.pyz --venv demo -- install --help
    """

    def __init__(self, name: str, nearest: str | None) -> None:
        self.name, self.nearest = name, nearest
        hint = f"Did you mean {nearest}?" if nearest else None
        super().__init__(f"There is no option {shorten(name)}.", hint=hint or "See --help.")


class AmbiguousOptionError(UsageError):
    """An abbreviation that several options begin with.

    Causes: options can be shortened only as far as one option begins so.

    Next: write one of those that the message lists in full; all of them are in:
        python3 get-installer.pyz --help
    """

    def __init__(self, name: str, options: Sequence[str]) -> None:
        self.name, self.options = name, tuple(options)
        super().__init__(
            f"{name} is ambiguous: it can be {', '.join(options)}.",
            hint="Write the option in full.",
        )


class UnsupportedOptionError(UsageError):
    """An option of pip that this program does not have.

    Causes: pip removed it, or it changes what get-installer guarantees.

    Next: the message says what to use instead; or let pip itself do it:
        python3 get-installer.pyz --venv demo -- install NAME
    """

    def __init__(self, name: str, alternative: str) -> None:
        self.name = name
        super().__init__(
            f"{name} is not supported.", hint=f"{alternative}, or run pip itself after `--`."
        )


class MissingValueError(UsageError):
    """An option that needs a value is the last word.

    Causes: the value was forgotten, or a variable in a script is empty.

    Next: write the value after the option:
        python3 get-installer.pyz --venv demo
    """

    def __init__(self, name: str, option: Option) -> None:
        self.name = name
        super().__init__(f"{name} needs a value: {name} {option.metavar}.")


class UnexpectedValueError(UsageError):
    """A switch was given a value.

    Causes: `=value` was appended to a switch, or a variable in pip.conf's section is meant for
    another option.

    Next: leave the value out:
        python3 get-installer.pyz --venv demo --dry-run
    """

    def __init__(self, name: str, value: str) -> None:
        self.name, self.value = name, value
        super().__init__(f"{name} takes no value, found {value!r}.")


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


def tokenize(words: Iterable[str], options: Iterable[Option]) -> Iterator[Token]:
    """Split words into options with their values, and arguments.

    Raises `UnknownOptionError`, `AmbiguousOptionError`, `UnsupportedOptionError`,
    `MissingValueError` and `UnexpectedValueError`.
    """
    rest, by_name = deque(words), _by_name(options)
    while rest:
        yield from _next_tokens(rest, by_name)


def valid_tokens(words: Iterable[str], options: Iterable[Option]) -> Iterator[Token]:
    """Split words into options with valid values, and arguments; what is wrong is left out."""
    rest, by_name = deque(words), _by_name(options)
    while rest:
        with suppress(UsageError):
            for token in _next_tokens(rest, by_name):
                for value in option_values([token]):
                    value.check()
                yield token


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
