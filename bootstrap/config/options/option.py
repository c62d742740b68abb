"""What an option is: one row of the table the parsers, the help and the readers come from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

PIP_VARIABLES = "PIP_"
"""What pip's variables begin with."""


class Command(Enum):
    """What the program is asked to do."""

    INSTALL = "install"
    DOCTOR = "doctor"
    PACK = "pack"
    VERIFY = "verify"


class Kind(Enum):
    """How an option's value is read, and what it means in a configuration file."""

    FLAG = "flag"
    NEGATION = "negation"
    """Switches its destination off. pip's sharp edge is kept: in a variable or a file the value
    itself counts, so that `no-compile = false` means "do not compile"."""
    ABSENCE = "absence"
    """Says that there is none: as in pip, `no-cache-dir = false` means "no cache", too."""
    COUNT = "count"
    TEXT = "text"
    PATH = "path"
    LIST = "list"
    """Repeatable; split at white space in a variable or a file."""
    NAMES = "names"
    """Project names by comma; what any voice says adds to, or takes from, what others said."""
    PATHS = "paths"
    """Repeatable; split at line ends only, since paths may hold spaces."""


@dataclass(frozen=True)
class Option:
    """One option: its names, how its value is read, and where else it may be said."""

    spelling: str
    """Its names, short ones first, and what stands for its value in the help, if it takes one.

    The first long name is its key in pip.conf and in the environment.
    """
    help: str = ""
    """One short line; without one, the help only names the option as understood, too."""
    special: Kind | None = None
    """What `kind` cannot tell from `metavar`."""
    dest: str = ""
    """The name it is asked by; several options may share one (`--compile`, `--no-compile`)."""
    choices: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    """Variables besides `PIP_*` that say the same, strongest first."""
    configurable: bool = True
    """Whether `PIP_*` and pip.conf may say it."""
    commands: tuple[Command, ...] = tuple(Command)
    in_files: bool = False
    """Whether it may stand alone on a line of a requirements file."""
    is_requirement: bool = False
    """Whether its value is one requirement, so that `-e PATH` may stand for it: two words."""
    on_requirements: bool = False
    """Whether it may follow a requirement on its line."""

    @property
    def names(self) -> tuple[str, ...]:
        """Every name it may be typed by."""
        return tuple(word for word in self.spelling.split() if word.startswith("-"))

    @property
    def metavar(self) -> str:
        """What stands for its value; "" where it takes none."""
        last = self.spelling.split()[-1]
        return "" if last.startswith("-") else last

    @property
    def kind(self) -> Kind:
        """How its value is read: text where it takes one, else it is a switch."""
        return self.special or (Kind.TEXT if self.metavar else Kind.FLAG)

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
        """The name it is asked by."""
        return self.dest or self.key.replace("-", "_")
