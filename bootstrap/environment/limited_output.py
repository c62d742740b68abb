"""A program that may print anything: what it prints is limited, and so is its time."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from threading import Thread
from typing import IO

from bootstrap.dataclasses import dataclass
from bootstrap.limits import OUTPUT_LINE_SIZE, PROBE_OUTPUT_SIZE, LimitError
from bootstrap.waiting import wait_for_process, wait_for_thread

_GRACE = 1.0
"""Seconds to wait for the last output of a program that was killed."""


@dataclass(frozen=True)
class Finished:
    """How a program ended, and what it printed."""

    status: int
    out: bytes
    err: bytes


def run_program(
    command: Sequence[str],
    environment: Mapping[str, str],
    timeout: float,
    show: Callable[[str], object] | None = None,
) -> Finished:
    """Run a program without input to its end.

    :param show: called for each line of standard error at once; then `err` is empty
    :raises OSError: it cannot be started
    :raises subprocess.TimeoutExpired: it did not end in time, and was killed
    :raises LimitError: it printed too much, and was killed
    """
    deadline = time.monotonic() + timeout
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(environment),
    )
    streams = ((process.stdout, None), (process.stderr, show))
    readers = [_Reader(process, stream, show) for stream, show in streams if stream]
    try:
        if show is None:  # first the end of the output: `wait` looks every 50 ms only
            for reader in readers:
                reader.finish(deadline - time.monotonic())
        left = timeout if show else max(0.0, deadline - time.monotonic())
        status = wait_for_process(process, left)
        for reader in readers:  # a program that it started may still have the pipe
            reader.finish(deadline - time.monotonic())
    except BaseException:
        process.kill()
        process.wait()
        for reader in readers:
            with suppress(subprocess.TimeoutExpired):
                reader.finish(_GRACE)
        raise
    out, err = (reader.content for reader in readers)
    if max(len(out), len(err)) > PROBE_OUTPUT_SIZE:
        raise LimitError(PROBE_OUTPUT_SIZE, "bytes")
    return Finished(status, out, err)


class _Reader:
    """Reads in a thread what a program prints; shows it, or kills the program if it is too much."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        stream: IO[bytes],
        show: Callable[[str], object] | None,
    ) -> None:
        self.content = b""
        self._process, self._stream, self._show = process, stream, show
        self._thread = Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with self._stream:  # here: nobody else knows when a program that keeps the pipe ends
            while self._show and (line := self._stream.readline(OUTPUT_LINE_SIZE)):
                if text := line.decode("utf-8", "replace").rstrip():
                    self._show(text)
            self.content = self._stream.read(PROBE_OUTPUT_SIZE + 1)
        if len(self.content) > PROBE_OUTPUT_SIZE:
            self._process.kill()

    def finish(self, seconds: float) -> None:
        """Wait for the end of the output, briefly where it is only shown.

        Raises `subprocess.TimeoutExpired`.
        """
        wait_for_thread(self._thread, min(seconds, _GRACE) if self._show else seconds)
        if self._thread.is_alive() and not self._show:
            raise subprocess.TimeoutExpired(self._process.args, seconds)
