"""Installs packages of Debian and Ubuntu for programs that the tests need and do not find."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys


class ProgramNotFoundError(Exception):
    """There is no such program, and it cannot be installed."""


def require_program(program: str, *packages: str) -> None:
    """Install the packages where the program is missing. Raises `ProgramNotFoundError`."""
    if shutil.which(program):
        return
    command = ["apt-get", "install", "--no-install-recommends", *packages]
    if not shutil.which("apt-get"):
        raise ProgramNotFoundError(
            f"The program {program} was not found, and neither was apt-get to install it. Install "
            f"it; its packages on Debian and Ubuntu are {' and '.join(packages)}."
        )
    as_root = [] if os.geteuid() == 0 else ["sudo"]
    if as_root and not shutil.which("sudo"):
        raise ProgramNotFoundError(
            f"The program {program} was not found, and only root can install it: "
            + " ".join(command)
        )
    for step in (["apt-get", "update"], command):
        done = subprocess.run(
            [*as_root, *step, "-qq", "--yes"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            check=False,
        )
        if done.returncode:
            raise ProgramNotFoundError(f"`{' '.join(step)}` failed with status {done.returncode}.")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: python -m tools.debian PROGRAM [PACKAGE ...]")
    try:
        require_program(sys.argv[1], *(sys.argv[2:] or sys.argv[1:2]))
    except ProgramNotFoundError as exc:
        sys.exit(f"error: {exc}")
