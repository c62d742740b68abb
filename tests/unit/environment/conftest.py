"""Every Python of the machine, for tests that hold on each."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.environment.pythons import ALL, name_of


@pytest.fixture(params=ALL, ids=name_of)
def python(request: pytest.FixtureRequest) -> Path:
    """Return each interpreter in turn."""
    path: Path = request.param
    return path
