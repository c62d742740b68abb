"""The built file, its twin, and Python processes that run them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.functional.archive.processes import Run


@pytest.fixture(scope="session")
def twin(archive: Path) -> Path:
    """The .py beside the .pyz."""
    return archive.with_suffix(".py")


@pytest.fixture
def python(request: pytest.FixtureRequest, tmp_path: Path) -> Run:
    """Run a Python with the given arguments, in an empty directory."""
    program = str(request.config.getoption("--engine-python"))

    def run(
        *arguments: str | Path, env: dict[str, str] | None = None, piped: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        source = piped.read_text(encoding="utf-8") if piped else None
        return subprocess.run(
            [program, *arguments],
            cwd=tmp_path,
            env=env,
            input=source,
            text=True,
            capture_output=True,
            check=False,
        )

    return run


@pytest.fixture
def in_archive(archive: Path, python: Run) -> Callable[[str], str]:
    """Run a piece of Python in a process that has started from the archive; return its output."""
    launch = "import runpy, sys; runpy.run_path(sys.argv[1], run_name='probe')\n"

    def run(code: str) -> str:
        done = python("-W", "error", "-c", launch + code, archive)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run
