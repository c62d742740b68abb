"""Messages to the user, filtered by verbosity, without credentials and terminal escapes.

Whatever this program prints passes through here, whoever wrote it: pages, servers, metadata, file
names, child processes.
"""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from typing import TextIO

from bootstrap.dataclasses import dataclass
from bootstrap.limits import shorten_message
from bootstrap.redaction import redact

_PRINTED = frozenset("\n\t\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}")
"""Not printable by Unicode's definition, but harmless: the joiners are letters of some scripts."""


def printable(text: str) -> str:
    """Return a text without credentials, and with its control characters escaped.

    Those that act on a terminal or reorder text: C0 and C1, line separators, bidirectional
    formatting, undecodable bytes.
    """
    if not text.isascii() or not text.isprintable():
        text = "".join(c if _is_harmless(c) else ascii(c)[1:-1] for c in text)
    return redact(text)


def _is_harmless(character: str) -> bool:
    return (
        character.isprintable()
        or character in _PRINTED
        or unicodedata.category(character) in {"Zs", "Co"}
    )


@dataclass(frozen=True)
class LogFile:
    """What `--log` names: it gets every message, each line with its time, as in pip."""

    stream: TextIO

    def write(self, message: str) -> None:
        """Append a message; a full disk never ends a run."""
        from datetime import datetime  # here: only a log needs it

        time = datetime.now().astimezone().isoformat(timespec="milliseconds")[:23].replace(".", ",")
        with suppress(OSError, ValueError):
            self.stream.write("".join(f"{time} {line}\n" for line in message.splitlines() or [""]))
            self.stream.flush()


@dataclass(frozen=True)
class Ui:
    """Prints messages, made `printable`; a closed or broken stream never ends a run."""

    out: TextIO
    err: TextIO
    verbosity: int = 0
    """-1 for `-q`, 1 for `-v`, 2 for `-vv`, and so on."""
    log: LogFile | None = None
    """Gets every message, whatever the verbosity."""

    @property
    def is_tracing(self) -> bool:
        """Whether anybody reads what is traced; else it need not be put into words."""
        return self.verbosity >= 2 or self.log is not None

    def can_print(self, text: str) -> bool:
        """Whether standard output has characters for a text."""
        try:
            text.encode(getattr(self.out, "encoding", None) or "utf-8")
        except (UnicodeEncodeError, LookupError):
            return False
        return True

    def output(self, message: str) -> None:
        """Print what the user asked for (`--version`, JSON); never silent."""
        self._write(self.out, message)

    def info(self, message: str) -> None:
        """Print what was done; silent with `-q`."""
        self._show(self.out, message, is_shown=self.verbosity >= 0)

    def detail(self, message: str) -> None:
        """Print how it is being done; shown with `-v`."""
        self._show(self.out, message, is_shown=self.verbosity >= 1)

    def trace(self, message: str) -> None:
        """Print what helps to find a bug; shown with `-vv`."""
        self._show(self.out, message, is_shown=self.verbosity >= 2)

    def warn(self, message: str) -> None:
        """Print a warning; silent with `-qq`."""
        message = shorten_message(redact(message))
        self._show(self.err, f"warning: {message}", is_shown=self.verbosity >= -1)

    def error(self, message: str) -> None:
        """Print why the run ends; never silent."""
        self._show(self.err, message, is_shown=True)

    def _show(self, stream: TextIO, message: str, *, is_shown: bool) -> None:
        if self.log is not None:
            self.log.write(message)
        if is_shown:
            self._write(stream, message)

    @staticmethod
    def _write(stream: TextIO, message: str) -> None:
        message = printable(message)
        # A reader that has gone (`| head`) or a closed stdout must not undo an installation.
        with suppress(OSError, ValueError):
            try:
                print(message, file=stream, flush=True)
            except UnicodeEncodeError:
                encoding = stream.encoding or "ascii"
                plain = message.encode(encoding, "backslashreplace").decode(encoding)
                print(plain, file=stream, flush=True)
