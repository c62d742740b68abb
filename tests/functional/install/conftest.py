from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.functional.engine import Engine, Finished, run
from tests.servers import make_wheel


@dataclass(frozen=True)
class Site:
    """A virtual environment without anything in it, and a directory of wheels to install from."""

    engine: Engine
    venv: Path
    wheels: Path

    @property
    def command(self) -> tuple[str, ...]:
        """The command line to which the requirements are added."""
        return (*self.engine.command, *map(str, self._options))

    @property
    def environ(self) -> Mapping[str, str]:
        """What the command line is run with."""
        return {**os.environ, **self.engine.environ}

    @property
    def library(self) -> Path:
        """Where modules go."""
        return next(self.venv.glob("lib/python*/site-packages"))

    @property
    def _options(self) -> tuple[str | Path, ...]:
        near = ("--no-index", "--find-links", self.wheels)
        return ("--python", self.venv, *near, "--installer", "none")

    def offer(self, name: str, version: str, **details: object) -> Path:
        """Make a wheel and put it among those offered."""
        return make_wheel(self.wheels, name, version, **details)  # type: ignore[arg-type]  # theirs

    def installs(self, *requirements: str | Path) -> Finished:
        """Install what can be installed."""
        return self.engine.succeeds(*self._options, *requirements)

    def refuses(
        self, *requirements: str | Path, status: int = 1, environ: Mapping[str, str] | None = None
    ) -> Finished:
        """Ask for what has to fail in one clear message."""
        return self.engine.fails(*self._options, *requirements, status=status, environ=environ)

    def without_root_s_rights(self) -> Site:
        """Return the same, run by a user for whom permissions count."""
        return replace(self, engine=self.engine.without_root_s_rights())

    def at(self, venv: Path) -> Site:
        """Return the same wheels with another environment, made now."""
        run(sys.executable, "-m", "venv", "--without-pip", venv)
        return replace(self, venv=venv)


@pytest.fixture
def site(engine: Engine, venv: Path, tmp_path: Path) -> Site:
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    return Site(engine, venv, wheels).at(venv)
