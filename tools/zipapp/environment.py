"""The build's private environment, which contains only its tools, pinned by hash."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tools.zipapp.stamp import Stamp, digest_of

_LOCK = Path(__file__).with_name("build-tools.txt")


@dataclass(frozen=True)
class ToolEnvironment:
    """A virtual environment that holds what ``build-tools.txt`` locks."""

    directory: Path

    @property
    def programs(self) -> Path:
        """The directory of the tools' programs."""
        return self.directory / ("Scripts" if os.name == "nt" else "bin")

    def python(
        self, *arguments: str | Path, cwd: Path, environ: dict[str, str] | None = None
    ) -> None:
        """Run this environment's Python; its output is shown.

        :raises subprocess.CalledProcessError: it failed; its output explains why.
        """
        program = self.programs / "python"
        subprocess.run([program, *arguments], cwd=cwd, env=environ, check=True)


def prepare(directory: Path) -> ToolEnvironment:
    """Return the environment in `directory`; create it again if the lock or Python changed."""
    environment = ToolEnvironment(directory)
    stamp = Stamp(directory / "lock.sha256", digest_of(_LOCK.read_bytes(), sys.version.encode()))
    if not stamp.holds():
        print("Installing the build's tools ...", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", directory], check=True)
        # Isolated: pip's build isolation, from which this may run, shows what it has installed.
        install = "-I -m pip install -qq --disable-pip-version-check --require-hashes --no-deps"
        environment.python(*install.split(), "--requirement", _LOCK, cwd=directory)
        stamp.write()
    return environment
