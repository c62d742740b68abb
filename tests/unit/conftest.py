"""Fixtures that the unit tests of several packages use."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest

from bootstrap.environment.model import TargetEnvironment
from bootstrap.environment.probe import probe
from bootstrap.environment.settings import TargetSettings
from bootstrap.ui import Ui
from tests.servers import Authority, IndexServer


@pytest.fixture
def index(authority: Authority) -> Iterator[IndexServer]:
    """An index with TLS."""
    with IndexServer(authority) as server:
        yield server


@pytest.fixture
def ui() -> Ui:
    """A user interface whose output nobody reads."""
    return Ui(io.StringIO(), io.StringIO())


@pytest.fixture(scope="session")
def running_python() -> TargetEnvironment:
    """The Python that runs the tests."""
    return probe(TargetSettings(), Ui(io.StringIO(), io.StringIO()))
