"""The engine on Windows: real Windows, or Windows' Python run by Wine (`nox -s windows`)."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.functional.engine import Engine, run
from tests.servers.wheels import make_wheel

if os.name != "nt":
    collect_ignore_glob = ["test_*.py"]

_EMULATION = Path(__file__).with_name("emulation")


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> Engine:
    """The checkout, or with `--zipapp` the built file."""
    archive = request.config.getoption("--zipapp")
    if archive:
        return Engine.from_zipapp(sys.executable, Path(str(archive)).resolve(strict=True))
    return Engine.from_checkout(sys.executable)


@pytest.fixture(scope="session")
def empty_venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment without pip."""
    directory = tmp_path_factory.mktemp("empty") / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", directory)
    return directory


@pytest.fixture
def venv(empty_venv: Path, tmp_path: Path) -> Path:
    """A copy of the virtual environment; the path has a space, as users' paths have."""
    return Path(shutil.copytree(empty_venv, tmp_path / "the target"))


class Wheels:
    """A directory of wheels that tests make, and the options that lead to it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir()

    def add(self, name: str, version: str, **details: object) -> Path:
        """Make a wheel."""
        return make_wheel(self.directory, name, version, **details)  # type: ignore[arg-type]  # theirs

    @property
    def options(self) -> tuple[str, ...]:
        """What the user types to use it, and nothing else."""
        return ("--installer", "none", "--offline", "--find-links", self.directory.as_uri())


@pytest.fixture
def wheels(tmp_path: Path) -> Wheels:
    """Return wheels for a test to make."""
    return Wheels(tmp_path / "wheels")


@pytest.fixture
def emulated() -> Callable[..., dict[str, str]]:
    """Return the variables that make the engine's process behave as Windows does, not as Wine."""

    def variables(*names: str, **settings: str) -> dict[str, str]:
        path = os.pathsep.join(filter(None, (str(_EMULATION), str(Path.cwd()))))
        return {"PYTHONPATH": path, "EMULATE": ",".join(names), **settings}

    return variables


def library(venv: Path) -> Path:
    """Return the directory of the modules of a virtual environment."""
    return venv / "Lib" / "site-packages"


def names_in(directory: Path) -> list[str]:
    """Return the names in a directory, sorted, apart from caches of bytecode."""
    return sorted(path.name for path in directory.iterdir() if path.name != "__pycache__")
