"""The collection reaches a host by real SSH: a server on loopback, for this test alone."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.functional.engine import run
from tests.functional.fleet.conftest import Controller
from tools.debian import require_program

pytestmark = [
    pytest.mark.posix_only("Ansible's controller is"),
    pytest.mark.slow,
    pytest.mark.root,
]


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture
def by_ssh(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Run a server on loopback; return the variables of a host that is reached by it."""
    if os.geteuid():
        pytest.skip("only root may start sessions of others")
    require_program("sshd", "openssh-server")
    for name in ("host", "user"):
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / name)
    Path("/run/sshd").mkdir(exist_ok=True)  # sshd wants it
    port, log = free_port(), tmp_path / "sshd.log"
    settings = {
        "ListenAddress": "127.0.0.1",
        "HostKey": tmp_path / "host",
        "AuthorizedKeysFile": tmp_path / "user.pub",
        "PermitRootLogin": "prohibit-password",
        "PidFile": "none",
        "StrictModes": "no",
        "UsePAM": "no",
    }
    options = [f"-o{name}={value}" for name, value in settings.items()]
    command = [str(shutil.which("sshd")), "-D", "-f", os.devnull, "-p", str(port), *options]
    with log.open("w") as stream, subprocess.Popen([*command, "-e"], stderr=stream) as server:
        try:
            wait_for(port)
            unknown = "-oStrictHostKeyChecking=no -oUserKnownHostsFile=/dev/null -oControlMaster=no"
            yield {
                "ansible_connection": "ssh",
                "ansible_host": "127.0.0.1",
                "ansible_port": str(port),
                "ansible_user": "root",
                "ansible_ssh_private_key_file": str(tmp_path / "user"),
                "ansible_ssh_args": unknown,
                "ansible_remote_tmp": str(tmp_path / "remote"),
                "ansible_python_interpreter": sys.executable,
            }
        finally:
            server.terminate()


def wait_for(port: int) -> None:
    """Wait until somebody listens."""
    for _ in range(200):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
            return
        time.sleep(0.05)
    raise AssertionError("sshd does not listen")


def test_a_host_behind_ssh_gets_the_file_once_and_reports_its_changes(
    controller: Controller, by_ssh: dict[str, str], tmp_path: Path
) -> None:
    controller.index.add("demo", "1.0")
    archives = tmp_path / "archives"
    places: dict[str, Any] = {
        "archive_directory": str(archives),
        "extra_args": "--no-cache-dir",
        "name": ["demo"],
    }
    gone: dict[str, Any] = {"archive_directory": str(archives), "name": ["demo"], "state": "absent"}
    play = controller.play(
        controller.task("check", check=True, **places),
        controller.task("new", **places),
        controller.task("again", **places),
        controller.task("gone, in check mode", check=True, **gone),
        controller.task("gone", **gone),
        controller.task("gone again", **gone),
        variables=by_ssh,
    )
    assert play.changed() == [True, True, False, True, True, False]
    assert play.result("new")["after"] == {"demo": "1.0"}
    (kept,) = archives.iterdir()
    assert kept.stem == play.result("new")["archive_sha256"]
    assert [*(tmp_path / "remote").glob("*/*")] == []  # nothing stays there
