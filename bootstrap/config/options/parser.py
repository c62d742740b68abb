"""Options and arguments told apart by optparse's rules, which are pip's.

Own code rather than argparse, which would refuse values that begin with a dash and arguments
between options, and cannot say which of its names an option was typed by. Abbreviations are not
understood: a script must not change its meaning because we learn a new option.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bootstrap.config.options.option import Option
from bootstrap.config.options.unsupported import REFUSED
from bootstrap.errors import UsageError

EDITABLE = ("-e", "--editable")
"""What stands before an editable requirement that is an option's value."""


class UnknownOptionError(UsageError):
    """An option nobody here knows."""

    def __init__(self, name: str, nearest: str | None) -> None:
        self.name, self.nearest = name, nearest
        hint = f"Did you mean {nearest}?" if nearest else None
        super().__init__(f"There is no option {name}.", hint=hint or "See --help.")


class RefusedOptionError(UsageError):
    """An option of pip's that this program does not have."""

    def __init__(self, name: str, instead: str) -> None:
        self.name = name
        super().__init__(
            f"pip knows {name}, get-installer does not.",
            hint=f"Leave it out: {instead}; or let pip do it, by what follows `--`.",
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


@dataclass(frozen=True)
class Token:
    """An option with its value, or (without an option) an argument."""

    text: str
    option: Option | None = None
    name: str = ""
    """The option's name as it was typed."""

    @property
    def option_key(self) -> str:
        """The option's own name, "" for an argument."""
        return self.option.key if self.option else ""


def tokens(words: Iterable[str], options: Iterable[Option]) -> Iterator[Token]:
    """Tell words apart.

    Raises `UnknownOptionError`, `RefusedOptionError`, `MissingValueError`, `UnexpectedValueError`.
    """
    known = {name: option for option in options for name in option.names}
    rest = deque(words)
    while rest:
        word = rest.popleft()
        if word.startswith("--"):
            yield _long(word, rest, known)
        elif word.startswith("-") and word != "-":
            yield from _short(word, rest, known)
        else:
            yield Token(word)


def _long(word: str, rest: deque[str], known: Mapping[str, Option]) -> Token:
    name, has_value, value = word.partition("=")
    option = _lookup(name, known)
    if option.takes_value:
        return Token(value if has_value else _next(name, option, rest), option, name)
    if has_value:
        raise UnexpectedValueError(name, value)
    return Token("", option, name)


def _short(word: str, rest: deque[str], known: Mapping[str, Option]) -> Iterator[Token]:
    """Yield a cluster's options (`-qU`); the first that takes a value takes what follows it."""
    for position, letter in enumerate(word[1:], 2):
        name = f"-{letter}"
        option = _lookup(name, known)
        if option.takes_value:
            yield Token(word[position:] or _next(name, option, rest), option, name)
            return
        yield Token("", option, name)


def _next(name: str, option: Option, rest: deque[str]) -> str:
    if not rest:
        raise MissingValueError(name, option)
    value = rest.popleft()
    if option.is_requirement and value in EDITABLE:
        return f"{EDITABLE[0]} {_next(value, option, rest)}"
    return value


def _lookup(name: str, known: Mapping[str, Option]) -> Option:
    if name in known:
        return known[name]
    if name in REFUSED:
        raise RefusedOptionError(name, REFUSED[name])
    raise UnknownOptionError(name, _nearest(name, known) if name.startswith("--") else None)


def _nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the long option that was probably meant: one that begins so, or one spelt alike."""
    from difflib import get_close_matches

    words = sorted(each[2:] for each in known if each.startswith("--"))
    begun = [each for each in words if each.startswith(name[2:])]
    found = begun or get_close_matches(name[2:], words, 1)
    return f"--{found[0]}" if found else None
