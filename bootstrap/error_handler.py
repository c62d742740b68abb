"""The end of a run: an error becomes a message, the verdict of `--json`, and an exit status."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

from bootstrap.errors import BootstrapError
from bootstrap.signals import Terminated, kill_self, raise_on_termination
from bootstrap.ui import TerminalSettings, Ui, needs_display, printable

if TYPE_CHECKING:
    from bootstrap.report.events import EventStream

_INTERRUPTED = 130
"""The exit status that a shell reports for a program that SIGINT ended."""


class ErrorHandler:
    """Shows the error that ends a run; the run says how, as soon as it knows."""

    def __init__(self) -> None:
        self._ui = Ui(sys.stdout, sys.stderr)
        self._has_tracebacks = False
        self.events: EventStream | None = None
        """`--json` of an installation."""
        self.has_document = False
        """`--json` of another command: standard output gets one object, for an error, too."""

    def configure(self, terminal: TerminalSettings, *, has_tracebacks: bool) -> None:
        """Set how errors are shown from now on."""
        self._has_tracebacks = has_tracebacks
        display = None
        if needs_display(terminal, (sys.stdout, sys.stderr), os.environ):
            from bootstrap.terminal.display import Display

            display = Display(os.environ, terminal.color)
        self._ui = Ui(sys.stdout, sys.stderr, display=display)

    def run(self, run: Callable[[ErrorHandler], int]) -> int:
        """Run, and turn every error into a message and an exit status."""
        try:
            with raise_on_termination():
                return self._finish(run(self))
        except BootstrapError as error:
            code = _code_of(error)
            self._ui.error(f"error: {error}")
            if error.hint:
                self._ui.error(f"hint: {error.hint}")
            self._ui.error(f"code: {code}")
            self._print_traceback()
            facts = {"code": code, "message": str(error), "hint": error.hint}
            return self._finish(error.exit_status, facts)
        except Terminated as end:
            self._ui.error(f"{end}; no partial changes remain.")
            self._finish(128 + end.number, _without_code(str(end)))
            kill_self(end.number)
            return _INTERRUPTED
        except KeyboardInterrupt:
            self._ui.error("Interrupted; no partial changes remain.")
            self._finish(_INTERRUPTED, _without_code("Interrupted"))
            kill_self(signal.SIGINT)
            return _INTERRUPTED
        except Exception as error:  # noqa: BLE001  # whatever it is, the user gets one message
            self._ui.error(f"error: internal error: {error!r}")
            self._ui.error(
                "hint: This is a bug in get-installer. Please report it with the output of -vv."
            )
            self._print_traceback()
            return self._finish(1, _without_code(repr(error)))
        finally:
            _discard_unread_output()

    def _finish(self, status: int, error: Mapping[str, str | None] | None = None) -> int:
        """Write the verdict of `--json`; return the exit status."""
        if self.has_document and error is not None:
            from json import dumps

            shown = {key: text and printable(text) for key, text in error.items()}
            with suppress(BootstrapError):  # where it cannot be written, the error is shown anyway
                self._ui.output(dumps({"status": status, "error": shown}, indent=2))
        if self.events is None:
            return status
        self.events.verdict(status, error)
        failure = self.events.failure
        if failure is None or isinstance(failure, BrokenPipeError):
            return status
        reason = getattr(failure, "strerror", None) or failure
        self._ui.error(f"error: The events of --json cannot be written: {reason}.")
        return status or 1

    def _print_traceback(self) -> None:
        if self._has_tracebacks:
            from traceback import format_exc  # it imports much, and most runs succeed

            self._ui.error(format_exc())


def _code_of(error: BootstrapError) -> str:
    """Return an error's code, which `explain` takes: that of its class, or of the nearest base."""
    from bootstrap.codes import CODES

    names = (base.__name__ for base in type(error).__mro__)
    return next(CODES[name][0] for name in names if name in CODES)


def _without_code(message: str) -> dict[str, str | None]:
    return {"code": None, "message": message, "hint": None}


def _discard_unread_output() -> None:
    """Replace streams whose reader has gone, or Python would end with status 120."""
    for stream in filter(None, (sys.stdout, sys.stderr)):
        if not _can_flush(stream):
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _can_flush(stream: TextIO) -> bool:
    try:
        stream.flush()
    except (OSError, ValueError):
        return False
    return True
