"""Pause a run at one of its requests while the test changes files."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.functional.engine import Finished
from tests.servers import Exchange, IndexServer, Reply

_TIMEOUT = 120
"""Seconds to wait for the request, and for the end of the run."""


def run_paused_at(
    path: str,
    server: IndexServer,
    meanwhile: Callable[[], object],
    command: Sequence[str | Path],
    environ: Mapping[str, str] | None = None,
) -> Finished:
    """Run a command, call `meanwhile` while it waits for a response, and let it finish."""
    request_sent, resume = threading.Event(), threading.Event()

    def pause(exchange: Exchange, reply: Reply) -> None:
        request_sent.set()
        resume.wait(_TIMEOUT)
        exchange.send(reply)

    server.fault(path, pause, times=1)
    with subprocess.Popen(
        list(map(str, command)),
        env={**os.environ, **(environ or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            _wait_for_request(request_sent, process)
            before = len(server.requests)
            meanwhile()
            resume.set()
            out, err = process.communicate(timeout=_TIMEOUT)
        finally:
            resume.set()
            process.kill()
    done = Finished(process.returncode, out, err)
    assert len(server.requests) > before, "no request was sent after the change: " + done.text
    return done


def _wait_for_request(event: threading.Event, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + _TIMEOUT
    while not event.wait(0.1):
        assert process.poll() is None, "".join(process.communicate())
        assert time.monotonic() < deadline, "the request was never sent"
