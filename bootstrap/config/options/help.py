"""`--help` and `--version`: the table of options, told on two screens rather than on five."""

from __future__ import annotations

import platform
import textwrap
from collections.abc import Iterable, Iterator

from bootstrap import __version__
from bootstrap.config.options.option import Command, Option
from bootstrap.config.options.table import GROUPS, OPTIONS

_WIDTH = 96
_COLUMN = 30

_USAGE = """\
usage: get-installer.pyz [install] [OPTIONS] [REQUIREMENT ...] [-- ARGUMENTS FOR THE INSTALLER ...]
       get-installer.pyz doctor [OPTIONS] [URL ...]
"""

_SUMMARIES = {
    Command.INSTALL: "Puts a working installer (pip, unless another is named) into a Python"
    " environment, and hands off to it.",
    Command.PACK: "Makes a .pyz that installs the same without a network.",
    Command.DOCTOR: "Says which certificate authorities are trusted, why, and what each URL"
    " (or else each index) presents.",
    Command.VERIFY: "Checks a .pyz (or else this one) against its own hashes.",
}

_EPILOG = """\
Every option may also be said as a variable (PIP_INDEX_URL) or in pip.conf (index-url); the command
line beats the environment beats pip.conf. `-v` tells where each value came from."""


def help_text(command: Command) -> str:
    """Return what `--help` says."""
    options = [option for option in OPTIONS if command in option.commands]
    parts = [_USAGE, textwrap.fill(_SUMMARIES[command], _WIDTH)]
    parts += [
        part for heading, group in GROUPS.items() if (part := _section(heading, group, command))
    ]
    return "\n".join([*parts, _also(options), "", _EPILOG])


def version_text() -> str:
    """Return what `--version` says."""
    return f"get-installer {__version__} (Python {platform.python_version()})"


def _section(heading: str, group: Iterable[Option], command: Command) -> str:
    shown = [option for option in group if option.help and command in option.commands]
    return "\n".join([f"\n{heading}:", *map(_line, shown)]) if shown else ""


def _line(option: Option) -> str:
    names = ", ".join(
        (*option.names[: len(option.names) - len(option.long_names)], option.long_names[0])
    )
    left = f"  {names} {option.metavar}".rstrip()
    gap = "\n" + " " * _COLUMN if len(left) > _COLUMN - 2 else " " * (_COLUMN - len(left))
    return f"{left}{gap}{option.help}"


def _also(options: list[Option]) -> str:
    """Name the options that need no telling, since they mean what they mean to pip."""
    text = "Understood as in pip: " + ", ".join(_names_only(options))
    lines = textwrap.wrap(text, _WIDTH, break_on_hyphens=False, subsequent_indent="  ")
    return "\n".join(["", *lines])


def _names_only(options: list[Option]) -> Iterator[str]:
    return (option.long_names[0] for option in options if not option.help)
