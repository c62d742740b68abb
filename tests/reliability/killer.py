"""Runs get-installer and kills it (itself) just before a call that touches the target.

    python killer.py TARGET NUMBER PROGRAM ARGUMENT ...

PROGRAM is a .pyz or a checkout's directory. With NUMBER 0 there is no kill; at the end
each call is written to standard error. Calls are known from Python's audit events (PEP 578): the
program itself runs unchanged.
"""

from __future__ import annotations

import atexit
import os
import runpy
import signal
import sys
from pathlib import Path

CALLS = frozenset(
    {
        "open",
        "os.chmod",
        "os.link",
        "os.listdir",
        "os.mkdir",
        "os.remove",
        "os.rename",
        "os.rmdir",
        "os.scandir",
        "os.utime",
        "bootstrap.install.exchange",
    }
)
MARK = "touches the target: "


def main() -> None:
    """Install the hook, then become the program."""
    target, number, program = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    touched: list[str] = []

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event not in CALLS or not _is_in(target, arguments):
            return
        touched.append(f"{event} {arguments[0]}")
        if len(touched) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    def tell() -> None:
        sys.stderr.write("".join(f"{MARK}{call}\n" for call in touched))

    sys.addaudithook(hook)
    sys.argv = sys.argv[3:]
    if number == 0:
        atexit.register(tell)  # the program ends the process
    _run(program)


def _is_in(target: str, arguments: tuple[object, ...]) -> bool:
    return any(isinstance(each, str) and each.startswith(target) for each in arguments[:2])


def _run(program: str) -> None:
    if Path(program).is_dir():
        sys.path.insert(0, program)
        from bootstrap.cli import main as engine

        sys.exit(engine())
    runpy.run_path(program, run_name="__main__")


if __name__ == "__main__":
    main()
