"""The sdist, from which packages are made."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from bootstrap import __version__
from tests.functional.engine import CHECKOUT, run
from tools.zipapp.environment import ToolEnvironment

TOOLS = ToolEnvironment(CHECKOUT / "build/tools")
PYTHON = TOOLS.programs / "python"


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sdist of this checkout, from which packages are made."""
    if not PYTHON.exists():
        pytest.skip("the archive that --zipapp names was built elsewhere")
    directory = tmp_path_factory.mktemp("sdist")
    run(PYTHON, "-m", "tools.packaging.distributions", directory, cwd=CHECKOUT)
    return directory / f"get_installer-{__version__}.tar.gz"


@pytest.fixture
def tree(sdist: Path, tmp_path: Path) -> Path:
    """The sdist, unpacked."""
    with tarfile.open(sdist) as opened:
        opened.extractall(tmp_path / "sources", filter="data")
    return tmp_path / "sources" / f"get_installer-{__version__}"
