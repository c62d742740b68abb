"""Wine: installed where it is missing, set up in a directory of its own, and how it is run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import IO

from tools.debian import require_program

PACKAGES = ("wine", "wine64")
"""The packages of Debian 12 and Ubuntu 24.04."""
_PROGRAM = "wine"
_GRACE = 2.0
"""Seconds that the last output of a program may take after its end."""
_PASSED = ("CI", "PATH")
"""The variables that a program gets; what this machine tells pip and TLS means nothing there."""


def require_wine() -> None:
    """Install Debian's package where there is no Wine. Raises `ProgramNotFoundError`."""
    require_program(_PROGRAM, *PACKAGES)


@dataclass(frozen=True)
class Wine:
    """A Windows of its own: its drive C: and its registry are in `prefix`; Z: is this machine."""

    prefix: Path

    @property
    def system_directory(self) -> Path:
        """Windows' own directory of libraries."""
        return self.prefix / "drive_c/windows/system32"

    def create(self) -> None:
        """Create the prefix, and make it a Windows 10."""
        if (self.prefix / "system.reg").exists():
            return
        (self.prefix.parent / "home").mkdir(parents=True, exist_ok=True)
        self._run_silently("wineboot", "--init")
        self._run_silently("wineserver", "--wait")
        self._run_silently(_PROGRAM, "winecfg", "/v", "win10")
        self._run_silently("wineserver", "--wait")

    def start(self) -> None:
        """Start the server, which stays: a program starts in 0.1 s then instead of in 2.6 s.

        Its services would hold the standard streams of the first program.
        """
        self._run_silently("wineserver", "--persistent")
        self._run_silently(_PROGRAM, "cmd", "/c", "exit")

    def end(self) -> None:
        """End the server of this prefix, and everything that runs in it."""
        self._run_silently("wineserver", "--kill")

    def run(self, *command: str | Path, cwd: Path | None = None) -> int:
        """Run a program of Windows, copy its output to ours, and return its exit status.

        Then the server of this prefix is ended, and with it all that the program started.

        Its standard streams are pipes: Python for Windows does not start with others here.
        """
        with subprocess.Popen(
            [_PROGRAM, *map(str, command)],
            cwd=cwd,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process:
            reader = Thread(target=_copy, args=(process.stdout,), daemon=True)
            reader.start()
            status = process.wait()
            reader.join(_GRACE)
            self.end()  # what the program left running has its output, too
            reader.join()
            return status

    def _run_silently(self, *command: str) -> None:
        subprocess.run(
            command,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )

    def _environment(self) -> Mapping[str, str]:
        return {
            **{name: os.environ[name] for name in _PASSED if name in os.environ},
            "HOME": str(self.prefix.parent / "home"),  # the user's own is not linked to
            "LC_ALL": "C.UTF-8",
            "WINEARCH": "win64",
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "mscoree=;mshtml=",  # neither .NET nor a browser is asked for
            "WINEPREFIX": str(self.prefix),
        }


def _copy(stream: IO[bytes]) -> None:
    for line in stream:
        sys.stdout.write(line.replace(b"\r", b"").decode("utf-8", "replace"))
        sys.stdout.flush()
