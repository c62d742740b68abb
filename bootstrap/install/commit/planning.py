"""Planning: from what is staged and what is to go, to the fewest steps in the safest order.

New things come first, then packages change over (one instant each), then metadata, then scripts;
what is no longer wanted goes last. So a module is there before the script that imports it, and an
installer that is being replaced works at every instant.
"""

from __future__ import annotations

import itertools
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field

from bootstrap.install.commit.staging import KEPT, Staging
from bootstrap.install.commit.steps import Drop, Make, Put, Step, Swap, Take
from bootstrap.install.environment.bytecode_files import bytecode_of, is_bytecode_of
from bootstrap.install.environment.mounts import Movable, movable
from bootstrap.install.environment.owners import Owners
from bootstrap.install.errors import NotWritableError

_METADATA = (".dist-info", ".egg-info")


@dataclass
class Plan:
    """Steps by their turn, and what they would overwrite that is nobody's to overwrite."""

    made: list[Step] = field(default_factory=list)
    added: list[Step] = field(default_factory=list)
    replaced: list[Step] = field(default_factory=list)
    metadata: list[Step] = field(default_factory=list)
    scripts: list[Step] = field(default_factory=list)
    old_metadata: list[Step] = field(default_factory=list)
    removed: list[Step] = field(default_factory=list)
    dropped: list[Step] = field(default_factory=list)
    in_the_way: list[str] = field(default_factory=list)

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps in their order."""
        return (
            *self.made,
            *self.added,
            *self.replaced,
            *self.metadata,
            *self.scripts,
            *self.old_metadata,
            *self.removed,
            *self.dropped,
        )


class Planner:
    """Makes one plan. Looks at the file system, changes nothing in it."""

    def __init__(self, staging: Staging, old: frozenset[str], owners: Owners) -> None:
        self._staging, self._old, self._owners = staging, old, owners
        self._scripts = staging.places.directories["scripts"]
        self._libraries = set(staging.places.libraries)
        self._covered: set[str] = set()
        self._new: set[str] = set()
        self._numbers = itertools.count()
        self._plan = Plan()

    def plan(self) -> Plan:
        """Plan. Raises `NotWritableError` where something cannot be moved."""
        for directory, staged in self._staging.roots.items():
            self._make_missing(directory)
            self._merge(staged, directory, directory)
        self._remove()
        return self._plan

    def _make_missing(self, directory: str) -> None:
        missing = []
        while not os.path.lexists(directory) and directory not in self._new:
            missing.append(directory)
            directory = os.path.dirname(directory)
        self._new.update(missing)
        self._plan.made += [Make(path) for path in reversed(missing)]

    def _merge(self, staged: str, directory: str, root: str) -> None:
        """Bring the entries of a staged directory into one that is there."""
        for entry in sorted(os.scandir(staged), key=lambda entry: entry.name):
            path = os.path.join(directory, entry.name)
            found = _status(path)
            is_directory = entry.is_dir(follow_symlinks=False)
            if found is None:
                self._put(path, entry, root)
            elif is_directory and stat.S_ISDIR(found.st_mode) and not self._replaceable(path):
                self._merge(entry.path, path, root)
            else:
                self._swap(path, entry, found, root)

    def _put(self, path: str, entry: os.DirEntry[str], root: str) -> None:
        self._new.add(path)
        turn = self._turn(path, root, self._plan.added)
        turn.append(Put(path, entry.path, entry.inode()))

    def _swap(self, path: str, entry: os.DirEntry[str], found: os.stat_result, root: str) -> None:
        self._new.add(path)
        if stat.S_ISDIR(found.st_mode):
            self._covered.add(path)
            if not self._replaceable(path):
                self._plan.in_the_way.append(path)
        else:
            self._movable(path)
            if path not in self._old:
                self._plan.in_the_way.append(path)
        turn = self._turn(path, root, self._plan.replaced)
        turn.append(Swap(path, entry.path, self._kept(path), entry.inode()))

    def _turn(self, path: str, root: str, otherwise: list[Step]) -> list[Step]:
        if root == self._scripts:
            return self._plan.scripts
        if root in self._libraries and path.endswith(_METADATA):
            return self._plan.metadata
        return otherwise

    def _kept(self, path: str) -> str:
        area = self._staging.area_for(path)
        return os.path.join(area, KEPT, str(next(self._numbers)))

    def _movable(self, path: str) -> bool:
        """Ask whether a path may be renamed as a whole. Raises `NotWritableError`."""
        try:
            return movable(path, self._staging.area_for(path)) is Movable.YES
        except OSError as exc:
            raise NotWritableError(path, exc.strerror or str(exc)) from exc

    def _replaceable(self, directory: str) -> bool:
        """Whether a directory may be moved, and all in it belongs to what is to go."""
        return self._movable(directory) and all(
            self._may_go(path) for path in files_below(directory)
        )

    def _may_go(self, path: str) -> bool:
        return path in self._old or is_bytecode_of(path, self._old)

    def _remove(self) -> None:
        """Plan the removal of what is to go and was not replaced: whole directories if possible."""
        going = self._going()
        for directory in sorted(self._directories_of(going), key=len):
            if self._is_gone(directory) or self._holds_new(directory):
                continue
            if os.path.isdir(directory) and self._replaceable(directory):
                self._take(directory)
        for path in sorted(going):
            if not self._is_gone(path):
                self._movable(path)
                self._take(path)
        self._drop_emptied()

    def _going(self) -> set[str]:
        going = set()
        for path in self._old:
            stale = set(bytecode_of(path)) - self._new
            going |= {each for each in stale if not self._is_gone(each)}
            if path not in self._new and not self._is_gone(path) and os.path.lexists(path):
                going.add(path)
        return {path for path in going if os.path.isfile(path) or os.path.islink(path)}

    def _directories_of(self, files: set[str]) -> set[str]:
        found: set[str] = set()
        for path in files:
            directory = os.path.dirname(path)
            while directory not in found and self._staging.places.contains(directory):
                if directory in self._staging.places.directories.values():
                    break
                found.add(directory)
                directory = os.path.dirname(directory)
        return found

    def _is_gone(self, path: str) -> bool:
        """Whether a path lies in a directory that is replaced or removed as a whole."""
        while path not in self._covered:
            path, before = os.path.dirname(path), path
            if path == before:
                return False
        return True

    def _holds_new(self, directory: str) -> bool:
        prefix = directory + os.sep
        return any(path.startswith(prefix) for path in self._new)

    def _take(self, path: str) -> None:
        if self._is_shared(path):
            return
        self._covered.add(path)
        is_metadata = os.path.dirname(path) in self._libraries and path.endswith(_METADATA)
        turn = self._plan.old_metadata if is_metadata else self._plan.removed
        turn.append(Take(path, self._kept(path)))

    def _is_shared(self, path: str) -> bool:
        """Whether another distribution lists the file, too (an `__init__.py` of a namespace)."""
        return not os.path.isdir(path) and self._owners[path] is not None

    def _drop_emptied(self) -> None:
        """Plan to remove directories whose last entries go, deepest first."""
        taken = {step.path for step in self._plan.removed + self._plan.old_metadata}
        for directory in sorted(self._directories_of(set(map(str, taken))), key=len, reverse=True):
            if self._is_gone(directory) or self._holds_new(directory):
                continue
            if all(entry.path in taken for entry in os.scandir(directory)):
                status = os.lstat(directory)
                mode = stat.S_IMODE(status.st_mode)
                self._plan.dropped.append(Drop(directory, mode, status.st_uid, status.st_gid))
                taken.add(directory)


def files_below(directory: str) -> Iterator[str]:
    """Yield all files and links below a directory."""
    for entry in list(os.scandir(directory)):  # a list: the iterator may be dropped half-way
        if entry.is_dir(follow_symlinks=False):
            yield from files_below(entry.path)
        else:
            yield entry.path


def _status(path: str) -> os.stat_result | None:
    try:
        return os.lstat(path)
    except FileNotFoundError:
        return None
