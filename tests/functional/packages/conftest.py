"""The sdist, from which packages are made."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from bootstrap import __version__


@pytest.fixture
def sdist(distributions: Path) -> Path:
    """The sdist of this checkout, from which packages are made."""
    return distributions / f"get_installer-{__version__}.tar.gz"


@pytest.fixture
def tree(sdist: Path, tmp_path: Path) -> Path:
    """The sdist, unpacked."""
    with tarfile.open(sdist) as opened:
        opened.extractall(tmp_path / "sources", filter="data")
    return tmp_path / "sources" / f"get_installer-{__version__}"
