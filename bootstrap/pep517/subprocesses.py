"""Child processes: what they print is passed on and its end kept, and none outlives its run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, Thread
from typing import IO

from bootstrap.signals import StoppedError

TAIL = 40
"""Lines kept for the message of a failure."""

_LONGEST_LINE = 4096
_GRACE = 5.0
"""Seconds for the last output to arrive once a process has ended."""


@dataclass(frozen=True)
class Outcome:
    """How a child process ended."""

    status: int
    tail: tuple[str, ...]
    """Its last lines of output, both streams together."""
    timed_out: bool = False


class ProcessGroup:
    """The child processes of one run; `stop` ends them, and everything that they started."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = Lock()
        self._stopped = False

    def run(
        self,
        command: Sequence[str],
        *,
        cwd: Path,
        environ: Mapping[str, str],
        heard: Callable[[str], None],
        timeout: float | None = None,
    ) -> Outcome:
        """Run a program without a terminal and pass each line that it prints to `heard`.

        Raises `OSError` where it cannot be started, `StoppedError` after `stop`. An interrupt
        ends it before going on its way.
        """
        child = self._start(command, cwd, environ)
        tail: deque[str] = deque(maxlen=TAIL)
        assert child.stdout is not None  # noqa: S101  # PIPE was asked for
        reader = Thread(target=_listen, args=(child.stdout, tail, heard), daemon=True)
        reader.start()
        timed_out = False
        try:
            child.wait(timeout)
        except subprocess.TimeoutExpired:
            timed_out = True
        finally:
            self._end(child)
            # A daemon that it leaves behind may hold the pipe open for ever.
            reader.join(_GRACE)
        return Outcome(child.returncode, tuple(tail), timed_out)

    def stop(self) -> None:
        """End every process that runs, and start no more (`StoppedError`)."""
        with self._lock:
            self._stopped = True
            running = list(self._running)
        for child in running:
            _kill_group(child)

    def _start(
        self, command: Sequence[str], cwd: Path, environ: Mapping[str, str]
    ) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._stopped:
                raise StoppedError
            child = subprocess.Popen(
                command,
                cwd=cwd,
                env=dict(environ),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                # Its own session: one kill reaches all that it starts, and nothing asks a terminal.
                start_new_session=True,
            )
            self._running.add(child)
            return child

    def _end(self, child: subprocess.Popen[bytes]) -> None:
        _kill_group(child)
        child.wait()
        with self._lock:
            self._running.discard(child)


def _listen(stream: IO[bytes], tail: deque[str], heard: Callable[[str], None]) -> None:
    """Read to the end, never more than one line of bounded length at a time."""
    with stream:
        while line := stream.readline(_LONGEST_LINE):
            text = line.decode("utf-8", "backslashreplace").rstrip()
            tail.append(text)
            heard(text)


def _kill_group(child: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        if child.poll() is None:
            command = ["taskkill", "/F", "/T", "/PID", str(child.pid)]
            subprocess.run(command, check=False, capture_output=True)  # Windows' own
    else:
        # Also when the child itself has ended: it leads the group of what it left behind.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
