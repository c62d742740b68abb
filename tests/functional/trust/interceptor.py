"""proxy.py as what companies have: a proxy that opens connections and signs them anew."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers import Authority
from tests.unit.trust.private_ca import PrivateCa

_PATIENCE = 60.0
"""Seconds for it to start on a busy machine."""


@dataclass(frozen=True)
class Interceptor:
    """A running proxy, and the authority that signs what it passes on (as a file, and itself)."""

    port: int
    ca: Path
    private_ca: PrivateCa

    @property
    def url(self) -> str:
        """What `--proxy` is given."""
        return f"http://localhost:{self.port}"


@contextmanager
def interceptor(directory: Path, upstream: Authority) -> Iterator[Interceptor]:
    """Run proxy.py, which trusts `upstream`."""
    with interceptor_before(directory, upstream.write_pem(directory / "upstream.pem")) as running:
        yield running


@contextmanager
def interceptor_before(directory: Path, trusted: Path) -> Iterator[Interceptor]:
    """Run proxy.py, which trusts the CA certificates of a file."""
    private_ca = PrivateCa("Interception Root", organisation="Example Corporation")
    port_file, ca = directory / "port", directory / "ca.pem"
    ca.write_bytes(private_ca.root.pem)
    command = [sys.executable, "-W", "ignore", "-m", "proxy", "--hostname", "127.0.0.1"]
    command += ["--port", "0", "--port-file", str(port_file), "--num-workers", "1"]
    command += ["--log-level", "CRITICAL", *_signing(directory, private_ca)]
    command += ["--ca-file", str(trusted)]
    process = subprocess.Popen(command)
    try:
        yield Interceptor(_written(port_file, process), ca, private_ca)
    finally:
        process.terminate()
        process.wait(_PATIENCE)


def _signing(directory: Path, private_ca: PrivateCa) -> tuple[str, ...]:
    """Return the options that let it sign what it passes on."""
    authority, key, made = directory / "ca.key", directory / "leaf.key", directory / "made"
    authority.write_bytes(private_ca.root.key_pem)
    key.write_bytes(private_ca.issue().key_pem)
    made.mkdir()
    return (
        *("--ca-cert-file", str(directory / "ca.pem"), "--ca-key-file", str(authority)),
        *("--ca-signing-key-file", str(key), "--ca-cert-dir", str(made)),
    )


def _written(port_file: Path, process: subprocess.Popen[bytes]) -> int:
    deadline = time.monotonic() + _PATIENCE
    while not (port_file.exists() and port_file.read_text().strip()):
        assert process.poll() is None, "proxy.py did not start"
        assert time.monotonic() < deadline, "proxy.py did not start in time"
        time.sleep(0.05)
    return int(port_file.read_text())
