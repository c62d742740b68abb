"""Run proxy.py as an intercepting proxy, as companies do."""

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

_TIMEOUT = 60.0
"""Seconds for proxy.py to start on a busy machine."""


@dataclass(frozen=True)
class Interceptor:
    """A running proxy, and the CA that signs its certificates (as a file, and as an object)."""

    port: int
    ca: Path
    private_ca: PrivateCa

    @property
    def url(self) -> str:
        """The value for `--proxy`."""
        return f"http://localhost:{self.port}"


@contextmanager
def interceptor(directory: Path, upstream: Authority) -> Iterator[Interceptor]:
    """Run proxy.py, which trusts `upstream`."""
    with interceptor_trusting(directory, upstream.write_pem(directory / "upstream.pem")) as running:
        yield running


@contextmanager
def interceptor_trusting(directory: Path, trusted: Path) -> Iterator[Interceptor]:
    """Run proxy.py, which trusts the CA certificates of a file."""
    private_ca = PrivateCa("Interception Root", organisation="Example Corporation")
    port_file, ca = directory / "port", directory / "ca.pem"
    ca.write_bytes(private_ca.root.pem)
    command = [sys.executable, "-W", "ignore", "-m", "proxy", "--hostname", "127.0.0.1"]
    command += ["--port", "0", "--port-file", str(port_file), "--num-workers", "1"]
    command += ["--log-level", "CRITICAL", *_signing_options(directory, private_ca)]
    command += ["--ca-file", str(trusted)]
    process = subprocess.Popen(command)
    try:
        yield Interceptor(_read_port(port_file, process), ca, private_ca)
    finally:
        process.terminate()
        process.wait(_TIMEOUT)


def _signing_options(directory: Path, private_ca: PrivateCa) -> tuple[str, ...]:
    """Return the options for the CA that signs its certificates."""
    ca_key, key, certificates = (
        directory / "ca.key",
        directory / "leaf.key",
        directory / "certificates",
    )
    ca_key.write_bytes(private_ca.root.key_pem)
    key.write_bytes(private_ca.issue().key_pem)
    certificates.mkdir()
    return (
        *("--ca-cert-file", str(directory / "ca.pem"), "--ca-key-file", str(ca_key)),
        *("--ca-signing-key-file", str(key), "--ca-cert-dir", str(certificates)),
    )


def _read_port(port_file: Path, process: subprocess.Popen[bytes]) -> int:
    deadline = time.monotonic() + _TIMEOUT
    while not (port_file.exists() and port_file.read_text().strip()):
        assert process.poll() is None, "proxy.py did not start"
        assert time.monotonic() < deadline, "proxy.py did not start in time"
        time.sleep(0.05)
    return int(port_file.read_text())
