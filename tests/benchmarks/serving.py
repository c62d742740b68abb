"""Starts the server's process and ends it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Served:
    """An index that is being served."""

    url: str
    ca: Path
    """The file of the only authority that can vouch for it."""
    misses_log: Path

    @property
    def simple_url(self) -> str:
        """What `--index-url` is given."""
        return f"{self.url}/simple/" if self.url else ""

    @property
    def misses(self) -> tuple[str, ...]:
        """What was asked for and is not there."""
        return tuple(sorted(set(self.misses_log.read_text("utf-8").splitlines())))


@contextmanager
def serving(
    index: Path, directory: Path, *, latency_ms: float = 0, upstream: str = ""
) -> Iterator[Served]:
    """Serve an index in a process of its own; its authority's file goes into the directory."""
    ca, misses = directory / "ca.pem", directory / "misses.log"
    command = [sys.executable, "-m", "tests.benchmarks.server", index, "--ca-file", ca]
    command += ["--latency-ms", str(latency_ms), "--upstream", upstream]
    with misses.open("wb") as log:
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    with process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        if not url:
            raise RuntimeError(f"the index server did not start: {misses.read_text('utf-8')}")
        yield Served(url, ca, misses)
        process.terminate()
