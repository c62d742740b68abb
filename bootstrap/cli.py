"""The command lines: argv becomes a Config, whose command is run."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import bootstrap
from bootstrap.error_handler import ErrorHandler
from bootstrap.errors import BootstrapError, UsageError
from bootstrap.ui import Display, LogFile, Ui, columns_of, needs_display

if TYPE_CHECKING:
    from pathlib import Path

    from bootstrap.config.kits import KitDefaults
    from bootstrap.config.model import Config
    from bootstrap.config.options.layers import OptionLayers
    from bootstrap.config.options.parser import CommandLine
    from bootstrap.kit.reader import Kit
    from bootstrap.report.events import EventStream

_COLLECTED_AFTER = 100_000
"""New objects after which Python looks for cyclic garbage; its own 700 cost 8 % of a short run."""


class LogFileError(UsageError):
    """The file that `--log` names cannot be written.

    Causes: it is a directory, the disk is full, or there is no permission.

    Next: name another file:
        python3 get-installer.pyz --venv demo --log run.log
    """

    def __init__(self, path: Path, error: OSError) -> None:
        self.path = path
        super().__init__(
            f"The log {path} cannot be written: {error.strerror or error}.",
            hint="Name another file with --log.",
        )


def main(argv: Sequence[str] | None = None) -> int:
    """Run get-installer's command line; return its exit status, unless a hand-off replaces us."""
    arguments = sys.argv[1:] if argv is None else argv

    def run(handler: ErrorHandler) -> int:
        from bootstrap.config.options.option import Command
        from bootstrap.config.options.parser import informational_text

        typed = _configure_typed(handler, arguments)
        is_json = any(value.option.key == "json" for value in typed.values)
        if is_json and typed.asked_text is None and typed.command is Command.INSTALL:
            from bootstrap.report.events import EventStream

            handler.events = EventStream(sys.stdout)
        elif is_json and typed.asked_text is None:
            handler.has_document = True
        columns = columns_of(sys.stdout)
        if (text := informational_text(arguments, columns, _describe_own_kit)) is not None:
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
        _configure(handler, config.inputs.layers)
        with _open_log(config) as log:
            try:
                return _run_command(config, log, handler.events, kit)
            except Exception as error:
                if isinstance(error, BootstrapError):
                    _name_origins(error, config)
                if log is not None:
                    from traceback import format_exc  # it imports much, and most runs succeed

                    log.write(f"error: {error}\n{format_exc().rstrip()}")
                raise

    return _handle_errors(run)


def end(status: int) -> NoReturn:
    """End the process at once.

    Python would first free all objects one by one: 25 ms of a run with nothing to do, which takes
    130. What is registered for the end is called; output that cannot be written has been dropped.
    """
    atexit._run_exitfuncs()  # noqa: SLF001  # as multiprocessing does
    for stream in filter(None, (sys.stdout, sys.stderr)):
        stream.flush()
    os._exit(status)


def ensurepip(argv: Sequence[str] | None = None) -> int:
    """Run ensurepip's command line, and return its exit status."""
    arguments = sys.argv[1:] if argv is None else argv

    def run(handler: ErrorHandler) -> int:
        from bootstrap._bundled import bundled_wheel
        from bootstrap.config import ensurepip

        _configure_typed(handler, arguments)
        spec = getattr(sys.modules["__main__"], "__spec__", None)  # of ensurepip where embedded
        module = spec.parent if spec is not None else bootstrap.__name__
        version = bundled_wheel().version
        if (text := ensurepip.informational_text(arguments, version, module)) is not None:
            Ui(sys.stdout, sys.stderr).output(text)
            return 0
        config = ensurepip.load(arguments, os.environ)
        root = config.target.root
        sys.audit("ensurepip.bootstrap", None if root is None else str(root))
        return _run_command(config)

    return _handle_errors(run)


def _handle_errors(run: Callable[[ErrorHandler], int]) -> int:
    gc.set_threshold(_COLLECTED_AFTER)
    return ErrorHandler().run(run)


def _configure_typed(handler: ErrorHandler, arguments: Sequence[str]) -> CommandLine:
    """Set how errors are shown that occur before there is a Config; return what is typed."""
    from bootstrap.config.options.layers import OptionLayers
    from bootstrap.config.options.parser import parse_leniently

    typed = parse_leniently(arguments)
    _configure(handler, OptionLayers(typed.values))
    return typed


def _configure(handler: ErrorHandler, layers: OptionLayers) -> None:
    from bootstrap.config.options import output

    terminal = output.terminal_settings(layers)
    handler.configure(terminal, has_tracebacks=output.has_tracebacks(layers))


def _open_own_kit() -> Kit | None:
    """Return the kit that is running; None for a .pyz without wheels, and for a copy of modules."""
    if getattr(getattr(bootstrap.__spec__, "loader", None), "kit", None) is None:
        return None
    from bootstrap.kit.running import running_kit

    return running_kit()


def _describe_own_kit() -> Sequence[str]:
    """Return lines about the kit that is running, for the help."""
    kit = _open_own_kit()
    if kit is None:
        return ()
    from bootstrap.kit.describe import help_lines

    return tuple(help_lines(kit))


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


def _run_doctor(config: Config, ui: Ui) -> int:
    import json

    from bootstrap.doctor import render
    from bootstrap.doctor.report import inspect

    report = inspect(config, ui)
    if config.as_json:
        ui.output(json.dumps(render.as_json(report), indent=2))
    else:
        ui.info("\n".join(render.as_text(report, is_detailed=ui.verbosity >= 1)))
    return report.exit_status
