"""What a run costs: its memory and processor time, measured by a small process.

Linux counts the memory of the process that starts another to the peak of that other.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_SCRIPT = """
import json, subprocess, sys
from resource import RUSAGE_CHILDREN, getrusage
status = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
usage = getrusage(RUSAGE_CHILDREN)
unit = 1 if sys.platform == "darwin" else 1024
used = {"memory": usage.ru_maxrss * unit, "seconds": usage.ru_utime + usage.ru_stime}
print(json.dumps({"status": status, **used}))
"""


@dataclass(frozen=True)
class Measured:
    """A run that has ended."""

    status: int
    message: str
    """What it wrote to standard error."""
    memory: int
    """The most that one of its processes had, in bytes."""
    seconds: float
    """Of processor time."""


def measure(
    command: Sequence[str | Path], environ: Mapping[str, str], cwd: Path | None = None
) -> Measured:
    """Run a command to its end, on POSIX; what it prints is dropped."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _SCRIPT, *map(str, command)],
        env=environ,
        cwd=cwd,
        capture_output=True,
        text=True,
        check=True,
    )
    return Measured(message=done.stderr, **json.loads(done.stdout))
