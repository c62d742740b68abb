"""The engine as something that other programs import or ship."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from tests.functional.conftest import ensurepip_wheel
from tests.functional.engine import CHECKOUT


@pytest.fixture(scope="session")
def importable(request: pytest.FixtureRequest) -> Path:
    """The entry for `sys.path`: the built file, or the checkout."""
    archive = request.config.getoption("--zipapp")
    return Path(str(archive)).resolve(strict=True) if archive else CHECKOUT


@pytest.fixture
def archive(request: pytest.FixtureRequest, importable: Path) -> Path:
    """The built file, for tests that need it."""
    if not request.config.getoption("--zipapp"):
        pytest.skip("this is about the built file: name it with --zipapp")
    return importable


@pytest.fixture
def with_engine(importable: Path) -> dict[str, str]:
    """An environment in which Python finds the engine."""
    return {**os.environ, "PYTHONPATH": str(importable)}


@pytest.fixture(scope="session")
def pip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real pip, to be run from a directory."""
    directory = tmp_path_factory.mktemp("pip")
    with zipfile.ZipFile(ensurepip_wheel()) as wheel:
        wheel.extractall(directory)
    return directory / "pip"
