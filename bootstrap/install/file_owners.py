"""Who owns the target's files, so that what is shared stays and what is somebody's is not replaced.

A list of files that cannot be read stops the installation: what it lists could be removed with the
files of what is replaced.
"""

from __future__ import annotations

import io
import os
from collections.abc import Container, Iterable, Iterator
from contextlib import suppress
from functools import cached_property

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.install.errors import CannotUninstallError
from bootstrap.install.scheme_paths import SchemePaths
from bootstrap.install.strict_zip.names import fold
from bootstrap.install.uninstall import find_installed_files, read_list, scan_libraries
from bootstrap.limits import LimitError
from bootstrap.metadata.installed_record import InstalledKind, InstalledRecord

_LINES_SIZE = 1 << 20


class FileOwners:
    """The owners of the target's files, apart from the distributions that are to be replaced.

    Its methods raise `UnreadableListError`.
    """

    def __init__(self, paths: SchemePaths, replaced: Container[NormalizedName]) -> None:
        self.paths, self._replaced = paths, replaced

    def get(self, path: str) -> str | None:
        """Return the distribution that owns a file, if any does."""
        return self._by_path.get(path)

    def without_shared(self, paths: frozenset[str]) -> frozenset[str]:
        """Return those of some files that no other distribution lists.

        Only the RECORDs are parsed that contain the first part of one of their names.
        """
        names = {fold(self._first_part(path)) for path in paths}
        shared: set[str] = set()
        for record in self._records() if names else ():
            with suppress(CannotUninstallError):
                if _mentions(record, names):
                    shared |= find_installed_files(record, self.paths).files & paths
        return paths - shared

    def _first_part(self, path: str) -> str:
        for library in self.paths.libraries:
            if path.startswith(library + os.sep):
                return path[len(library) + 1 :].partition(os.sep)[0]
        return os.path.basename(path)

    def _records(self) -> Iterator[InstalledRecord]:
        records = scan_libraries(self.paths)
        return (record for record in records if record.name not in self._replaced)

    def find_in(self, directory: str) -> str | None:
        """Return a distribution that owns a file in a directory, if any does."""
        prefix = directory + os.sep
        return next(
            (owner for file, owner in self._by_path.items() if file.startswith(prefix)), None
        )

    @cached_property
    def _by_path(self) -> dict[str, str]:
        owners: dict[str, str] = {}
        for record in self._records():
            with suppress(CannotUninstallError):
                files = find_installed_files(record, self.paths).files
                owners.update(dict.fromkeys(files, str(record)))
        return owners


def _mentions(record: InstalledRecord, names: Iterable[str]) -> bool:
    """Whether the RECORD of a distribution may list a file with one of some names, folded."""
    if record.kind is not InstalledKind.DIST_INFO:
        return True
    try:
        lines = io.BytesIO(read_list(record.path / "RECORD"))
    except (OSError, LimitError):
        return True  # `find_installed_files` says what that means
    while some := lines.readlines(_LINES_SIZE):  # folding takes several times the memory
        folded = fold(os.fsdecode(b"".join(some)))
        if any(name in folded for name in names):
            return True
    return False
