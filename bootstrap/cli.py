"""The command lines: argv becomes a Config, and an error becomes a message and an exit status."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import takewhile
from typing import TYPE_CHECKING, TextIO

import bootstrap
from bootstrap.dataclasses import dataclass
from bootstrap.errors import BootstrapError, UsageError
from bootstrap.signals import Terminated, kill_self, raise_on_termination
from bootstrap.ui import Display, LogFile, TerminalSettings, Ui, needs_display

if TYPE_CHECKING:
    from pathlib import Path

    from bootstrap.config.kits import KitDefaults
    from bootstrap.config.model import Config
    from bootstrap.kit.reader import Kit
    from bootstrap.report.events import EventStream

_TRACEBACKS = 2
"""The verbosity from which errors are shown with their traceback."""
_COLLECTED_AFTER = 100_000
"""New objects after which Python looks for cyclic garbage; its own 700 cost 8 % of a short run."""
_TEXTS = frozenset({"-h", "--help", "-V", "--version", "help", "explain"})
"""Options and commands that print a text and do nothing else."""
_INTERRUPTED = 130
"""The exit status that a shell reports for a program that SIGINT ended."""


class LogFileError(UsageError):
    """The file that `--log` names cannot be written."""

    def __init__(self, path: Path, error: OSError) -> None:
        self.path = path
        super().__init__(
            f"The log {path} cannot be written: {error.strerror or error}.",
            hint="Name another file with --log.",
        )


def main(argv: Sequence[str] | None = None) -> int:
    """Run get-installer's command line; return its exit status, unless a hand-off replaces us."""
    arguments = sys.argv[1:] if argv is None else argv

    def run(output: _Output) -> int:
        from bootstrap.config.options.parser import informational_text

        if (text := informational_text(arguments, _columns())) is not None:
            Ui(sys.stdout, sys.stderr).output(text)
            return 0
        from bootstrap._bundled import default_index_url
        from bootstrap.config import load

        kit = _open_own_kit()
        config = load.load(
            arguments,
            os.environ,
            default_index=default_index_url,
            kit=None if kit is None else _defaults_of(kit),
        )
        output.ui = _make_ui(output.ui.verbosity, config.terminal)
        with _open_log(config) as log:
            try:
                return _run_command(config, log, output.events, kit)
            except BootstrapError as error:
                _name_origins(error, config)
                _log_error(error, config, log)
                raise
            except Exception as error:
                _log_error(error, config, log)
                raise

    return _report_errors(arguments, run)


def _columns() -> int | None:
    """Return the width of the terminal that standard output is; None if it is none."""
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or None
    except (OSError, ValueError, AttributeError):
        return None


def ensurepip(argv: Sequence[str] | None = None) -> int:
    """Run ensurepip's command line, and return its exit status."""
    arguments = sys.argv[1:] if argv is None else argv

    def run(_output: _Output) -> int:
        from bootstrap._bundled import bundled_wheel
        from bootstrap.config import ensurepip

        if (text := ensurepip.informational_text(arguments, bundled_wheel().version)) is not None:
            Ui(sys.stdout, sys.stderr).output(text)
            return 0
        config = ensurepip.load(arguments, os.environ)
        root = config.target.root
        sys.audit("ensurepip.bootstrap", None if root is None else str(root))
        return _run_command(config)

    return _report_errors(arguments, run)


def _open_own_kit() -> Kit | None:
    """Return the kit that is running; None for a .pyz without wheels, and for a copy of modules."""
    if getattr(getattr(bootstrap.__spec__, "loader", None), "kit", None) is None:
        return None
    from bootstrap.kit.running import running_kit

    return running_kit()


def _defaults_of(kit: Kit) -> KitDefaults:
    from bootstrap.config.kits import KitDefaults

    manifest = kit.manifest
    return KitDefaults(kit.path, manifest.installer, manifest.defaults, manifest.certificates)


def _run_command(
    config: Config,
    log: LogFile | None = None,
    events: EventStream | None = None,
    kit: Kit | None = None,
) -> int:
    """Run the command of a Config; the last stage of an installation is to become the installer."""
    from bootstrap import _snapshot

    # Our own files may be replaced by this run, or removed by another process.
    _snapshot.hold(bootstrap)
    # Imported here: `--version` and a mistyped option need none of it.
    from bootstrap.config.options.option import Command
    from bootstrap.workflow.install import install

    # Standard output belongs to the report that is written there, or to the installer.
    is_taken = config.report_file == "-" or config.handoff is not None
    out = sys.stderr if is_taken else sys.stdout
    with _open_display(config) as display:
        ui = Ui(out, sys.stderr, config.verbosity, log, display, events)
        for warning in config.warnings:
            ui.warn(warning, code="configuration")
        if config.command is Command.DOCTOR:
            return _run_doctor(config, ui)
        if config.command is not Command.INSTALL:
            from bootstrap.workflow.kits import run_kit_command

            return run_kit_command(config, ui, kit)
        if kit is not None and kit.manifest.certificates:
            from bootstrap.workflow.kits import warn_of_expiry

            warn_of_expiry(kit, ui)
        handoff = install(config, ui, kit)
        if handoff is None:
            return 0
        for warning in handoff.warnings:
            ui.warn(warning, code="hand-off")
    from bootstrap.handoff.handoff import exec_installer

    return exec_installer(handoff)


@contextmanager
def _open_display(config: Config) -> Iterator[Display | None]:
    """Open the display of a run; None where plain lines are all that is written."""
    if not needs_display(config.terminal, (sys.stdout, sys.stderr), config.environ):
        yield None
        return
    from bootstrap.terminal.display import open_display

    with open_display(config.terminal, sys.stderr, config.environ, config.verbosity) as display:
        yield display


def _make_ui(verbosity: int, terminal: TerminalSettings) -> Ui:
    """Return what errors are shown with."""
    if not needs_display(terminal, (sys.stdout, sys.stderr), os.environ):
        return Ui(sys.stdout, sys.stderr, verbosity)
    from bootstrap.terminal.display import Display

    display = Display(os.environ, terminal.color)
    return Ui(sys.stdout, sys.stderr, verbosity, display=display)


def _typed_terminal(arguments: Sequence[str]) -> TerminalSettings:
    """Return what is typed about colours, for errors that occur before there is a Config."""
    ours = list(takewhile(lambda argument: argument != "--", arguments))
    typed = " ".join(ours).replace("--color=", "--color ")
    if "--no-color" in ours or "--color never" in typed:
        return TerminalSettings("never")
    return TerminalSettings("always" if "--color always" in typed else "auto")


def _name_origins(error: BootstrapError, config: Config) -> None:
    """Add to the hint where the options are set that the message names and nobody typed."""
    from bootstrap.config.options.layers import configured_mentions

    message = f"{error} {error.hint or ''}"
    origins = configured_mentions(config.setting_records, message)
    error.hint = " ".join([*([error.hint] if error.hint else []), *origins]) or None


@contextmanager
def _open_log(config: Config) -> Iterator[LogFile | None]:
    """Open what `--log` names. Raises `LogFileError`."""
    if config.log_file is None:
        yield None
        return
    try:
        config.log_file.parent.mkdir(parents=True, exist_ok=True)
        stream = config.log_file.open("a", encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise LogFileError(config.log_file, error) from error
    with stream:
        yield LogFile(stream)


def _log_error(error: Exception, config: Config, log: LogFile | None) -> None:
    """Log an error with its traceback; `--debug` shows the traceback, too."""
    from traceback import format_exc  # here and below: it imports much, and most runs succeed

    trace = format_exc().rstrip()
    if log is not None:
        log.write(f"error: {error}\n{trace}")
    typed = config.inputs.layers.last("debug")
    if config.debug and config.verbosity < _TRACEBACKS and not (typed and typed.is_command_line):
        Ui(sys.stdout, sys.stderr).error(trace)  # a typed --debug is known without the Config


def _run_doctor(config: Config, ui: Ui) -> int:
    import json

    from bootstrap.doctor import render
    from bootstrap.doctor.report import inspect

    report = inspect(config, ui)
    if config.as_json:
        ui.output(json.dumps(render.as_json(report), indent=2))
    else:
        ui.info("\n".join(render.as_text(report)))
    return report.exit_status


@dataclass
class _Output:
    """What errors are shown with: the Config says more about it than the arguments do."""

    ui: Ui
    events: EventStream | None = None
    """`--json`."""

    def finish(self, status: int, error: Mapping[str, str | None] | None = None) -> int:
        """Write the verdict of `--json`; return the exit status."""
        if self.events is None:
            return status
        self.events.verdict(status, error)
        failure = self.events.failure
        if failure is None or isinstance(failure, BrokenPipeError):
            return status
        reason = getattr(failure, "strerror", None) or failure
        self.ui.error(f"error: The events of --json cannot be written: {reason}.")
        return status or 1


def _open_events(arguments: Sequence[str]) -> EventStream | None:
    """Open the stream of `--json`, for errors that occur before there is a Config, too."""
    ours = list(takewhile(lambda argument: argument != "--", arguments))
    if "--json" not in ours or not _TEXTS.isdisjoint(ours):
        return None
    from bootstrap.config.options.option import Command
    from bootstrap.config.options.parser import parse_command_line

    with suppress(UsageError):  # which is an event, too
        line = parse_command_line(arguments)
        if line.command is not Command.INSTALL or not _TEXTS.isdisjoint(line.arguments[:1]):
            return None
    from bootstrap.report.events import EventStream

    return EventStream(sys.stdout)


def _report_errors(arguments: Sequence[str], run: Callable[[_Output], int]) -> int:
    """Run, and turn every error into a message and an exit status."""
    gc.set_threshold(_COLLECTED_AFTER)
    ui = _make_ui(_verbosity(arguments), _typed_terminal(arguments))
    output = _Output(ui, _open_events(arguments))
    try:
        with raise_on_termination():
            return output.finish(run(output))
    except BootstrapError as error:
        ui = output.ui
        ui.error(f"error: {error}")
        if error.hint:
            ui.error(f"hint: {error.hint}")
        code = _code_of(error)
        ui.error(f"code: {code}")
        _print_traceback(ui)
        facts = {"code": code, "message": str(error), "hint": error.hint}
        return output.finish(error.exit_status, facts)
    except Terminated as end:
        output.ui.error(f"{end}; no partial changes remain.")
        output.finish(128 + end.number, {"code": None, "message": str(end), "hint": None})
        kill_self(end.number)
        return _INTERRUPTED
    except KeyboardInterrupt:
        output.ui.error("Interrupted; no partial changes remain.")
        output.finish(_INTERRUPTED, {"code": None, "message": "Interrupted", "hint": None})
        kill_self(signal.SIGINT)
        return _INTERRUPTED
    except Exception as error:  # noqa: BLE001  # whatever it is, the user gets one message
        output.ui.error(f"error: internal error: {error!r}")
        output.ui.error(
            "hint: This is a bug in get-installer. Please report it with the output of -vv."
        )
        _print_traceback(output.ui)
        return output.finish(1, {"code": None, "message": repr(error), "hint": None})
    finally:
        _discard_unread_output()


def _code_of(error: BootstrapError) -> str:
    """Return an error's code, which `explain` takes: that of its class, or of the nearest base."""
    from bootstrap.codes import CODES

    names = (base.__name__ for base in type(error).__mro__)
    return next(CODES[name][0] for name in names if name in CODES)


def _verbosity(arguments: Sequence[str]) -> int:
    """Return the verbosity for errors that occur before there is a Config."""
    ours = list(takewhile(lambda argument: argument != "--", arguments))
    if "--debug" in ours:
        return _TRACEBACKS
    flags = [flag for flag in ours if flag.startswith("-v") and not flag.strip("-v")]
    return sum(flag.count("v") for flag in flags) + ours.count("--verbose")


def _print_traceback(ui: Ui) -> None:
    if ui.verbosity >= _TRACEBACKS:
        from traceback import format_exc

        ui.error(format_exc())


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
