"""The texts of `-h` and `--help`, made from the table of options."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bootstrap.config.options.option import Command, Option
from bootstrap.config.options.table import GROUPS, OPTIONS

WIDTH = 96
"""Columns where the output is no terminal, or a wider one."""
MIN_WIDTH = 40
TOPICS = "trust, targets, kits, configuration, hand-off, exit-codes"
_COLUMN = 30
_NARROW_COLUMN = 6
_COMMAND = re.compile(r"  (\w+=\S+ )?(python3|openssl|git|sha256sum|sudo|PYTHON) ")
"""A line that is a command to copy."""
_WIDE = 75
"""Where the text about an option begins; in a narrow terminal, on a line of its own."""

_USAGE = """\
usage: get-installer.pyz [install] [OPTIONS] [REQUIREMENT ...] [-- ARGUMENTS FOR THE INSTALLER ...]
       get-installer.pyz doctor|pack|inspect|verify|extract|diff ...
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

_EXAMPLES = {
    Command.DOCTOR: (
        "  python3 get-installer.pyz doctor",
        "  python3 get-installer.pyz doctor https://example.org",
    ),
    Command.PACK: (
        "  python3 get-installer.pyz pack poetry -o KIT.pyz",
        "  python3 KIT.pyz --venv demo",
    ),
    Command.INSPECT: ("  python3 get-installer.pyz inspect KIT.pyz",),
    Command.VERIFY: ("  python3 get-installer.pyz verify KIT.pyz",),
    Command.EXTRACT: ("  python3 get-installer.pyz extract KIT.pyz wheels",),
    Command.DIFF: ("  python3 get-installer.pyz diff OLD.pyz NEW.pyz",),
}

_INFORMATION = {
    "help": f"""\
usage: get-installer.pyz help [TOPIC | COMMAND]
Explains a topic or a command, without a network.

  python3 get-installer.pyz help trust

Topics: {TOPICS}
Commands: {", ".join(command.value for command in Command)}, explain""",
    "explain": """\
usage: get-installer.pyz explain [CODE ...]
Says what an error means, why it comes about most often, and what to do; without a code, lists all.

  python3 get-installer.pyz explain GI-TRUST-003""",
}
"""Commands that only print a text, and the help about them."""

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
"""

_SHORT_ENDING = """\
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
_MOST_USED_OF = {
    Command.DOCTOR: ("index-url", "cert", "add-cert", "proxy", "json", "verbose"),
    Command.PACK: (
        *("requirement", "python", "target", "output", "from", "locked", "build", "defaults"),
        "dry-run",
    ),
    Command.INSPECT: ("json", "verbose"),
    Command.VERIFY: ("id", "json"),
    Command.EXTRACT: (),
    Command.DIFF: ("json",),
}
"""The same of the other commands."""


def short_help(command: Command, columns: int = WIDTH, about_kit: Sequence[str] = ()) -> str:
    """Return the text of `-h`, which fits a screen.

    :param about_kit: what the kit is that is running
    """
    if command is not Command.INSTALL:
        return _short_help_of(command, columns)
    by_key = {option.key: option for option in OPTIONS}
    rows = [f"  {_names(by_key[key]):28} {text}" for key, text in _MOST_USED.items()]
    beginning = "\n".join(about_kit) if about_kit else _SHORT
    ending = _SHORT_ENDING.format(options="\n".join(rows), topics=TOPICS)
    return _wrap(f"{beginning}\n{ending}", columns)


def _short_help_of(command: Command, columns: int) -> str:
    width = max(MIN_WIDTH - 1, min(columns - 1, WIDTH))
    shown = [
        option
        for option in OPTIONS
        if command in option.commands and option.key in _MOST_USED_OF[command]
    ]
    rows = (line for option in shown for line in _rows(option, width))
    options = ["\n".join(["", "Options:", *rows])] if shown else []
    more = _fill(f"`help {command.value}` shows every option.", width)
    return "\n".join([*_head(command, width), *options, "", *more])


def _head(command: Command, width: int) -> list[str]:
    """Return the usage, what the command is for, and examples."""
    own = _OTHER_USAGES.get(command)
    usage = _USAGE if own is None else f"usage: get-installer.pyz {own}\n"
    head = [_wrap(usage, width + 1), *_fill(_SUMMARIES[command], width)]
    return [*head, "", *_EXAMPLES[command]] if command in _EXAMPLES else head


def help_text(command: Command, columns: int = WIDTH, about_kit: Sequence[str] = ()) -> str:
    """Return the text of `--help`, with lines of at most so many columns."""
    width = max(MIN_WIDTH - 1, min(columns - 1, WIDTH))
    parts = [*(_wrap(line, columns) for line in about_kit), *_head(command, width)]
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


def information_help(command: str, columns: int) -> str:
    """Return the text of `help --help` or `explain --help`."""
    return _wrap(_INFORMATION[command], columns)


def information(words: Sequence[str], columns: int, about_kit: Sequence[str] = ()) -> str:
    """Return the text of `help [TOPIC]` or `explain CODE`. Raises `UnknownTopicError`."""
    from bootstrap.config.options import topics

    command, names = words[0], words[1:]
    commands = {each.value: each for each in Command}
    if command == "explain":
        found = "\n\n".join(map(topics.explain_code, names)) or topics.list_codes()
    elif names and names[0] in commands:
        return help_text(commands[names[0]], columns)
    elif names and names[0] in _INFORMATION:
        return information_help(names[0], columns)
    elif names:
        found = topics.help_topic(names[0])
        found = re.sub(r"(?<=[^\n])\n(?=[^\s])", " ", found)  # lines of a paragraph
    else:
        return short_help(Command.INSTALL, columns, about_kit)
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
        if len(line) <= width or _COMMAND.match(line):
            lines.append(line)
            continue
        left = line[: len(line) - len(line.lstrip())]
        if begin is not None and len(begin[0]) < width // 2 + 6:
            left = begin[0]
        elif begin is not None:  # two columns, and no room for the second one
            lines.append(begin[0].rstrip())
            left = " " * _NARROW_COLUMN
        rest = line[len(begin[0]) :] if begin is not None else line.strip()
        parts = _fill(rest, width - len(left))
        lines += [left + parts[0], *(" " * len(left) + part for part in parts[1:])]
    return "\n".join(lines)


def _fill(text: str, width: int, indent: str = "") -> list[str]:
    import textwrap

    return textwrap.wrap(
        text, width, break_on_hyphens=False, break_long_words=False, subsequent_indent=indent
    )
