"""The texts of `-h` and `--help`, made from the table of options."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bootstrap.config.options.option import Command, Option
from bootstrap.config.options.table import GROUPS, OPTIONS

WIDTH = 96
"""Columns where the output is no terminal, or a wider one."""
MIN_WIDTH = 60
_COLUMN = 30
_NARROW_COLUMN = 6
_WIDE = 75
"""Where the text about an option begins; in a narrow terminal, on a line of its own."""

_USAGE = """\
usage: get-installer.pyz [install] [OPTIONS] [REQUIREMENT ...] [-- ARGUMENTS FOR THE INSTALLER ...]
       get-installer.pyz doctor|pack|inspect|verify|extract|diff ...  (each with --help)
       get-installer.pyz help [TOPIC] | explain CODE
"""

_OTHER_USAGES = {
    Command.DOCTOR: "doctor [OPTIONS] [URL ...]",
    Command.PACK: "pack [OPTIONS] [REQUIREMENT ...] -o KIT.pyz",
    Command.INSPECT: "inspect [--json] [KIT.pyz]",
    Command.VERIFY: "verify [--id SHA256] [--json] [KIT.pyz]",
    Command.EXTRACT: "extract [KIT.pyz] DIR",
    Command.DIFF: "diff [--json] [OLD.pyz] NEW.pyz",
}

_SUMMARIES = {
    Command.INSTALL: "Installs a working installer (default: pip) into a Python environment, and"
    " hands off to it.",
    Command.PACK: "Packs requirements, for this machine or for others, into a kit: one file that"
    " installs them without a network.",
    Command.INSPECT: "Shows what is in a kit (default: this one), and for which targets.",
    Command.EXTRACT: "Writes the wheels and the lock of a kit into a directory, for pip and uv.",
    Command.DOCTOR: "Says whether it will work, and if not, why: which certificate authorities are"
    " trusted, which certificate each URL (default: each index) presents, and what each index"
    " answers.",
    Command.VERIFY: "Checks every byte of a kit (default: this one), and with --id which it is.",
    Command.DIFF: "Shows what is different in two kits.",
}

_DOCTOR_GROUPS = ("Package indexes", "Certificates", "Network and cache", "Output")
"""The groups of options that `doctor` uses; it accepts the others, and shows where they are set."""

_EPILOG = """\
Every option can also be set by a variable (PIP_INDEX_URL) or in pip.conf (index-url). The command \
line overrides the environment, which overrides pip.conf. `-v` shows where each value comes from. \
`help TOPIC` says more about: {topics}."""

_SHORT = """\
usage: get-installer.pyz [OPTIONS] [REQUIREMENT ...] [-- ARGUMENTS ...]
Installs pip, or what you name, into a Python environment (default: this one).

Examples, each after `python3 get-installer.pyz`:
  --venv demo                    pip in a virtual environment, which is created
  --venv demo requests           requests, too
  --python 3.12 -- list          pip for another Python; then `pip list` there
  --installer uv -- --version    another installer: uv, pipx, poetry, ...
  doctor                         why it does not work: certificates, indexes

Options:
{options}

--help shows every option. help TOPIC explains:
  {topics}\
"""

_MOST_USED = {
    "venv": "into a virtual environment, created if needed",
    "python": "into another interpreter, environment or version",
    "installer": "what to install and hand off to",
    "requirement": "what a requirements file or pylock.toml lists",
    "upgrade": "upgrade the requirements that are named",
    "index-url": "the package index",
    "cert": "trust exactly these certificate authorities",
    "offline": "never use the network",
    "dry-run": "only show what would be done",
    "verbose": "more detail",
}
"""The options of `-h`, each with a shorter text than in `--help`."""
TOPICS = "trust, targets, kits, configuration, hand-off, exit-codes"


def short_help(command: Command, columns: int = WIDTH) -> str:
    """Return the text of `-h`, which fits a screen; for other commands, that of `--help`."""
    if command is not Command.INSTALL:
        return help_text(command, columns)
    by_key = {option.key: option for option in OPTIONS}
    rows = [f"  {_names(by_key[key]):28} {text}" for key, text in _MOST_USED.items()]
    return _wrap(_SHORT.format(options="\n".join(rows), topics=TOPICS), columns)


def help_text(command: Command, columns: int = WIDTH) -> str:
    """Return the text of `--help`, with lines of at most so many columns."""
    width = max(MIN_WIDTH - 1, min(columns - 1, WIDTH))
    own = _OTHER_USAGES.get(command)
    usage = _USAGE if own is None else f"usage: get-installer.pyz {own}\n"
    parts = [_wrap(usage, width), *_fill(_SUMMARIES[command], width)]
    for heading, group in GROUPS.items():
        shown = [option for option in group if option.help and command in option.commands]
        if shown and (command is not Command.DOCTOR or heading in _DOCTOR_GROUPS):
            rows = (line for option in shown for line in _rows(option, width))
            parts.append("\n".join([f"\n{heading}:", *rows]))
    as_in_pip = ", ".join(
        option.long_names[0] for option in OPTIONS if command in option.commands and not option.help
    )
    lines = _fill(f"Also supported, as in pip: {as_in_pip}", width, "  ")
    return "\n".join([*parts, "", *lines, "", *_fill(_EPILOG.format(topics=TOPICS), width)])


def information(words: Sequence[str], columns: int) -> str:
    """Return the text of `help [TOPIC]` or `explain CODE`. Raises `UnknownTopicError`."""
    from bootstrap.config.options import topics

    command, names = words[0], words[1:]
    commands = {each.value: each for each in Command}
    if command == "explain":
        found = "\n\n".join(map(topics.explain_code, names)) or topics.list_codes()
    elif names and names[0] in commands:
        return help_text(commands[names[0]], columns)
    elif names:
        found = topics.help_topic(names[0])
        found = re.sub(r"(?<=[^\n])\n(?=[^\s])", " ", found)  # lines of a paragraph
    else:
        return short_help(Command.INSTALL, columns)
    return _wrap(found, columns)


def _names(option: Option) -> str:
    short_names = option.names[: len(option.names) - len(option.long_names)]
    return f"{', '.join((*short_names, option.long_names[0]))} {option.metavar}".rstrip()


def _rows(option: Option, width: int) -> Iterable[str]:
    """Yield the lines about an option: its names, and beside or below them what it does."""
    left = f"  {_names(option)}"
    column = _COLUMN if width >= _WIDE else _NARROW_COLUMN
    texts = _fill(option.help, width - column)
    if len(left) <= column - 2:
        yield f"{left:{column}}{texts.pop(0)}"
    else:
        yield left
    for text in texts:
        yield f"{' ' * column}{text}"


def _wrap(text: str, columns: int) -> str:
    """Return a text with its long lines wrapped, each below its own last column.

    But for commands, which are there to be copied.
    """
    width = max(MIN_WIDTH - 1, columns - 1)
    lines: list[str] = []
    for line in text.splitlines():
        begin = re.match(r"usage: | *\S(?:.*?\S)? {2,}", line)
        is_short = begin is not None and len(begin[0]) < width // 2 + 6
        left = begin[0] if begin and is_short else line[: len(line) - len(line.lstrip())]
        is_whole = len(line) <= width or line.startswith("  python3 ")
        parts = [] if is_whole else _fill(line[len(left) :], width - len(left))
        lines += (
            [left + parts[0], *(" " * len(left) + part for part in parts[1:])] if parts else [line]
        )
    return "\n".join(lines)


def _fill(text: str, width: int, indent: str = "") -> list[str]:
    import textwrap

    return textwrap.wrap(
        text, width, break_on_hyphens=False, break_long_words=False, subsequent_indent=indent
    )
