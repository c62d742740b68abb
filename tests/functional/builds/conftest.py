from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.functional.builds.projects import offer_backend
from tests.functional.conftest import LocalIndex
from tests.functional.engine import Engine, Finished, run


@dataclass(frozen=True)
class Site:
    """A target, an index with a backend, and the notes of the backend's hooks."""

    engine: Engine
    index: LocalIndex
    venv: Path
    notes: Path

    @property
    def options(self) -> tuple[str | Path, ...]:
        """The options of each run: this target, this index, and no installer."""
        return ("--venv", self.venv, *self.index.options, "--installer", "none")

    @property
    def environ(self) -> dict[str, str]:
        """The variable that names the file for the backend's notes."""
        return {"TINY_NOTES": str(self.notes)}

    def installs(self, *arguments: str | Path) -> Finished:
        """Install something; this has to succeed."""
        return self.engine.succeeds(*self.options, *arguments, environ=self.environ)

    def refuses(self, *arguments: str | Path, status: int = 1) -> Finished:
        """Install something; this has to fail."""
        return self.engine.fails(*self.options, *arguments, environ=self.environ, status=status)

    def python(self, code: str) -> str:
        """Run code in the target."""
        return run(self.venv / "bin" / "python", "-I", "-c", code).strip()

    def direct_url(self, name: str) -> Any:
        """Return a distribution's direct_url.json, or None."""
        found = f"importlib.metadata.distribution({name!r}).read_text('direct_url.json')"
        text = self.python(f"import importlib.metadata; print({found})")
        return None if text == "None" else json.loads(text)

    def seen(self) -> list[dict[str, Any]]:
        """Return the notes of every hook that ran."""
        if not self.notes.exists():
            return []
        return [json.loads(line) for line in self.notes.read_text("utf-8").splitlines()]


@pytest.fixture
def site(engine: Engine, index: LocalIndex, venv: Path, tmp_path: Path) -> Site:
    """A site whose index offers `tinyback`."""
    offer_backend(index)
    return Site(engine, index, venv, tmp_path / "notes")


@pytest.fixture
def tree(tmp_path: Path) -> Callable[[str], Path]:
    """Return the path for a source tree of a name."""
    return lambda name: tmp_path / "trees" / name


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache for all tests of a module, so that backends are fetched once."""
    return tmp_path_factory.mktemp("cache")
