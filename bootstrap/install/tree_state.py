"""What is in a directory tree, to find out later whether anybody has changed it.

By names, modes, sizes and times of modification: whatever saves a file changes one of them. Not by
inode numbers, which some file systems give anew with each rename.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

from bootstrap.dataclasses import dataclass
from bootstrap.file_changes import extended_path

_Entry = tuple[int, int, int]
_KINDS = (stat.S_ISREG, stat.S_ISDIR, stat.S_ISLNK)
"""Others cannot be copied: git's own sockets."""


@dataclass(frozen=True)
class TreeState:
    """The paths in a tree, and what would change with each."""

    entries: Mapping[str, _Entry]

    def find_change(self, later: TreeState) -> str | None:
        """Return a path that is not as it was; None where all of them are."""
        return next(self._changes(later), None)

    def find_work(self, later: TreeState) -> str | None:
        """Return a path that is not as it was, and that no build of the project changes."""
        changes = self._changes(later)
        return next((path for path in changes if not _is_written_by_builds(path)), None)

    def digest(self) -> str:
        """Return what identifies this state, also in another process."""
        content = repr(sorted(self.entries.items())).encode("utf-8", "surrogatepass")
        return hashlib.sha256(content).hexdigest()

    def _changes(self, later: TreeState) -> Iterator[str]:
        for path in sorted(self.entries.keys() | later.entries.keys()):
            if self.entries.get(path) != later.entries.get(path):
                yield path


def read_tree(root: Path) -> TreeState:
    """Read the state of a directory or file. What cannot be read, or disappears, is left out."""
    base = extended_path(os.path.abspath(root))
    entries: dict[str, _Entry] = {}
    pending = ["."]
    while pending:
        relative = pending.pop()
        path = os.path.join(base, relative.replace("/", os.sep)) if relative != "." else base
        with suppress(OSError):
            found = os.lstat(path)
            if not any(is_kind(found.st_mode) for is_kind in _KINDS):
                continue
            is_directory = stat.S_ISDIR(found.st_mode)
            times = (0, 0) if is_directory else (found.st_size, found.st_mtime_ns)
            entries[relative] = (found.st_mode, *times)
            if is_directory and not _is_reparse_point(found):
                names = filter(_is_of_somebody, os.listdir(path))
                pending += [name if relative == "." else f"{relative}/{name}" for name in names]
    return TreeState(entries)


def _is_of_somebody(name: str) -> bool:
    """Whether a name is not that of what Python writes by itself when a module is imported."""
    return name != "__pycache__" and not name.endswith(".pyc")


def _is_written_by_builds(path: str) -> bool:
    parts = PurePosixPath(path).parts
    is_metadata = any(part.endswith(".egg-info") for part in parts)
    return is_metadata or parts[:1] == ("build",) or parts == (".git", "index")


def _is_reparse_point(found: os.stat_result) -> bool:
    """Whether it is a junction, which leads elsewhere (Windows)."""
    attributes = getattr(found, "st_file_attributes", 0)
    return bool(attributes & stat.FILE_ATTRIBUTE_REPARSE_POINT)
