"""The directories of an installation scheme, canonical: symbolic links are resolved."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from bootstrap.dataclasses import dataclass
from bootstrap.environment.model import Scheme
from bootstrap.file_changes import canonical_path
from bootstrap.install.filesystem import NameSpeller

if TYPE_CHECKING:
    from bootstrap.install.wheel.wheel import SchemeKey

SCHEME_KEYS: tuple[SchemeKey, ...] = ("purelib", "platlib", "scripts", "headers", "data")


@dataclass(frozen=True)
class SchemePaths:
    """Where each kind of file is installed."""

    scheme: Scheme

    @cached_property
    def directories(self) -> dict[SchemeKey, str]:
        """The scheme's directories, symbolic links resolved (they need not exist yet)."""
        return {key: canonical_path(getattr(self.scheme, key)) for key in SCHEME_KEYS}

    @cached_property
    def libraries(self) -> tuple[str, ...]:
        """The directories of modules and metadata: purelib, and platlib where it differs."""
        directories = self.directories
        return tuple(dict.fromkeys((directories["purelib"], directories["platlib"])))

    def find_metadata(self) -> frozenset[str]:
        """Return the metadata directories that are in the library directories now."""
        found = set[str]()
        for library in self.libraries:
            with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
                names = (name for name in os.listdir(library) if name.endswith(".dist-info"))
                found.update(os.path.join(library, name) for name in names)
        return frozenset(found)

    @cached_property
    def _nested(self) -> dict[str, list[str]]:
        """The scheme's directories inside each of them, deepest first."""
        directories = sorted(set(self.directories.values()), key=len, reverse=True)
        return {
            outer: [inner for inner in directories if _is_below(inner, outer)]
            for outer in directories
        }

    def locate(self, key: SchemeKey, path: str) -> tuple[str, str]:
        """Return the innermost directory of the scheme for a file, and its path below that.

        `.data/data/bin/x` is installed to the same path as `.data/scripts/x`, and, where the file
        system does not distinguish them, `.data/data/BIN/x`, too.
        """
        directory = self.directories[key]
        for inner in self._nested[directory]:
            below = inner[len(directory.rstrip(os.sep)) + 1 :].replace(os.sep, "/") + "/"
            parts = path.split("/", below.count("/"))
            head, rest = "/".join([*parts[:-1], ""]), parts[-1]
            if head == below or (head and self._spell(directory, head) == inner):
                return inner, rest
        return directory, path

    def _spell(self, directory: str, head: str) -> str:
        return self._speller.spell(os.path.join(directory, *head.split("/")[:-1]), directory)

    @cached_property
    def _speller(self) -> NameSpeller:
        return NameSpeller()

    def path_from_library(self, library: SchemeKey, key: SchemeKey) -> str:
        """Return the relative path from a library directory to another of the scheme, for RECORD.

        It ends with a slash, or is empty. Where no relative path exists (another drive on Windows),
        it is absolute.
        """
        if (library, key) not in self._between:
            start, end = getattr(self.scheme, library), getattr(self.scheme, key)
            try:
                path = os.path.relpath(end, start)
            except ValueError:
                path = str(end)
            path = path.replace(os.sep, "/")
            self._between[library, key] = "" if path == "." else f"{path.rstrip('/')}/"
        return self._between[library, key]

    @cached_property
    def _between(self) -> dict[tuple[SchemeKey, SchemeKey], str]:
        return {}  # filled by `path_from_library`, which is asked for each file

    def contains(self, path: str) -> bool:
        """Whether a canonical path is inside a directory of the scheme."""
        return self.directory_around(path) is not None

    def directory_around(self, path: str) -> str | None:
        """Return the outermost directory of the scheme that a canonical path is inside, if any."""
        around = (each for each in self.directories.values() if _is_below(path, each))
        return min(around, key=len, default=None)

    def lock_paths(self) -> list[str]:
        """Return what a writer locks: the existing directories that it may change.

        Where uv has left its own lock file of a virtual environment, that too, so that uv waits.
        """
        candidates = (*self.libraries, self.directories["scripts"])
        uv = os.path.join(self.directories["data"], ".lock")
        found = [path for path in candidates if os.path.isdir(path)]
        return [*found, uv] if os.name == "posix" and os.path.isfile(uv) else found


def _is_below(path: str, directory: str) -> bool:
    return path.startswith(f"{directory.rstrip(os.sep)}{os.sep}")
