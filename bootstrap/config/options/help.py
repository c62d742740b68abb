"""The texts of `--help` and `--version`, made from the table of options."""

from __future__ import annotations

import sys

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
    Command.INSTALL: "Installs a working installer (default: pip) into a Python environment, and"
    " hands off to it.",
    Command.PACK: "Creates a .pyz that installs the same without a network.",
    Command.DOCTOR: "Shows which certificate authorities are trusted, why, and which certificate"
    " each URL (default: each index) presents.",
    Command.VERIFY: "Checks a .pyz (default: this one) against its own hashes.",
}

_EPILOG = """\
Every option can also be set by a variable (PIP_INDEX_URL) or in pip.conf (index-url). The command
line overrides the environment, which overrides pip.conf. `-v` shows where each value comes from."""


def help_text(command: Command) -> str:
    """Return the text of `--help`."""
    import textwrap

    parts = [_USAGE, textwrap.fill(_SUMMARIES[command], _WIDTH)]
    for heading, group in GROUPS.items():
        shown = [option for option in group if option.help and command in option.commands]
        if shown:
            parts.append("\n".join([f"\n{heading}:", *map(_line, shown)]))
    as_in_pip = ", ".join(
        option.long_names[0] for option in OPTIONS if command in option.commands and not option.help
    )
    text = f"Also supported, as in pip: {as_in_pip}"
    lines = textwrap.wrap(text, _WIDTH, break_on_hyphens=False, subsequent_indent="  ")
    return "\n".join([*parts, "", *lines, "", _EPILOG])


def version_text() -> str:
    """Return the text of `--version`."""
    from bootstrap._bundled import BundleError, bundled_wheel

    try:
        bundled = f"; bundled pip {bundled_wheel().version}"
    except BundleError:  # a checkout that has not been built
        bundled = ""
    return f"get-installer {__version__} (Python {sys.version.split()[0]}{bundled})"


def _line(option: Option) -> str:
    short_names = option.names[: len(option.names) - len(option.long_names)]
    left = f"  {', '.join((*short_names, option.long_names[0]))} {option.metavar}".rstrip()
    gap = "\n" + " " * _COLUMN if len(left) > _COLUMN - 2 else " " * (_COLUMN - len(left))
    return f"{left}{gap}{option.help}"
