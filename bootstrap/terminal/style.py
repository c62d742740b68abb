"""Which stream is coloured, and how its lines are wrapped."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from typing import TextIO

from bootstrap.ui import ColorChoice, is_terminal

_COLORS = {
    "error:": "1;31",
    "warning:": "1;33",
    "hint:": "1;36",
    "code:": "2",
    "+ ": "32",
    "~ ": "33",
}
"""What a message begins with, and the attributes (SGR) of that beginning."""
_WINDOWS_TERMINALS = ("WT_SESSION", "ANSICON", "TERM", "ConEmuANSI")
_COMMAND = re.compile(r"\s*(python3|openssl) ")
"""A line that is a command to copy; so is what follows an empty line and is indented."""
_QUOTED = re.compile(r"`[^`]+`")
_HELD = "\0"
"""In place of a space where a line must not be broken; messages do not have it."""
MIN_WIDTH = 40
"""Columns; in fewer, lines are not wrapped any narrower."""
_FINGERPRINT = re.compile(r"(?:[0-9A-Fa-f]{2}:){15,}[0-9A-Fa-f]{2}")
_BYTES = re.compile(r"((?:..:){8})")
_BREAK = "\x0b"
"""Where a line may be broken, and nothing is written otherwise; messages do not have it."""


def understands_escapes(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Return whether a stream is a terminal that understands escape sequences."""
    if not is_terminal(stream) or environ.get("TERM") == "dumb":
        return False
    return sys.platform != "win32" or any(environ.get(name) for name in _WINDOWS_TERMINALS)


def is_colored(stream: TextIO, environ: Mapping[str, str], choice: ColorChoice) -> bool:
    """Return whether messages on a stream are coloured: NO_COLOR overrides FORCE_COLOR."""
    if choice != "auto":
        return choice == "always"
    if environ.get("NO_COLOR"):
        return False
    return bool(environ.get("FORCE_COLOR")) or understands_escapes(stream, environ)


def paint(message: str) -> str:
    """Return a message with its beginning coloured, if that is of a known kind."""
    for beginning, attributes in _COLORS.items():
        if message.startswith(beginning):
            word = beginning.rstrip()
            return f"\x1b[{attributes}m{word}\x1b[0m{message[len(word) :]}"
    return message


def wrap(message: str, columns: int) -> str:
    """Return a message wrapped between words; long words, such as paths, stay whole.

    So do commands, which have a line of their own or are quoted: they are there to be copied.
    Fingerprints are broken between bytes.
    """
    width = max(columns, MIN_WIDTH)
    if len(message) < width:
        return message
    import textwrap

    lines: list[str] = []
    is_block = False
    for line in message.splitlines():
        is_block = line.startswith("    ") and (is_block or lines[-1:] == [""])
        if is_block or _COMMAND.match(line):
            lines.append(line)
            continue
        held = _QUOTED.sub(lambda found: found[0].replace(" ", _HELD), line)
        held = _FINGERPRINT.sub(lambda found: _BYTES.sub(rf"\1{_BREAK}", found[0]), held)
        indent = line[: len(line) - len(line.lstrip())]
        lines += textwrap.wrap(
            held[len(indent) :],
            width - 1,
            initial_indent=indent,
            subsequent_indent=f"{indent}  " if indent else "",
            break_long_words=False,
            break_on_hyphens=False,
            replace_whitespace=False,
        ) or [""]
    return "\n".join(lines).replace(_HELD, " ").replace(_BREAK, "")
