"""Querying an interpreter: the probe script runs in it as a child, or in this process."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from bootstrap.environment import _probe_script
from bootstrap.environment.discovery import PythonCommand
from bootstrap.environment.interpreter import Interpreter, parse_interpreter
from bootstrap.environment.own_venv import describe_own_venv
from bootstrap.environment.python_process import DROP_CURRENT_DIRECTORY, isolated_environment
from bootstrap.environment.settings import TargetSettings
from bootstrap.errors import BootstrapError
from bootstrap.formats.documents import parse_json
from bootstrap.formats.specifiers import parse_version
from bootstrap.limits import LimitError

OLDEST_SUPPORTED = (2, 7)

# The first option is one that shells and other interpreters refuse: they must not run the script.
_OPTIONS = ("-Wignore", "-B", "-c")


class NotPythonError(BootstrapError):
    """A command is not a Python interpreter, or not one that works.

    Causes: the path leads to another program, a broken installation, or a wrapper that prints
    something.

    Next: start it by hand:
        PYTHON -I -c "import sys; print(sys.version)"
    """

    def __init__(self, command: PythonCommand, reason: str) -> None:
        super().__init__(
            f"{' '.join(command)} is not a working Python: {reason}",
            hint="Run it yourself with `-c pass`, or name another interpreter with --python.",
        )
        self.command = command
        self.reason = reason


class InterpreterNotRunnableError(NotPythonError):
    """The operating system cannot run the file.

    Causes: the file is not executable, damaged, or for another machine.

    Next: start it by hand, or name another one:
        PYTHON --version
    """


class InterpreterHungError(BootstrapError):
    """An interpreter did not describe itself in time.

    Causes: the machine is very busy, the interpreter is a wrapper that waits for something, or a
    sitecustomize hangs.

    Next: start it by hand and see what it does:
        PYTHON -I -c pass
    """

    def __init__(self, command: PythonCommand, seconds: float) -> None:
        super().__init__(
            f"{' '.join(command)} did not answer within {seconds:g} seconds",
            hint="Check what it runs at start-up (sitecustomize, .pth files), or name another "
            "interpreter with --python.",
        )
        self.command = command


class UnsupportedTargetError(BootstrapError):
    """An interpreter is too old to be a target.

    Causes: it is older than Python 2.7, or Python 3.0 to 3.2.

    Next: choose a newer one:
        python3 get-installer.pyz --python 3.12
    """

    def __init__(self, command: PythonCommand, version: tuple[int, ...]) -> None:
        found = ".".join(map(str, version[:3]))
        super().__init__(
            f"{' '.join(command)} is Python {found}; supported targets are Python 2.7, and 3.3 or "
            "later",
            hint="Name another interpreter with --python.",
        )
        self.version = version


def query_interpreter(command: PythonCommand, settings: TargetSettings) -> Interpreter:
    """Return the interpreter that `command` starts, as it describes itself.

    :raises NotPythonError, InterpreterHungError, UnsupportedTargetError: it cannot be a target
    """
    path, own = Path(command[0]), Path(sys.executable or os.devnull)
    is_running = False  # whether it is our interpreter in our environment, maybe by another link
    with suppress(OSError):
        is_same = path.samefile(own) and path.parent.samefile(own.parent)
        # Some network redirectors of Windows report the number 0 for every file.
        is_known = path == own or own.stat().st_ino != 0
        is_running = is_same and is_known and len(command) == 1
    if is_running:
        return running_interpreter(settings)
    if len(command) == 1 and settings.prefix is None:
        known = describe_own_venv(path, lambda: running_interpreter(settings))
        if known is not None:
            return known
    return _query_child(command, settings)


def running_interpreter(settings: TargetSettings) -> Interpreter:
    """Return the interpreter that runs us, as it is when it is started without options.

    A child is needed only where an option (`-S`, `-s`, `-I`) disabled what `site` does.
    """
    if not sys.executable:
        raise NotPythonError(("the Python that runs us",), "its own path is not known")
    if sys.flags.no_site or sys.flags.no_user_site:
        return _query_child((sys.executable,), settings, running=True)
    facts = _probe_script.describe(str(settings.prefix) if settings.prefix else None)
    # What a Python that was built for an older macOS reports on macOS 11 and later.
    if facts["build"].get("mac_version", "").startswith("10.16"):
        return _query_child((sys.executable,), settings, running=True)
    return parse_interpreter(facts, running=True)


def _query_child(
    command: PythonCommand, settings: TargetSettings, *, running: bool = False
) -> Interpreter:
    program = DROP_CURRENT_DIRECTORY + _probe_script.script()
    arguments = [str(settings.prefix)] if settings.prefix else []
    import subprocess

    from bootstrap.environment.limited_output import run_program

    try:
        done = run_program(
            [*command, *_OPTIONS, program, *arguments],
            isolated_environment(settings.environment),
            settings.timeout,
        )
    except subprocess.TimeoutExpired as exc:
        raise InterpreterHungError(command, settings.timeout) from exc
    except OSError as exc:
        raise InterpreterNotRunnableError(command, exc.strerror or str(exc)) from exc
    except LimitError as exc:
        raise NotPythonError(command, f"it printed {exc}") from exc
    text = done.out.decode("ascii", "replace")
    document, end, _ = text.rpartition(_probe_script.BEGIN)[2].partition(_probe_script.END)
    if not end:
        lines = (done.err or done.out).decode("utf-8", "replace").strip().splitlines()
        last: Any = lines[-1].strip()[:200] if lines else "nothing"
        reason = f"it ended with status {done.status} and printed {last!r}"
        raise NotPythonError(command, reason)
    try:
        facts = dict(parse_json(document.encode()))
        version = tuple(map(int, facts["version_info"][:3]))
        if version[:2] >= OLDEST_SUPPORTED:
            facts["executable"] = facts["executable"] or command[0]
            interpreter = parse_interpreter(facts, running=running)
            parse_version(interpreter.markers["python_full_version"].rstrip("+"))
            return interpreter
    except (ValueError, LookupError, TypeError, AttributeError) as exc:
        # a program that repeats its input, like echo
        raise NotPythonError(command, "its output is not that of a Python") from exc
    raise UnsupportedTargetError(command, version)
