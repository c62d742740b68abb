from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools.interpreters import interpreters

TOO_OLD = {
    f"{major}.{minor}": path
    for (major, minor), path in interpreters().items()
    if (major, minor) < (3, 10)
}
every_old_python = pytest.mark.parametrize("version", TOO_OLD)


def error_of(python: Path, *arguments: str | Path, piped: Path | None = None) -> str:
    """Return the one line that an old Python prints."""
    source = piped.read_bytes() if piped else None
    done = subprocess.run([python, *arguments], input=source, capture_output=True, check=False)
    assert done.returncode == 1
    assert done.stdout == b""
    (line,) = done.stderr.decode().splitlines()
    return line


@every_old_python
def test_an_old_python_gets_a_message_of_one_line(version: str, archive: Path, twin: Path) -> None:
    python = TOO_OLD[version]
    line = error_of(python, archive)
    assert f"this is Python {version}." in line
    assert "3.10 or newer" in line
    assert f"--python {python}" in line
    assert error_of(python, twin) == line


@every_old_python
def test_an_old_python_gets_the_same_message_when_the_twin_is_piped(
    version: str, archive: Path, twin: Path
) -> None:
    python = TOO_OLD[version]
    assert error_of(python, "-", "--venv", "demo", piped=twin) == error_of(python, archive)
