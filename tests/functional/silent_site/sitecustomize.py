"""Python imports this at its start: a resolver that never answers, and Windows' Ctrl-C.

Wine has no console here from which Ctrl-C could come. On Windows, the C library calls its handler
in another thread; `signal.raise_signal` does the same.
"""

import os
import pathlib
import signal
import socket
import threading
import time
from typing import Any


def _never_answer(*_: Any, **__: Any) -> None:
    pathlib.Path(os.environ["RESOLVING"]).touch()
    time.sleep(60)


def _interrupt() -> None:
    while not pathlib.Path(os.environ["INTERRUPT"]).exists():
        time.sleep(0.02)
    signal.raise_signal(signal.SIGINT)


if "RESOLVING" in os.environ:
    socket.getaddrinfo = _never_answer  # type: ignore[assignment]  # it never returns in time
if "INTERRUPT" in os.environ:
    threading.Thread(target=_interrupt, daemon=True).start()
