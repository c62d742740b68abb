"""What README.md, CONTRIBUTING.md and others tell developers is done in a clone, page by page."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.functional.documents.blocks import blocks_of
from tests.functional.engine import CHECKOUT, run

COMMANDS = {
    "README.md": ("python3 build_zipapp.py &&", "python3 -m venv .venv &&"),
    "CONTRIBUTING.md": ("",),
    "docs/verify.md": ("python3 build_zipapp.py", "cmp built/", "cmp release/"),
    "docs/builds.md": (".venv/bin/pytest",),
    "docs/security.md": ("FUZZ_SECONDS=",),
    "docs/speed.md": ("",),
    "docs/standards.md": (".venv/bin/pytest",),
}
"""How the commands of each page begin."""
_SHORTENED = {".venv/bin/pytest": "--collect-only -q", "-m tests.benchmarks": "--help"}
"""What takes hours is only begun."""


def commands_of(page: str) -> list[str]:
    """Return those commands of a page that are for a clone."""
    lines = (line for block in blocks_of(page) if not block.language for line in block.lines)
    return [line for line in lines if line.startswith(COMMANDS.get(page, ("\0",)))]


@dataclass(frozen=True)
class Clone:
    """A clone of a developer's."""

    directory: Path
    environ: dict[str, str]

    def does(self, command: str) -> None:
        """Run a command, or begin it."""
        for program, option in _SHORTENED.items():
            command += f" {option}" if program in command else ""
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.directory,
            env=self.environ,
            input="y\n",  # towncrier asks
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}"
        if "changelog" in command:
            self.does("git commit -qam 'Write it'")


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """A clone of this checkout."""
    if not (CHECKOUT / ".git").exists():
        pytest.skip("needs a clone")
    run("git", "clone", "-q", CHECKOUT, tmp_path / "clone")
    environ = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    for role in ("AUTHOR", "COMMITTER"):
        environ |= {f"GIT_{role}_NAME": "Me", f"GIT_{role}_EMAIL": "me@corp.example"}
    if trusted := os.environ.get("SSL_CERT_FILE"):  # older pips do not know it
        environ["PIP_CERT"] = trusted
    return Clone(tmp_path / "clone", environ)


@pytest.mark.slow
@pytest.mark.network
@pytest.mark.timeout(3600)
def test_developers_can_do_what_the_pages_say(clone: Clone, tmp_path: Path) -> None:
    for page in COMMANDS:
        for command in commands_of(page):
            clone.does(command)
        if page == "CONTRIBUTING.md":  # what others download
            (clone.directory / "release").rename(tmp_path / "release")
            for name in ("get-installer.py", "SHA256SUMS"):
                shutil.copy(tmp_path / "release" / name, tmp_path)


@pytest.mark.parametrize("page", COMMANDS)
def test_each_page_has_commands_for_developers(page: str) -> None:
    commands = commands_of(page)
    assert [
        begin for begin in COMMANDS[page] if not any(c.startswith(begin) for c in commands)
    ] == []
