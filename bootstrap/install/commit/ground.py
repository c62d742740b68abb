"""The ground a plan stands on: what may be moved, what may go, and where it is kept meanwhile."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator

from bootstrap.install.commit.area import KEPT
from bootstrap.install.commit.staging import Staging
from bootstrap.install.environment.bytecode_files import is_bytecode_of
from bootstrap.install.environment.mounts import Movable, movable
from bootstrap.install.environment.owners import Owners
from bootstrap.install.errors import NotWritableError

_MOST_STRAYS = 10_000


class Ground:
    """Answers questions about the target; changes nothing in it."""

    def __init__(self, staging: Staging, old: frozenset[str], owners: Owners) -> None:
        self.staging, self.old, self.owners = staging, old, owners
        self._numbers = itertools.count()
        self._areas: dict[str, str] = {}

    def kept(self, path: str) -> str:
        """Return a new path, on the same mount, to keep something at."""
        return os.path.join(self._area(path), KEPT, str(next(self._numbers)))

    def movable(self, path: str) -> bool:
        """Whether a path may be renamed, as a whole. Raises `NotWritableError` where not at all."""
        try:
            return movable(path, self._area(path)) is Movable.YES
        except OSError as exc:
            raise NotWritableError(path, exc.strerror or str(exc)) from exc

    def _area(self, path: str) -> str:
        directory = os.path.dirname(path)
        if directory not in self._areas:
            self._areas[directory] = self.staging.area_for(directory)
        return self._areas[directory]

    def may_go_whole(self, directory: str) -> bool:
        """Whether a directory may be replaced or removed as a whole: all in it is to go."""
        return self.strays(directory, most=0) == []

    def strays(self, directory: str, most: int = _MOST_STRAYS) -> list[str] | None:
        """Return nobody's files below a directory that else may be replaced as a whole.

        None where it may not: it cannot be moved, other distributions' files lie in it, or more of
        nobody's than `most`. Each of the files that go is asked whether it may, too: an immutable
        one would be left over. Raises `NotWritableError`.
        """
        if not self.movable(directory):
            return None
        strays: list[str] = []
        for path in files_below(directory):
            if self._may_go(path):
                self.movable(path)
            elif len(strays) < most and self.owners[path] is None:
                strays.append(path)
            else:
                return None
        return strays

    def _may_go(self, path: str) -> bool:
        return path in self.old or is_bytecode_of(path, self.old)


def files_below(directory: str) -> Iterator[str]:
    """Yield all files and links below a directory."""
    for entry in list(os.scandir(directory)):  # a list: whoever asks may stop half-way
        if entry.is_dir(follow_symlinks=False):
            yield from files_below(entry.path)
        else:
            yield entry.path
