"""The command line: argv becomes a Config, an error becomes a message and an exit status."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from bootstrap._bundled import default_index_url
from bootstrap.config.command_line import answer
from bootstrap.config.load import load
from bootstrap.errors import BootstrapError
from bootstrap.ui import Ui

if TYPE_CHECKING:
    from bootstrap.handoff import Handoff

_INTERRUPTED = 130
"""What a shell reports for a program that SIGINT ended."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit status; a hand-off replaces this process."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    return _told(arguments, lambda: _run(arguments, os.environ))


def _run(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    text = answer(arguments)
    if text is not None:
        print(text)
        return 0
    config = load(arguments, environ, default_index=default_index_url)
    ui = Ui(sys.stdout, sys.stderr, config.verbosity)
    for notice in config.notices:
        ui.warn(notice)
    # Imported here, since `--version` and a mistyped option have no need of the other rooms.
    from bootstrap import workflow

    handoff = workflow.install(config, environ, ui)
    return 0 if handoff is None else carry_out(handoff)


def _told(arguments: Sequence[str], run: Callable[[], int]) -> int:
    """Run, and turn whatever goes wrong into a message and an exit status."""
    verbosity = sum(each.count("v") for each in arguments if each.strip("-v") == "" and each)
    ui = Ui(sys.stdout, sys.stderr, verbosity)
    try:
        return run()
    except BootstrapError as error:
        _tell_error(error, ui)
        return error.exit_status
    except KeyboardInterrupt:
        ui.error("Interrupted; nothing was left half done.")
        return _INTERRUPTED
    except Exception as error:
        ui.error(f"error: get-installer met something it did not expect: {error!r}")
        ui.error("hint: This is a fault of get-installer; run it again with -vv and report it.")
        _tell_traceback(ui)
        return 1


def _tell_error(error: BootstrapError, ui: Ui) -> None:
    ui.error(f"error: {error}")
    if error.hint:
        ui.error(f"hint: {error.hint}")
    _tell_traceback(ui)


def _tell_traceback(ui: Ui) -> None:
    if ui.verbosity >= 2:
        ui.error(traceback.format_exc())


def carry_out(handoff: Handoff) -> int:
    """Become the installer: same terminal, signals, directory and exit status.

    Windows cannot replace a process, so there a child runs, and its status is returned.
    """
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    if os.name == "nt":
        import subprocess

        return subprocess.call(handoff.argv, env=dict(handoff.environ))
    os.execve(handoff.argv[0], handoff.argv, dict(handoff.environ))
