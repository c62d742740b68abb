"""Source trees: a directory, and what its pyproject.toml says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bootstrap.pep517.pyproject import (
    BuildSystem,
    PyprojectError,
    check_backend_path,
    parse_build_system,
    read_pyproject,
)
from bootstrap.pep517.sdist import unpack_sdist
from bootstrap.pep517.source import SdistFile, Source, SourceTree


@dataclass(frozen=True)
class OpenedTree:
    """A source tree that lies on the disk and has been read."""

    path: Path
    document: Mapping[str, Any] | None
    """pyproject.toml, where there is one."""
    system: BuildSystem
    of: str
    """The source, for messages."""


def open_tree(source: Source, directory: Path) -> OpenedTree:
    """Unpack a source into the private `directory` where it needs to be, and read it.

    Raises `ArchiveError` and `PyprojectError`.
    """
    of = str(source)
    path = _path_of(source, directory, of)
    document = read_pyproject(path, of)
    system = parse_build_system(document, of)
    check_backend_path(path, system, of)
    return OpenedTree(path, document, system, of)


def _path_of(source: Source, directory: Path, of: str) -> Path:
    if isinstance(source, SourceTree):
        return source.path
    if isinstance(source, SdistFile):
        root = unpack_sdist(source.path, source.filename, directory / "source")
    else:
        root = source.path
    return _below(root, source.subdirectory, of)


def _below(root: Path, subdirectory: str, of: str) -> Path:
    """Return a subdirectory of a source tree; it may not lead out of it."""
    found = (root / subdirectory).resolve()
    if not found.is_relative_to(root.resolve()) or not found.is_dir():
        raise PyprojectError(
            of, f"it has no subdirectory {subdirectory!r}", "Mend the #subdirectory= of its URL."
        )
    return found
