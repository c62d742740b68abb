"""Run one command in a network namespace with a pypiserver behind TLS.

python -m tests.functional.trust.air_gap PACKAGES CERTIFICATE COMMAND...

`{index}` in the command is the mirror's URL. The namespace has only the loopback interface.
"""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
import time
from contextlib import closing, suppress

from tests.functional.trust.tls_front import tls_front

_TIMEOUT = 60.0
"""Seconds for pypiserver to start on a busy machine."""


def main(packages: str, certificate: str, *command: str) -> int:
    """Serve, run the command, and return its exit status."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    where = ("--interface", "127.0.0.1", "--port", str(port))
    serve = [sys.executable, "-W", "ignore", "-m", "pypiserver", "run", "--disable-fallback"]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with subprocess.Popen([*serve, *where, packages], stderr=subprocess.DEVNULL) as mirror:
        try:
            _wait_for(port)
            with tls_front(port, context) as front:
                index = f"https://localhost:{front}/simple"
                return subprocess.call([part.replace("{index}", index) for part in command])
        finally:
            mirror.terminate()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + _TIMEOUT
    while time.monotonic() < deadline:
        with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.05)
    raise TimeoutError("pypiserver did not start")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
