"""A run that is held at one of its requests, until the test has changed the world under it."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.functional.engine import Finished
from tests.servers import Exchange, IndexServer, Reply

_PATIENCE = 120
"""Seconds until a run that should have come or ended is given up."""


def held_at(
    path: str,
    server: IndexServer,
    meanwhile: Callable[[], object],
    command: Sequence[str | Path],
    environ: Mapping[str, str] | None = None,
) -> Finished:
    """Run a command, do something while it waits for an answer, and let it go on to its end."""
    reached, go_on = threading.Event(), threading.Event()

    def hold(exchange: Exchange, reply: Reply) -> None:
        reached.set()
        go_on.wait(_PATIENCE)
        exchange.send(reply)

    server.fault(path, hold, times=1)
    with subprocess.Popen(
        list(map(str, command)),
        env={**os.environ, **(environ or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            _reached(reached, process)
            before = len(server.requests)
            meanwhile()
            go_on.set()
            out, err = process.communicate(timeout=_PATIENCE)
        finally:
            go_on.set()
            process.kill()
    done = Finished(process.returncode, out, err)
    assert len(server.requests) > before, "nothing was asked after the change: " + done.text
    return done


def _reached(event: threading.Event, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not event.wait(0.1):
        assert process.poll() is None, "".join(process.communicate())
        assert time.monotonic() < deadline, "it never asked"
