"""Debian's own Python, whose packages lie in `dist-packages` and belong to dpkg.

The tests see /usr/local, where Debian's Python has others install, as an empty directory.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.functional.conftest import ensurepip_wheel
from tests.functional.engine import Engine, Finished, run, snapshot
from tests.reliability.pips import relabel_wheel

PYTHON = Path("/usr/bin/python3")
OWN = Path("/usr/lib/python3/dist-packages")
NEW = "99.0"
pytestmark = pytest.mark.skipif(
    not (OWN.is_dir() and shutil.which("unshare") and os.geteuid() == 0),
    reason="needs Debian's Python, and root, to put a directory in the place of /usr/local",
)


@dataclass(frozen=True)
class Debian:
    """The machine's Python, with a /usr/local of its own."""

    engine: Engine
    local: Path

    @property
    def library(self) -> Path:
        """Where Debian's Python has others install."""
        return next(self.local.glob("lib/python3*/dist-packages"))

    def run(self, *command: str | Path, environ: Mapping[str, str] | None = None) -> str:
        """Run a program that has to succeed."""
        plain = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], **(environ or {})}
        return run(*self._inside, *command, env=plain)

    def installs(self, *arguments: str | Path) -> Finished:
        """Run get-installer for this Python."""
        engine = replace(self.engine, command=(*self._inside, *self.engine.command))
        near = ("--python", PYTHON, "--break-system-packages", "--no-index")
        return engine.succeeds(*near, *arguments)

    @property
    def _inside(self) -> tuple[str, ...]:
        script = 'mount --bind "$0" /usr/local && exec "$@"'
        return ("unshare", "--mount", "sh", "-c", script, str(self.local))


@pytest.fixture
def debian(engine: Engine, tmp_path: Path) -> Debian:
    local = tmp_path / "local"
    local.mkdir()
    return Debian(engine, local)


def test_pip_installed_by_pip_is_replaced_and_can_be_uninstalled(
    debian: Debian, tmp_path: Path
) -> None:
    own = snapshot(OWN)
    wheel = ensurepip_wheel()
    install = ("install", "--quiet", "--no-index", "--ignore-installed", "--break-system-packages")
    debian.run(PYTHON, "-m", "pip", *install, wheel, environ={"PYTHONPATH": str(wheel)})
    assert (debian.library / "pip").is_dir()
    relabel_wheel(wheel, NEW, tmp_path)
    done = debian.installs("--find-links", tmp_path)
    assert f"~ pip {wheel.name.split('-')[1]} → {NEW}\n" in done.out
    assert sorted(path.name for path in debian.library.iterdir()) == ["pip", f"pip-{NEW}.dist-info"]
    assert debian.run("/usr/local/bin/pip", "--version").startswith(f"pip {NEW} ")
    listing = ("list", "--format", "freeze", "--path", debian.library)
    assert debian.run(PYTHON, "-m", "pip", *listing).split() == [f"pip=={NEW}"]
    debian.run(PYTHON, "-m", "pip", "uninstall", "--yes", "--break-system-packages", "pip")
    assert [path for path in debian.local.rglob("*") if not path.is_dir()] == []
    assert snapshot(OWN) == own
