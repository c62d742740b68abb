"""Starts processes and waits for them: a script run with `python -I -S`, which imports little.

Linux counts the memory of the process that starts another to the peak of that other, so that one
must be small. Standard input says what to start, as JSON; standard output says what was used.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time


def main() -> None:
    """Start everything at once; kill what is left after the timeout."""
    asked = json.load(sys.stdin)
    started = time.perf_counter()
    running = {_start(command): position for position, command in enumerate(asked["commands"])}
    signal.signal(signal.SIGALRM, lambda *_: _kill(list(running)))
    signal.setitimer(signal.ITIMER_REAL, asked["timeout"])
    used = [(0.0, 0, 0)] * len(running)
    while running:
        pid, status, usage = os.wait4(-1, 0)
        seconds = time.perf_counter() - started
        used[running.pop(pid)] = (seconds, usage.ru_maxrss, os.waitstatus_to_exitcode(status))
    json.dump(used, sys.stdout)


def _start(command: dict[str, object]) -> int:
    arguments, environ, log = command["arguments"], command["environ"], command["log"]
    assert isinstance(arguments, list)
    assert isinstance(environ, dict)
    return os.posix_spawn(
        arguments[0],
        arguments,
        environ,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )


def _kill(groups: list[int]) -> None:
    for group in groups:
        _kill_group(group)


def _kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return  # it has ended, and is waited for


if __name__ == "__main__":
    main()
