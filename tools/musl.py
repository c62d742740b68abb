"""Builds a CPython for musl from Debian's sources: ``python -m tools.musl DIRECTORY``.

It has zlib, but neither TLS nor ctypes: enough to be a target, and to run the engine offline. apt
verifies the sources. It takes about four minutes of two cores; nothing outside the directory and
the packages below is changed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tools.debian import ProgramNotFoundError, require_program

PYTHON = "python3.11"
"""A source package of Debian 12."""
PACKAGES = ("musl-tools", "gcc", "make", "dpkg-dev")
_KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"
_COMPILER = """#!/bin/sh
# The compiler of musl-tools says that it is Debian's own; Python's configure then expects glibc.
case "$1" in
  *print-multiarch) echo "$(uname -m)-linux-musl" ;;
  *) exec musl-gcc "$@" ;;
esac
"""


def build(directory: Path) -> Path:
    """Build the interpreter below a directory where it is missing, and return its path.

    Raises `ProgramNotFoundError`, and `CalledProcessError` where a step fails.
    """
    interpreter = directory / "prefix" / "bin" / "python3"
    if interpreter.exists():
        return interpreter
    require_program("musl-gcc", *PACKAGES)
    directory.mkdir(parents=True, exist_ok=True)
    compiler = directory / "musl-cc"
    compiler.write_text(_COMPILER, encoding="utf-8")
    compiler.chmod(0o755)
    _fetch_sources(directory)
    prefix = directory / "prefix"
    cores = f"-j{os.cpu_count() or 1}"
    variables = {
        **os.environ,
        "CC": str(compiler),
        "CFLAGS": "-O2 -fPIC",  # zlib becomes a part of a shared object
        "CPPFLAGS": f"-I{prefix}/include",
        "LDFLAGS": f"-L{prefix}/lib",
    }
    for pattern, options in (
        ("zlib-*", ("--static",)),
        (f"{PYTHON}-*", ("--without-ensurepip", "--disable-test-modules")),
    ):
        (source,) = directory.glob(f"{pattern}/")
        for command in (
            ("./configure", f"--prefix={prefix}", *options),
            ("make", cores),
            ("make", "install"),
        ):
            log = source / "build.log"
            with log.open("ab") as stream:
                subprocess.run(command, cwd=source, env=variables, stdout=stream,
                               stderr=stream, check=True)  # fmt: skip
    return interpreter


def _fetch_sources(directory: Path) -> None:
    """Fetch and unpack the sources from where this machine's packages come from."""
    sources, lists = directory / "sources", directory / "lists"
    sources.mkdir(exist_ok=True)
    (lists / "partial").mkdir(parents=True, exist_ok=True)
    line = f"deb-src [signed-by={_KEYS}] $(SITE)/ $(RELEASE) $(COMPONENT)"
    apt = shutil.which("apt-get") or "apt-get"
    asked = [apt, "indextargets", "--format", line]
    found = subprocess.check_output([*asked, "Created-By: Packages", "Origin: Debian"], text=True)
    # The release itself: the sources of its updates are not always there.
    lines = {line for line in found.splitlines() if re.search(r" \w+ main$", line)}
    (sources / "debian.list").write_text("\n".join(lines) + "\n", encoding="utf-8")
    own = {
        "Dir::Etc::sourcelist": "/dev/null",
        "Dir::Etc::sourceparts": str(sources),
        "Dir::State::lists": str(lists),
        "APT::Sandbox::User": "root",
    }
    options = [part for name, value in own.items() for part in ("-o", f"{name}={value}")]
    for command in (["update"], ["source", "--only-source", PYTHON, "zlib"]):
        subprocess.run(
            [apt, "-qq", *options, *command],
            cwd=directory,
            stdout=subprocess.DEVNULL,
            check=True,
        )


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m tools.musl DIRECTORY")
    try:
        print(build(Path(sys.argv[1]).absolute()))
    except (ProgramNotFoundError, subprocess.CalledProcessError) as exc:
        sys.exit(f"error: {exc}")
