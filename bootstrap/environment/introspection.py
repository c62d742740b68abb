"""Asking an interpreter what it is: by running the probe script in it, or in ourselves."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bootstrap.environment import _probe_script
from bootstrap.environment.discovery import Command
from bootstrap.environment.interpreter import Interpreter, interpreter_from
from bootstrap.environment.settings import TargetSettings
from bootstrap.errors import BootstrapError

OLDEST = (2, 7)

# First an option that shells and other languages refuse: they must not take the script for theirs.
_OPTIONS = ("-Wignore", "-B", "-c")
_KEPT = {"PYTHONUSERBASE", "PYTHONNOUSERSITE"}


class NotPythonError(BootstrapError):
    """What was asked to describe itself is no Python, or one that does not work."""

    def __init__(self, command: Command, found: str) -> None:
        super().__init__(
            f"{' '.join(command)} is no working Python: {found}",
            hint="Run it by hand with `-c pass`, or name another interpreter with --python.",
        )
        self.command = command
        self.found = found


class InterpreterNotRunnableError(NotPythonError):
    """The operating system refuses to run the file."""


class InterpreterHungError(BootstrapError):
    """An interpreter that did not answer in time."""

    def __init__(self, command: Command, seconds: float) -> None:
        super().__init__(
            f"{' '.join(command)} did not say what it is within {seconds:g} seconds",
            hint="Look at what its start-up runs (sitecustomize, .pth files), or name another "
            "interpreter with --python.",
        )
        self.command = command


class UnsupportedTargetError(BootstrapError):
    """An interpreter that is too old to be a target."""

    def __init__(self, command: Command, version: tuple[int, ...]) -> None:
        found = ".".join(map(str, version[:3]))
        super().__init__(
            f"{' '.join(command)} is Python {found}; a target needs Python 2.7, or 3.3 or newer",
            hint="Name another interpreter with --python.",
        )
        self.version = version


def ask(command: Command, settings: TargetSettings) -> Interpreter:
    """Return what the interpreter that `command` starts says of itself.

    :raises NotPythonError, InterpreterHungError, UnsupportedTargetError: as their names say.
    """
    if _is_running(Path(command[0])) and len(command) == 1:
        return running_interpreter(settings)
    return _ask_child(command, settings)


def running_interpreter(settings: TargetSettings) -> Interpreter:
    """Return what the interpreter that runs us would say, had it been started by itself.

    Without a child where that is the same: `-S`, `-s` and `-I` hide what `site` would have done.
    """
    if not sys.executable:
        raise NotPythonError(("the Python running us",), "it does not know its own path")
    if sys.flags.no_site or sys.flags.no_user_site:
        return _ask_child((sys.executable,), settings, running=True)
    facts = _probe_script.describe(str(settings.prefix) if settings.prefix else None)
    if facts["build"].get("mac_version", "").startswith("10.16"):  # how Python hides macOS 11+
        return _ask_child((sys.executable,), settings, running=True)
    return interpreter_from(facts, running=True)


def isolated_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables another interpreter is run with: without what is about this one.

    Where the user's own site directory is, and whether it counts, the user may still say.
    """
    kept = {
        name: value
        for name, value in environment.items()
        if name in _KEPT or not name.lstrip("_").startswith(("PYTHON", "PYVENV"))
    }
    return {**kept, "SYSTEM_VERSION_COMPAT": "0"} if sys.platform == "darwin" else kept


def _is_running(path: Path) -> bool:
    """Say whether a path is our interpreter in our environment; names may differ, as of links."""
    own = Path(sys.executable or os.devnull)
    try:
        return path.samefile(own) and path.parent.samefile(own.parent)
    except OSError:
        return False


def _ask_child(command: Command, settings: TargetSettings, *, running: bool = False) -> Interpreter:
    arguments = [str(settings.prefix)] if settings.prefix else []
    answer = _run([*command, *_OPTIONS, _probe_script.script(), *arguments], command, settings)
    text = answer.stdout.decode("ascii", "replace")
    document, end, _ = text.rpartition(_probe_script.BEGIN)[2].partition(_probe_script.END)
    if not end:
        raise NotPythonError(command, _told(answer))
    facts = _facts(document, command)
    if tuple(facts["version_info"][:2]) < OLDEST:
        raise UnsupportedTargetError(command, tuple(facts["version_info"]))
    facts["executable"] = facts["executable"] or command[0]
    return interpreter_from(facts, running=running)


def _facts(document: str, command: Command) -> dict[str, Any]:
    import json  # not needed where no child is

    try:
        return dict(json.loads(document))
    except ValueError as exc:  # a program that repeats what it was told, like echo
        raise NotPythonError(command, "its answer is none of a Python's") from exc


def _run(
    arguments: list[str], command: Command, settings: TargetSettings
) -> subprocess.CompletedProcess[bytes]:
    environment = isolated_environment(settings.environment)
    try:
        return subprocess.run(
            arguments,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            env=environment,
            timeout=settings.timeout,
        )
    except subprocess.TimeoutExpired as exc:
        raise InterpreterHungError(command, settings.timeout) from exc
    except OSError as exc:
        raise InterpreterNotRunnableError(command, exc.strerror or str(exc)) from exc


def _told(answer: subprocess.CompletedProcess[bytes]) -> str:
    lines = (answer.stderr or answer.stdout).decode("utf-8", "replace").strip().splitlines()
    last: Any = lines[-1].strip()[:200] if lines else "nothing"
    return f"it ended with status {answer.returncode} and printed {last!r}"
