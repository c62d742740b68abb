"""The user's own command line with a virtual environment in it: it works when it is copied."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bootstrap.network.urls import redact

_VENV = ("--venv", ".venv")


def into_a_venv(started: Sequence[str], typed: Sequence[str], *, user: bool = False) -> str:
    """Return what to type to install the same into a virtual environment.

    :param started: the words this process was started by (`sys.orig_argv`).
    :param typed: those of them that are our arguments.
    :param user: whether somebody, or a variable, said `--user`: it does not go with one.
    """
    end = typed.index("--") if "--" in typed else len(typed)
    ours = [word for word in typed[:end] if word != "--user"]
    instead = ["--no-user"] if user and ours == list(typed[:end]) else []
    program = started[: len(started) - len(typed)]
    if list(started[len(program) :]) != list(typed):  # called as a function
        program = another_start()
    missing = []
    if program[-1] == "-":
        program = (*program[:-1], "get-installer.py")
        missing.append("what was piped saved as get-installer.py")
    words = [*program, *ours, *_VENV, *instead, *typed[end:]]
    shown = [redact(word) for word in words]
    if shown != words:
        missing.append("your name and password for ****")
    return _line(shown) + (f"  # with {', and '.join(missing)}" if missing else "")


def instead_of_ensurepip(*, upgrade: bool) -> str:
    """Return what to type where ensurepip's command line, which knows no `--venv`, was."""
    return _line([*another_start(), "--offline", *(["--upgrade"] if upgrade else []), *_VENV])


def another_start() -> tuple[str, ...]:
    """Return the words that start this program, from wherever it was imported."""
    home = Path(__file__).parents[2]
    if home.is_file():
        return sys.executable, str(home)
    return sys.executable, "-c", "from bootstrap.cli import main; raise SystemExit(main())"


def _line(words: Sequence[str]) -> str:
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)
