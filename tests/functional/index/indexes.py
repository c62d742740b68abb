"""Other people's index servers, each started with its own certificate on loopback."""

from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from uuid import uuid4

from tests.servers import Authority
from tests.servers.front import TlsFront
from tests.servers.loopback import free_port

_PATIENCE = 60.0
"""Seconds until a server that does not begin to listen is given up."""


@contextmanager
def serving(command: list[str | Path], port: int) -> Iterator[None]:
    """Run a server's own program until the block ends."""
    arguments = list(map(str, command))
    with subprocess.Popen(
        arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        try:
            _wait_for(port, process)
            yield
        finally:
            process.terminate()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        if _listens(port):
            return
        time.sleep(0.05)  # a process of its own: there is nothing to wait on but its port
    process.kill()
    assert process.stderr is not None
    raise AssertionError(process.stderr.read().decode())


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def pypiserver(authority: Authority, wheels: Path) -> Iterator[str]:
    """Serve a directory by pypiserver; yields the index URL."""
    port = free_port()
    command = [sys.executable, "-m", "pypiserver", "run", "-i", "127.0.0.1", "-p", str(port)]
    with TlsFront(authority) as front, serving([*command, "--disable-fallback", wheels], port):
        front.upstream = port
        yield f"{front.url}/simple/"


_NGINX = """
daemon off;
pid {home}/nginx.pid;
error_log stderr warn;
events {{}}
http {{
  types {{ text/html html; application/octet-stream whl gz; }}
  access_log off;
  client_body_temp_path {home}/a;
  proxy_temp_path {home}/b;
  fastcgi_temp_path {home}/c;
  uwsgi_temp_path {home}/d;
  scgi_temp_path {home}/e;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {chain};
    ssl_certificate_key {key};
    root {home}/www;
    autoindex on;
  }}
}}
"""


@contextmanager
def nginx(program: str, authority: Authority, wheels: Path, home: Path) -> Iterator[str]:
    """Serve static directories, one a project, by nginx's own listings; yields the index URL."""
    for wheel in wheels.iterdir():
        place = home / "www" / "simple" / wheel.name.split("-")[0].replace("_", "-")
        place.mkdir(parents=True, exist_ok=True)
        (place / wheel.name).write_bytes(wheel.read_bytes())
    home.chmod(0o755)
    chain, key = authority.write_server_files(home)
    port = free_port()
    conf = home / "nginx.conf"
    conf.write_text(_NGINX.format(home=home, port=port, chain=chain, key=key) + "\n")
    command: list[str | Path] = [program, "-p", home, "-e", "stderr", "-c", conf]
    if _is_root():
        command += ["-g", "user root;"]  # its workers must read this test's own directory
    with serving(command, port):
        yield f"https://localhost:{port}/simple/"


def _is_root() -> bool:
    return os.geteuid() == 0


@contextmanager
def devpi(bin_directory: Path, authority: Authority, wheels: Path, home: Path) -> Iterator[str]:
    """Serve an index of devpi-server that the wheels were uploaded to; yields its URL."""
    data, port = home / "devpi", free_port()
    options = ("--serverdir", data, "--no-root-pypi", "--root-passwd", "secret")
    subprocess.run([bin_directory / "devpi-init", *options], check=True, capture_output=True)
    with TlsFront(authority) as front:
        command: list[str | Path] = [bin_directory / "devpi-server", "--serverdir", data]
        command += ["--host", "127.0.0.1", "--port", str(port), "--outside-url", front.url]
        with serving(command, port):
            front.upstream = port
            _fill(port, wheels)
            yield f"{front.url}/root/test/+simple/"


def _fill(port: int, wheels: Path) -> None:
    """Make an index and upload to it, over devpi's own API."""
    answer = _asked(port, "POST", "/+login", {"user": "root", "password": "secret"})
    token = base64.b64encode(f"root:{answer['result']['password']}".encode()).decode()
    login = {"X-Devpi-Auth": token}
    _asked(port, "PUT", "/root/test", {"bases": [], "type": "stage"}, login)
    for wheel in sorted(wheels.iterdir()):
        name, version = wheel.name.removesuffix(".tar.gz").split("-")[:2]
        fields = {":action": "file_upload", "name": name, "version": version}
        kind = "bdist_wheel" if wheel.suffix == ".whl" else "sdist"
        body, content_type = _multipart({**fields, "filetype": kind}, wheel)
        headers = {**login, "Content-Type": content_type}
        _sent(port, "POST", "/root/test/", body, headers)


def _asked(
    port: int, method: str, path: str, content: object, headers: Mapping[str, str] | None = None
) -> dict[str, dict[str, str]]:
    sent = {"Content-Type": "application/json", "Accept": "application/json", **(headers or {})}
    return dict(json.loads(_sent(port, method, path, json.dumps(content).encode(), sent)))


def _sent(port: int, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path, body, dict(headers))
    response = connection.getresponse()
    content = response.read()
    connection.close()
    assert response.status in {200, 201}, content
    return content


def _multipart(fields: Mapping[str, str], file: Path) -> tuple[bytes, str]:
    """Return a form with one file (RFC 7578)."""
    line = uuid4().hex.encode()
    parts = [
        b'Content-Disposition: form-data; name="%s"\r\n\r\n%s' % (name.encode(), value.encode())
        for name, value in fields.items()
    ]
    head = b'Content-Disposition: form-data; name="content"; filename="%s"' % file.name.encode()
    parts.append(head + b"\r\nContent-Type: application/octet-stream\r\n\r\n" + file.read_bytes())
    body = b"".join(b"--" + line + b"\r\n" + part + b"\r\n" for part in parts)
    return body + b"--" + line + b"--\r\n", f"multipart/form-data; boundary={line.decode()}"
