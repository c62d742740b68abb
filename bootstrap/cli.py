"""The command lines: argv becomes a Config, an error becomes a message and an exit status."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import takewhile
from typing import TYPE_CHECKING, TextIO

import bootstrap
from bootstrap import _snapshot
from bootstrap._bundled import bundled_wheel, default_index_url
from bootstrap.errors import BootstrapError
from bootstrap.signals import Terminated, kill_self, raise_on_termination
from bootstrap.ui import Ui

if TYPE_CHECKING:
    from bootstrap.config.model import Config

_INTERRUPTED = 130
"""What a shell reports for a program that SIGINT ended."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run get-installer's command line; return its exit status, unless a hand-off takes over."""
    arguments = sys.argv[1:] if argv is None else argv
    return _told(arguments, lambda: _get_installer(arguments))


def ensurepip(argv: Sequence[str] | None = None) -> int:
    """Run ensurepip's command line, and return its exit status."""
    arguments = sys.argv[1:] if argv is None else argv
    return _told(arguments, lambda: _ensurepip(arguments))


def _get_installer(arguments: Sequence[str]) -> int:
    from bootstrap.config import load
    from bootstrap.config.options.command_line import answer

    if (text := answer(arguments)) is not None:
        Ui(sys.stdout, sys.stderr).answer(text)
        return 0
    return _carried_out(load.load(arguments, os.environ, default_index=default_index_url))


def _ensurepip(arguments: Sequence[str]) -> int:
    from bootstrap.config import ensurepip

    if (text := ensurepip.answer(arguments, bundled_wheel().version)) is not None:
        Ui(sys.stdout, sys.stderr).answer(text)
        return 0
    config = ensurepip.load(arguments, os.environ)
    root = config.target.root
    sys.audit("ensurepip.bootstrap", None if root is None else str(root))
    return _carried_out(config)


def _carried_out(config: Config) -> int:
    _snapshot.hold(bootstrap)  # this run may replace, and another process remove, what it runs from
    # Imported here: `--version` and a mistyped option have no need of the other rooms.
    from bootstrap.config.options.option import Command
    from bootstrap.workflow.install import install

    # Standard output is the report's that goes there, or the installer's that takes over.
    is_taken = config.report_file == "-" or config.handoff is not None
    out = sys.stderr if is_taken else sys.stdout
    ui = Ui(out, sys.stderr, config.verbosity)
    for notice in config.notices:
        ui.warn(notice)
    if config.command is Command.DOCTOR:
        return _examined(config, ui)
    handoff = install(config, os.environ, ui)
    if handoff is None:
        return 0
    for notice in handoff.notices:
        ui.warn(notice)
    from bootstrap.handoff.process import become

    return become(handoff)


def _examined(config: Config, ui: Ui) -> int:
    import json

    from bootstrap.doctor import render
    from bootstrap.doctor.report import inspect

    report = inspect(config, os.environ, ui)
    if config.as_json:
        ui.answer(json.dumps(render.as_json(report), indent=2))
    else:
        ui.tell("\n".join(render.as_text(report)))
    return report.exit_status


def _told(arguments: Sequence[str], run: Callable[[], int]) -> int:
    """Run, and turn whatever goes wrong into a message and an exit status."""
    ui = Ui(sys.stdout, sys.stderr, _verbosity(arguments))
    try:
        with raise_on_termination():
            return run()
    except BootstrapError as error:
        ui.error(f"error: {error}")
        if error.hint:
            ui.error(f"hint: {error.hint}")
        _tell_traceback(ui)
        return error.exit_status
    except Terminated as end:
        ui.error(f"{end}; nothing was left half done.")
        kill_self(end.number)
        return _INTERRUPTED
    except KeyboardInterrupt:
        ui.error("Interrupted; nothing was left half done.")
        kill_self(signal.SIGINT)
        return _INTERRUPTED
    except Exception as error:  # noqa: BLE001  # whatever it is, the user gets one message
        ui.error(f"error: get-installer met something it did not expect: {error!r}")
        ui.error("hint: This is a fault of get-installer; run it again with -vv and report it.")
        _tell_traceback(ui)
        return 1
    finally:
        _let_go_of_readers_who_went_away()


def _let_go_of_readers_who_went_away() -> None:
    """Drop what nobody will read, or Python would end with status 120 for it."""
    for stream in filter(None, (sys.stdout, sys.stderr)):
        if not _is_heard(stream):
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _is_heard(stream: TextIO) -> bool:
    try:
        stream.flush()
    except (OSError, ValueError):
        return False
    return True


def _verbosity(arguments: Sequence[str]) -> int:
    """Return how much to tell of an error that keeps us from having a Config."""
    ours = list(takewhile(lambda each: each != "--", arguments))
    flags = [each for each in ours if each.startswith("-v") and not each.strip("-v")]
    return sum(each.count("v") for each in flags) + ours.count("--verbose")


def _tell_traceback(ui: Ui) -> None:
    if ui.verbosity >= 2:
        ui.error(traceback.format_exc())
