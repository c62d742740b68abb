"""The built .pyz, which packs, and the kits that it writes, which install."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.functional.conftest import LocalIndex
from tests.functional.engine import Engine

LINUX = "linux-x86_64-glibc2.28"
PLAIN = {"PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": ""}
"""No configuration: what is packed depends on the command line only."""


@pytest.fixture
def packer(engine_python: str, archive: Path) -> Engine:
    """The built .pyz."""
    return Engine((engine_python, str(archive)), PLAIN)


@dataclass(frozen=True)
class Packing:
    """Packs from a local index."""

    packer: Engine
    index: LocalIndex
    directory: Path
    python: str

    def __call__(self, *arguments: str | Path, name: str = "a kit.pyz", **options: object) -> Path:
        """Pack, and return the kit."""
        kit = self.directory / name
        options.setdefault("cwd", self.directory)
        self.packer.succeeds(
            "pack", *arguments, *self.index.options, "--no-cache-dir", "-o", kit, **options
        )
        return kit

    def fails(self, *arguments: str | Path, status: int = 1) -> str:
        """Pack what cannot be packed; return the message. There is no kit then."""
        kit = self.directory / "none.pyz"
        command = ("pack", *arguments, *self.index.options, "--no-cache-dir", "-o", kit)
        done = self.packer.fails(*command, status=status)
        assert not kit.exists()
        return done.err

    def engine(self, kit: Path) -> Engine:
        """Return the engine that a kit is."""
        return Engine((self.python, str(kit)), PLAIN)


@pytest.fixture
def pack(packer: Engine, index: LocalIndex, tmp_path: Path, engine_python: str) -> Packing:
    return Packing(packer, index, tmp_path, engine_python)


Requests = Callable[[], list[str]]


@pytest.fixture
def requests(index: LocalIndex) -> Requests:
    """Return what the index was asked for since the last call."""

    def since() -> list[str]:
        paths = index.server.paths
        index.server.requests.clear()
        return paths

    return since
