"""Child processes: their output is passed on, and none outlives the run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread
from typing import IO

from bootstrap.dataclasses import dataclass
from bootstrap.limits import OUTPUT_LINE_SIZE
from bootstrap.signals import StoppedError
from bootstrap.waiting import wait_for_process

TAIL = 20
"""The number of last lines kept for an error message."""

_PART = 4096
_KILL_TIMEOUT = 10.0
"""Seconds that taskkill may take."""
_OUTPUT_GRACE = 5.0
"""Seconds to wait for the last output after a process has ended."""


@dataclass(frozen=True)
class Outcome:
    """How a child process ended."""

    status: int
    tail: tuple[str, ...]
    """Its last lines of output, of stdout and stderr together."""
    timed_out: bool = False


class ProcessGroup:
    """The child processes of one run; `stop` kills them and everything that they started."""

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
        on_line: Callable[[str], None],
        timeout: float | None = None,
    ) -> Outcome:
        """Run a program without a terminal and call `on_line` with each line of its output.

        Raises `OSError` if it cannot be started, `StoppedError` after `stop`. A KeyboardInterrupt
        kills it and is raised again.
        """
        with self._lock:
            if self._stopped:
                raise StoppedError
            process = subprocess.Popen(
                command,
                cwd=cwd,
                env=dict(environ),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                # Its own session: one kill reaches all that it starts; it has no terminal.
                start_new_session=True,
            )
            self._running.add(process)
        tail: deque[str] = deque(maxlen=TAIL)
        assert process.stdout is not None  # noqa: S101  # it is a PIPE
        reader = Thread(target=_read_lines, args=(process.stdout, tail, on_line), daemon=True)
        reader.start()
        timed_out = False
        try:
            wait_for_process(process, timeout)
        except subprocess.TimeoutExpired:
            timed_out = True
        finally:
            _kill_group(process)
            process.wait()
            with self._lock:
                self._running.discard(process)
            # A daemon that it started may keep the pipe open.
            reader.join(_OUTPUT_GRACE)
        return Outcome(process.returncode, tuple(tail), timed_out)

    def stop(self) -> None:
        """Kill every running process; `run` raises `StoppedError` from now on."""
        with self._lock:
            self._stopped = True
            running = list(self._running)
        for process in running:
            _kill_group(process)


def _read_lines(stream: IO[bytes], tail: deque[str], on_line: Callable[[str], None]) -> None:
    """Read to the end, at most one line of limited length at a time."""
    with stream:
        for line in _limited_lines(stream):
            text = line.decode("utf-8", "backslashreplace").rstrip()
            tail.append(text)
            on_line(text)


def _limited_lines(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield lines; a long one in parts that end between words.

    So a URL and its password stay together, and the password is recognised when it is shown.
    """
    rest = b""
    while chunk := stream.readline(_PART):
        line, rest = rest + chunk, b""
        if not chunk.endswith(b"\n") and len(line) < OUTPUT_LINE_SIZE:
            end = 1 + max(line.rfind(b" "), line.rfind(b"\t"))
            line, rest = line[:end], line[end:]
        if line:
            yield line
    if rest:
        yield rest


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        if process.poll() is None:
            # Part of Windows; by its name alone, one in the current directory would be run.
            taskkill = Path(os.environ["SYSTEMROOT"], "System32", "taskkill.exe")
            command = [str(taskkill), "/F", "/T", "/PID", str(process.pid)]
            # taskkill may be forbidden, or fail; then at least the process itself is ended.
            with suppress(OSError, subprocess.SubprocessError):
                subprocess.run(command, check=True, capture_output=True, timeout=_KILL_TIMEOUT)
            process.kill()
    else:
        # Even if the process itself has ended: it may have left children in its group.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
