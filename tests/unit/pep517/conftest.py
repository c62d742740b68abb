from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bootstrap.environment.model import TargetEnvironment
from bootstrap.pep517.builder import Builder
from bootstrap.pep517.isolation import BuildRequirements
from bootstrap.pep517.settings import BuildSettings
from bootstrap.ui import Ui
from tests.unit.pep517.workbench import LocalSdists


@pytest.fixture(scope="session")
def target(running_python: TargetEnvironment) -> TargetEnvironment:
    """The Python that runs the tests."""
    return running_python


@dataclass(frozen=True)
class Bench:
    """A builder, its build requirements, and its output."""

    builder: Builder
    sdists: LocalSdists
    out: io.StringIO
    err: io.StringIO


@pytest.fixture
def bench(tmp_path: Path, target: TargetEnvironment) -> Iterator[Callable[..., Bench]]:
    """Make builders; each keyword is a field of `BuildSettings`."""
    made: list[Builder] = []

    def make(
        verbosity: int = 0,
        requirements: BuildRequirements | None = None,
        on: TargetEnvironment = target,
        **settings: Any,
    ) -> Bench:
        settings.setdefault("environ", {"PATH": "/usr/bin:/bin"})
        directory = tmp_path / f"bench-{len(made)}"
        directory.mkdir()
        sdists = LocalSdists()
        ui = Ui(io.StringIO(), io.StringIO(), verbosity)
        builder = Builder(
            on, requirements or sdists, BuildSettings(**settings), directory=directory, ui=ui
        )
        sdists.builder = builder
        made.append(builder)
        assert isinstance(ui.out, io.StringIO)
        assert isinstance(ui.err, io.StringIO)
        return Bench(builder, sdists, ui.out, ui.err)

    yield make
    for each in made:
        each.__exit__(None, None, None)
