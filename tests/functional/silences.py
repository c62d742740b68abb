"""Servers that say nothing, each at another stage of a run, and names that nobody resolves."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from tests.functional.engine import CHECKOUT
from tests.servers import Authority, IndexServer, make_wheel
from tests.servers.faults import Fault, stall

LASTING = 60
"""Seconds: longer than any test waits."""
SOON = 15.0
"""Seconds within which Ctrl-C ends a run, on any machine: it would go on waiting for 60. On an idle
one it takes less than a second."""
_SITE = Path(__file__).with_name("silent_site")


@dataclass(frozen=True)
class Silence:
    """What to type so that a run waits, and how to learn that it does."""

    arguments: tuple[str, ...]
    is_reached: Callable[[], bool]
    environ: dict[str, str] = field(default_factory=dict)
    """Variables for the run, which name places for `silent_site/sitecustomize.py`."""

    def wait(self) -> None:
        """Wait until the run has reached the silence."""
        deadline = time.monotonic() + LASTING
        while not self.is_reached():
            assert time.monotonic() < deadline, "the silence was never reached"
            time.sleep(0.05)
        time.sleep(0.3)


@contextlib.contextmanager
def of_pages(directory: Path) -> Iterator[Silence]:
    """No page is answered."""
    with _stalling(directory, stall(LASTING), "demo") as silence:
        yield silence


@contextlib.contextmanager
def of_one_file(directory: Path) -> Iterator[Silence]:
    """A file stops after its first bytes."""
    with _stalling(directory, stall(LASTING, after=10), "demo", suffix=".whl") as silence:
        yield silence


@contextlib.contextmanager
def of_several_files(directory: Path) -> Iterator[Silence]:
    """Files that are fetched at the same time stop after their first bytes."""
    fault = stall(LASTING, after=10)
    with _stalling(directory, fault, "demo", "other", "third", suffix=".whl") as silence:
        yield silence


@contextlib.contextmanager
def of_a_handshake(_: Path) -> Iterator[Silence]:
    """A server accepts, but answers no TLS handshake."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        connections: list[socket.socket] = []

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connections.append(listener.accept()[0])

        threading.Thread(target=accept, daemon=True).start()
        url = f"https://127.0.0.1:{listener.getsockname()[1]}/"
        yield Silence(("--index-url", url, "demo"), lambda: bool(connections))
        for connection in connections:
            connection.close()


@contextlib.contextmanager
def of_names(directory: Path) -> Iterator[Silence]:
    """The resolver does not answer."""
    marker = directory.with_suffix(".resolving")
    arguments = ("--index-url", "https://unresolved.test/", "demo")
    yield Silence(arguments, marker.exists, {**site_variables(), "RESOLVING": str(marker)})


def site_variables() -> dict[str, str]:
    """Return the variables with which Python imports what `silent_site` contains."""
    return {"PYTHONPATH": os.pathsep.join((str(_SITE), str(CHECKOUT)))}


SILENCES: dict[str, Callable[[Path], AbstractContextManager[Silence]]] = {
    "pages": of_pages,
    "one file": of_one_file,
    "several files": of_several_files,
    "a handshake": of_a_handshake,
    "names": of_names,
}


@contextlib.contextmanager
def _stalling(directory: Path, fault: Fault, *names: str, suffix: str = "/") -> Iterator[Silence]:
    authority = Authority()
    directory.mkdir()
    with IndexServer(authority) as server:
        for name in names:
            server.add(make_wheel(directory, name, "1.0"))
        server.fault(f".*{re.escape(suffix)}", fault)
        ca = authority.write_pem(directory / "ca.pem")
        arguments = ("--index-url", server.simple_url, "--cert", str(ca), *names)

        def is_reached() -> bool:
            return len([path for path in server.paths if path.endswith(suffix)]) >= len(names)

        yield Silence(arguments, is_reached)
