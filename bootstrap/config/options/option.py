"""What an option is (one row of the table), and how the text of its value is parsed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

from bootstrap.dataclasses import dataclass
from bootstrap.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

PIP_VARIABLES = "PIP_"
"""The prefix of pip's environment variables."""

_TRUE = frozenset({"y", "yes", "t", "true", "on", "1"})
_FALSE = frozenset({"n", "no", "f", "false", "off", "0"})


class Command(Enum):
    """What the program is asked to do."""

    INSTALL = "install"
    DOCTOR = "doctor"
    PACK = "pack"
    INSPECT = "inspect"
    EXTRACT = "extract"
    VERIFY = "verify"
    DIFF = "diff"


CONNECTING = (Command.INSTALL, Command.DOCTOR, Command.PACK)
"""The commands that may use the network, and so have almost all options."""
READING_KITS = (Command.INSPECT, Command.EXTRACT, Command.VERIFY, Command.DIFF)
EVERY = tuple(Command)


class OptionKind(Enum):
    """How an option's value is read, and what it means in a configuration file."""

    FLAG = "flag"
    NEGATION = "negation"
    """Switches its destination off. In a variable or a file the value itself counts, as in pip:
    `no-compile = false` means "do not compile"."""
    ABSENCE = "absence"
    """Sets its destination to nothing. As in pip, `no-cache-dir = false` means "no cache", too."""
    COUNT = "count"
    TEXT = "text"
    PATH = "path"
    LIST = "list"
    """Repeatable; split at white space in a variable or a file."""
    NAMES = "names"
    """Comma-separated project names; every layer adds to, or removes from, the layers below it."""
    PATHS = "paths"
    """Repeatable; split at line ends only, since paths may contain spaces."""


@dataclass(frozen=True)
class Option:
    """One option: its names, how its value is read, and where else it may be set."""

    spelling: str
    """Its names, short ones first, then its metavar if it takes a value.

    The first long name is its key in pip.conf and in the environment.
    """
    help: str = ""
    """One short line; an option without one is only listed by name in the help."""
    explicit_kind: OptionKind | None = None
    """Its kind, unless it is plain text (with a metavar) or a switch (without)."""
    dest: str = ""
    """The name to look it up by; several options may share one (`--compile`, `--no-compile`)."""
    choices: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    """Variables besides `PIP_*` that set it, the one with the highest precedence first."""
    configurable: bool = True
    """Whether `PIP_*` and pip.conf may set it."""
    commands: tuple[Command, ...] = CONNECTING
    in_files: bool = False
    """Whether it may stand alone on a line of a requirements file."""
    is_requirement: bool = False
    """Whether its value is one requirement, which may be two words: `-e PATH`."""
    on_requirements: bool = False
    """Whether it may follow a requirement on its line."""
    of_pip: bool = True
    """Whether pip (or ensurepip) has it, so that its users may abbreviate it; options of our own
    are always written in full, and so make no abbreviation ambiguous."""
    excludes: tuple[str, ...] = ()
    """Destinations that it cannot be used together with on one command line, each pair stated once.
    Of two that are set elsewhere, the one with the higher precedence counts."""
    replaces: tuple[str, ...] = ()
    """Destinations of which it replaces values with a lower precedence."""
    note: str = ""
    """What is different from pip, for the table in docs/drop-in.md."""

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every name it has on the command line."""
        return tuple(word for word in self.spelling.split() if word.startswith("-"))

    @property
    def metavar(self) -> str:
        """The placeholder of its value in the help; "" where it takes none."""
        last = self.spelling.split()[-1]
        return "" if last.startswith("-") else last

    @property
    def kind(self) -> OptionKind:
        """How its value is read: by default, text if it takes a value, else a switch."""
        return self.explicit_kind or (OptionKind.TEXT if self.metavar else OptionKind.FLAG)

    @property
    def takes_value(self) -> bool:
        """Whether a value follows it on the command line."""
        return bool(self.metavar)

    @property
    def long_names(self) -> tuple[str, ...]:
        """Its names of the form `--name`."""
        return tuple(name for name in self.names if name.startswith("--"))

    @property
    def key(self) -> str:
        """Its name in pip.conf, and in messages."""
        return self.long_names[0].removeprefix("--")

    @property
    def destination(self) -> str:
        """The name to look it up by."""
        return self.dest or self.key.replace("-", "_")


class InvalidValueError(UsageError):
    """A value is not of the kind that its option takes.

    Causes: the value is misspelt, empty or of another kind, on the command line, in a variable or
    in pip.conf.

    Next: the message names where it is set, and what is expected; all options are in:
        python3 get-installer.pyz --help
    """

    def __init__(self, subject: str, expected: str, found: str) -> None:
        self.subject, self.expected, self.found = subject, expected, found
        super().__init__(f"{subject}: expected {expected}, found {found!r}.")


# Each parser takes the text and the subject of its error message; it raises `InvalidValueError`.


def parse_bool(text: str, subject: str) -> bool:
    """Return a truth value in pip's spelling."""
    word = text.lower()
    if word not in _TRUE | _FALSE:
        raise InvalidValueError(subject, "yes/no, true/false, on/off or 1/0", text)
    return word in _TRUE


def parse_count(text: str, subject: str) -> int:
    """Return how often a switch such as `-v` is set; a truth value is accepted, as in pip."""
    if text.lower() in _TRUE | _FALSE:
        return int(parse_bool(text, subject))
    return parse_int(text, subject)


def parse_int(text: str, subject: str) -> int:
    """Return a whole number that is not negative."""
    if not re.fullmatch(r"\d+", text.strip(), re.ASCII):
        raise InvalidValueError(subject, "a whole number, 0 or more", text)
    return int(text)


def parse_seconds(text: str, subject: str) -> float:
    """Return a positive number of seconds."""
    try:
        number = float(text)
    except ValueError as exc:
        raise InvalidValueError(subject, "a number of seconds", text) from exc
    if not 0 < number < float("inf"):
        raise InvalidValueError(subject, "a number of seconds above 0", text)
    return number


def check_choice(text: str, subject: str, choices: Iterable[str]) -> None:
    """Check that a value is one of the allowed words."""
    if text not in choices:
        raise InvalidValueError(subject, f"one of {', '.join(choices)}", text)


def parse_datetime(text: str, subject: str, now: Callable[[], datetime]) -> datetime:
    """Return a point in time from ISO 8601, or from `PnD`: n whole days ago.

    A time without a zone is in the local time zone, as in pip.
    """
    from datetime import datetime, timedelta

    days = re.fullmatch(r"P(\d{1,6})D", text, re.ASCII)
    if days:
        return now() - timedelta(days=int(days[1]))
    try:
        # Python 3.10 does not know the Z.
        found = datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", text))
    except ValueError as exc:
        expected = "a time such as 2026-01-31 or 2026-01-31T12:00:00Z, or days such as P7D"
        raise InvalidValueError(subject, expected, text) from exc
    return found if found.tzinfo else found.astimezone()
