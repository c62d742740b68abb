"""Messages to the user, filtered by verbosity, without credentials and terminal escapes.

Whatever this program prints passes through here, whoever wrote it: pages, servers, metadata, file
names, child processes.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import Literal, Protocol, TextIO

from bootstrap.dataclasses import dataclass
from bootstrap.errors import BootstrapError
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


class UnwritableOutputError(BootstrapError):
    """What was asked for cannot be written to standard output.

    Causes: the disk is full, or the file is read-only.

    Next: write it elsewhere.
    """

    def __init__(self, error: OSError | ValueError) -> None:
        reason = getattr(error, "strerror", None) or error
        super().__init__(
            f"Standard output cannot be written: {reason}.",
            hint="Write to a file with enough space, or to a terminal.",
        )


@dataclass(frozen=True)
class LogFile:
    """What `--log` names: it gets every message, each line with its time, as in pip."""

    stream: TextIO

    def write(self, message: str) -> None:
        """Append a message, made `printable`; a full disk never ends a run."""
        from datetime import datetime  # here: only a log needs it

        time = datetime.now().astimezone().isoformat(timespec="milliseconds")[:23].replace(".", ",")
        with suppress(OSError, ValueError):
            lines = printable(message).splitlines() or [""]
            self.stream.write("".join(f"{time} {line}\n" for line in lines))
            self.stream.flush()


ColorChoice = Literal["auto", "always", "never"]


@dataclass(frozen=True)
class TerminalSettings:
    """How messages and progress look."""

    color: ColorChoice = "auto"
    """`--color` and `--no-color`."""
    progress: str = "auto"
    """`--progress-bar`: auto, on, off or raw."""


def is_terminal(stream: TextIO) -> bool:
    """Return whether a stream is a terminal."""
    try:
        return stream.isatty()
    except (ValueError, AttributeError):  # closed, or None without a console
        return False


def columns_of(stream: TextIO) -> int | None:
    """Return the width of a terminal; None where it is not known, or there is none."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or None
    except (OSError, ValueError, AttributeError):
        return None


def needs_display(
    settings: TerminalSettings, streams: tuple[TextIO, ...], environ: Mapping[str, str]
) -> bool:
    """Return whether anything but plain lines may be written: else nothing more is imported."""
    return (
        settings.color == "always"
        or settings.progress in {"on", "raw"}
        or bool(environ.get("FORCE_COLOR"))
        or any(map(is_terminal, streams))
    )


class Activity:
    """Something that lasts, as a context. This one is not shown; `terminal.task` has the other."""

    def __enter__(self) -> Activity:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def start(self, total: int, done: int = 0) -> None:
        """Set how much there is, and how much of it is done."""

    def advance(self, amount: int = 1) -> None:
        """Add to what is done."""

    def note(self, text: str) -> None:
        """Set what is being done right now."""


NO_ACTIVITY = Activity()


class Display(Protocol):
    """What a terminal gets besides plain lines."""

    def render(self, stream: TextIO, message: str, *, is_prose: bool) -> str:
        """Return a printable message as its stream needs it; prose may be wrapped."""
        ...

    def hidden(self) -> AbstractContextManager[None]:
        """Return a context in which a message may be written."""
        ...

    def begin(self, label: str, *, of_bytes: bool) -> Activity:
        """Return something that lasts."""
        ...


class Events(Protocol):
    """Who gets what happens for a program to read, instead of standard output."""

    def message(self, level: str, text: str, code: str | None = None) -> None:
        """Take a printable message."""
        ...

    def target(self, environment: str, python: str | None, *, is_new: bool) -> None:
        """Take where the run installs, and by which interpreter."""
        ...

    def changes(
        self,
        changed: Iterable[Mapping[str, str | None]],
        environment: str,
        *,
        created: bool,
        dry_run: bool,
    ) -> None:
        """Take what was changed, or on a dry run would be: name, before, after."""
        ...

    def activity(self, label: str, shown: Activity, *, of_bytes: bool) -> Activity:
        """Return an activity that is also shown."""
        ...


@dataclass(frozen=True)
class Ui:
    """Prints messages, made `printable`; a closed or broken stream never ends a run."""

    out: TextIO
    err: TextIO
    verbosity: int = 0
    """-1 for `-q`, 1 for `-v`, 2 for `-vv`, and so on."""
    log: LogFile | None = None
    """Gets every message, whatever the verbosity."""
    display: Display | None = None
    """Colours and progress; None: plain lines."""
    events: Events | None = None
    """`--json`: gets what would be printed on standard output, and warnings and errors, too."""

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

    def activity(self, label: str, *, of_bytes: bool = False) -> Activity:
        """Return something that lasts, whose progress is shown during the context."""
        shown = NO_ACTIVITY
        if self.display is not None and self.verbosity >= -1:
            shown = self.display.begin(label, of_bytes=of_bytes)
        if self.events is None:
            return shown
        return self.events.activity(label, shown, of_bytes=of_bytes)

    def output(self, message: str) -> None:
        """Print what the user asked for (`--version`, JSON); never silent.

        Raises `UnwritableOutputError`, unless the reader has gone.
        """
        failure = self._write(self.out, printable(message))
        if failure is not None and not isinstance(failure, BrokenPipeError):
            raise UnwritableOutputError(failure) from failure

    def info(self, message: str, *, is_command: bool = False) -> None:
        """Print what was done, or (not wrapped) a command to copy; silent with `-q`."""
        is_shown = self.verbosity >= 0
        self._show(self.out, message, "info", is_shown=is_shown, is_prose=not is_command)

    def detail(self, message: str) -> None:
        """Print how it is being done; shown with `-v`."""
        self._show(self.out, message, "detail", is_shown=self.verbosity >= 1, is_prose=True)

    def trace(self, message: str) -> None:
        """Print what helps to find a bug; shown with `-vv`."""
        self._show(self.out, message, "trace", is_shown=self.verbosity >= 2, is_prose=True)

    def warn(self, message: str, *, code: str = "other") -> None:
        """Print a warning; silent with `-qq`. Its code is for `--json`."""
        message = shorten_message(redact(message))
        if self.events is not None:
            self.events.message("warning", printable(message), code)
        self._show(self.err, f"warning: {message}", is_shown=self.verbosity >= -1, is_prose=True)

    def error(self, message: str) -> None:
        """Print why the run ends; never silent."""
        self._show(self.err, message, is_shown=True, is_prose=True)

    def _show(
        self,
        stream: TextIO,
        message: str,
        level: str | None = None,
        *,
        is_shown: bool,
        is_prose: bool = False,
    ) -> None:
        if self.log is not None:
            self.log.write(message)
        if not is_shown:
            return
        message = printable(message)
        if self.events is not None and level is not None:
            self.events.message(level, message)
            return
        if self.display is not None:
            message = self.display.render(stream, message, is_prose=is_prose)
        self._write(stream, message)

    def _write(self, stream: TextIO, message: str) -> OSError | ValueError | None:
        with nullcontext() if self.display is None else self.display.hidden():
            return self._write_line(stream, f"{message}\n")

    @staticmethod
    def _write_line(stream: TextIO | None, line: str) -> OSError | ValueError | None:
        """Return why it failed: a reader that has gone (`| head`) undoes no installation."""
        if stream is None:  # it was closed before we were started
            return None
        try:
            try:
                stream.write(line)  # in one piece: lines of threads never run together
            except UnicodeEncodeError:
                encoding = stream.encoding or "ascii"
                stream.write(line.encode(encoding, "backslashreplace").decode(encoding))
            stream.flush()
        except (OSError, ValueError) as error:
            return error
        return None
