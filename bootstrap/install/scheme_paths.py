"""The directories of a scheme, canonical: two names of one directory are one place."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property

from bootstrap.environment.model import Scheme
from bootstrap.install.wheel.wheel import SchemeKey

SCHEME_KEYS: tuple[SchemeKey, ...] = ("purelib", "platlib", "scripts", "headers", "data")


@dataclass(frozen=True)
class SchemePaths:
    """Where files of each kind go."""

    scheme: Scheme

    @cached_property
    def directories(self) -> dict[SchemeKey, str]:
        """The scheme's directories, symbolic links resolved (they need not exist yet)."""
        return {key: os.path.realpath(getattr(self.scheme, key)) for key in SCHEME_KEYS}

    @cached_property
    def libraries(self) -> tuple[str, ...]:
        """The directories modules and metadata lie in: purelib, and platlib where it differs."""
        directories = self.directories
        return tuple(dict.fromkeys((directories["purelib"], directories["platlib"])))

    @cached_property
    def _nested(self) -> dict[str, list[str]]:
        """Of each directory those of the scheme inside it, deepest first."""
        all_of_them = sorted(set(self.directories.values()), key=len, reverse=True)
        return {
            outer: [
                each for each in all_of_them if each.startswith(f"{outer.rstrip(os.sep)}{os.sep}")
            ]
            for outer in all_of_them
        }

    def locate(self, key: SchemeKey, path: str) -> tuple[str, str]:
        """Return the innermost directory of the scheme a file goes to, and its path below that.

        `.data/data/bin/x` goes to the same place as `.data/scripts/x`.
        """
        directory = self.directories[key]
        for inner in self._nested[directory]:
            below = inner[len(directory.rstrip(os.sep)) + 1 :].replace(os.sep, "/") + "/"
            if path.startswith(below):
                return inner, path[len(below) :]
        return directory, path

    def from_library(self, library: SchemeKey, key: SchemeKey) -> str:
        """Return the way from a library directory to another of the scheme, as RECORD spells it.

        It ends with a slash, or is empty. Where no relative way exists (another drive on Windows),
        it is absolute.
        """
        start, end = getattr(self.scheme, library), getattr(self.scheme, key)
        try:
            way = os.path.relpath(end, start)
        except ValueError:
            way = str(end)
        way = way.replace(os.sep, "/")
        return "" if way == "." else f"{way.rstrip('/')}/"

    def contains(self, path: str) -> bool:
        """Whether a canonical path lies in a directory of the scheme."""
        return any(
            path.startswith(f"{directory.rstrip(os.sep)}{os.sep}")
            for directory in self.directories.values()
        )


def lock_paths(places: SchemePaths) -> list[str]:
    """Return what a writer locks: those of the directories it changes that are there.

    And uv's own lock of a virtual environment, where uv has left one: then uv waits for us, too.
    """
    candidates = (*places.libraries, places.directories["scripts"])
    uv = os.path.join(places.directories["data"], ".lock")
    found = [path for path in candidates if os.path.isdir(path)]
    return [*found, uv] if os.name == "posix" and os.path.isfile(uv) else found
