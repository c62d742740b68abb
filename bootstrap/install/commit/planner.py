"""The ground a plan stands on: what may be moved, what may go, and where it is kept meanwhile."""

from __future__ import annotations

import itertools
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bootstrap.install.commit.operations import Exchange, MakeDir, Move, Remove, RemoveDir, Step
from bootstrap.install.commit.staging import KEPT, Staging
from bootstrap.install.errors import NotWritableError
from bootstrap.install.filesystem import Movable, movable
from bootstrap.install.uninstall import Owners, bytecode_of, is_bytecode_of

_MOST_STRAYS = 10_000


class TargetInspector:
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


# FOLDED from bootstrap/install/commit/arrivals.py
METADATA = (".dist-info", ".egg-info")


def plan_arrivals(plan: Plan, ground: TargetInspector) -> None:
    """Plan the arrival of everything staged. Raises `NotWritableError`."""
    for directory, staged in ground.staging.roots.items():
        _make_missing(directory, plan)
        _Arrivals(plan, ground, directory).merge(staged, directory)


def _make_missing(directory: str, plan: Plan) -> None:
    missing = []
    while not os.path.lexists(directory) and directory not in plan.new:
        missing.append(directory)
        directory = os.path.dirname(directory)
    plan.new.update(missing)
    plan.made += [MakeDir(path) for path in reversed(missing)]


@dataclass(frozen=True)
class _Arrivals:
    """The arrivals in one directory of the scheme."""

    plan: Plan
    ground: TargetInspector
    root: str

    def merge(self, staged: str, directory: str) -> None:
        """Bring the entries of a staged directory into one that is there."""
        for entry in sorted(os.scandir(staged), key=lambda entry: entry.name):
            path = os.path.join(directory, entry.name)
            try:
                found = os.lstat(path)
            except FileNotFoundError:
                self.plan.new.add(path)
                self._turn(path, self.plan.added).append(Move(path, entry.path, entry.inode()))
                continue
            if not stat.S_ISDIR(found.st_mode):
                self._replace_file(path, entry)
            elif entry.is_dir(follow_symlinks=False):
                self._replace_directory(path, entry)
            else:
                self._replace_directory_by_file(path, entry)

    def _replace_file(self, path: str, entry: os.DirEntry[str]) -> None:
        self.ground.movable(path)
        if path not in self.ground.old:
            self.plan.in_the_way[path] = entry.path
        self._swap(path, entry)

    def _replace_directory(self, path: str, entry: os.DirEntry[str]) -> None:
        # Packages change over at one instant, whatever else lies in them; a `share` is no package.
        in_library = self.root in self.ground.staging.places.libraries
        strays = self.ground.strays(path) if in_library else self.ground.strays(path, most=0)
        if strays is None:
            self.merge(entry.path, path)
            return
        for stray in strays:
            twin = entry.path + stray[len(path) :]
            if os.path.lexists(twin):
                self.plan.in_the_way[stray] = twin
            else:
                self.plan.adopted.append((stray, twin))
        self.plan.gone.add(path)
        self._swap(path, entry)

    def _replace_directory_by_file(self, path: str, entry: os.DirEntry[str]) -> None:
        if not self.ground.may_go_whole(path):
            self.plan.in_the_way[path] = entry.path
        self.plan.gone.add(path)
        self._swap(path, entry)

    def _swap(self, path: str, entry: os.DirEntry[str]) -> None:
        self.plan.new.add(path)
        step = Exchange(path, entry.path, self.ground.kept(path), entry.inode())
        self._turn(path, self.plan.replaced).append(step)

    def _turn(self, path: str, otherwise: list[Step]) -> list[Step]:
        places = self.ground.staging.places
        if self.root == places.directories["scripts"]:
            return self.plan.scripts
        if os.path.dirname(path) in places.libraries and path.endswith(METADATA):
            return self.plan.metadata
        return otherwise


# FOLDED from bootstrap/install/commit/departures.py
def plan_departures(plan: Plan, ground: TargetInspector) -> None:
    """Plan the removal of what is to go and was not replaced. Raises `NotWritableError`."""
    departures = _Departures(plan, ground)
    going = departures.going()
    departures.take_directories(going)
    departures.take_files(going)
    departures.drop_emptied()


@dataclass(frozen=True)
class _Departures:
    plan: Plan
    ground: TargetInspector

    def going(self) -> set[str]:
        """Return the files that go one by one, stale bytecode among them."""
        going: set[str] = set()
        for path in self.ground.old:
            if not self.plan.is_gone(path):
                going |= {each for each in bytecode_of(path) if each not in self.plan.new}
                if path not in self.plan.new and os.path.lexists(path):
                    going.add(path)
        return {path for path in going if os.path.islink(path) or not os.path.isdir(path)}

    def take_directories(self, going: set[str]) -> None:
        """Take away directories in which everything goes, the outermost first."""
        for directory in sorted(self._directories_around(going), key=len):
            if self.plan.is_gone(directory) or self.plan.holds_new(directory):
                continue
            if os.path.isdir(directory) and self.ground.may_go_whole(directory):
                self._take(directory)

    def take_files(self, going: set[str]) -> None:
        """Take away the other files, but for those that another distribution lists, too."""
        for path in sorted(going):
            if not self.plan.is_gone(path) and self.ground.owners[path] is None:
                self.ground.movable(path)
                self._take(path)

    def _take(self, path: str) -> None:
        self.plan.gone.add(path)
        in_library = os.path.dirname(path) in self.ground.staging.places.libraries
        is_metadata = in_library and path.endswith(METADATA)
        turn = self.plan.old_metadata if is_metadata else self.plan.removed
        turn.append(Remove(path, self.ground.kept(path)))

    def drop_emptied(self) -> None:
        """Remove directories that become empty yet could not be taken away whole."""
        taken = {step.path for step in (*self.plan.removed, *self.plan.old_metadata)}
        around = self._directories_around(taken)
        for directory in sorted(around, key=len, reverse=True):
            if self.plan.is_gone(directory) or self.plan.holds_new(directory):
                continue
            if all(os.path.join(directory, name) in taken for name in os.listdir(directory)):
                status = os.lstat(directory)
                mode = stat.S_IMODE(status.st_mode)
                self.plan.dropped.append(RemoveDir(directory, mode, status.st_uid, status.st_gid))
                taken.add(directory)

    def _directories_around(self, paths: Iterable[str]) -> set[str]:
        """Return all directories around paths, up to but without those of the scheme."""
        places = self.ground.staging.places
        scheme = set(places.directories.values())
        found: set[str] = set()
        for path in paths:
            directory = os.path.dirname(path)
            while directory not in found | scheme and places.contains(directory):
                found.add(directory)
                directory = os.path.dirname(directory)
        return found


# FOLDED from bootstrap/install/commit/plan.py
@dataclass
class Plan:
    """Steps by their turn, and what has to be known of them."""

    made: list[Step] = field(default_factory=list)
    added: list[Step] = field(default_factory=list)
    replaced: list[Step] = field(default_factory=list)
    metadata: list[Step] = field(default_factory=list)
    scripts: list[Step] = field(default_factory=list)
    old_metadata: list[Step] = field(default_factory=list)
    removed: list[Step] = field(default_factory=list)
    dropped: list[Step] = field(default_factory=list)
    adopted: list[tuple[str, str]] = field(default_factory=list)
    """Nobody's files in a directory that is replaced, and where they are staged to stay."""
    in_the_way: dict[str, str] = field(default_factory=dict)
    """Files not ours that would be overwritten, and what is staged for their places."""
    new: set[str] = field(default_factory=set)
    """Paths that hold something new afterwards."""
    gone: set[str] = field(default_factory=set)
    """Paths whose whole content, as it is now, goes."""

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

    def is_gone(self, path: str) -> bool:
        """Whether a path goes, by itself or with a directory around it."""
        return any(each in self.gone for each in _upwards(path))

    def holds_new(self, directory: str) -> bool:
        """Whether anything new comes to lie below a directory."""
        prefix = directory + os.sep
        return any(path.startswith(prefix) for path in self.new)


def _upwards(path: str) -> Iterator[str]:
    yield path
    while (parent := os.path.dirname(path)) != path:
        yield parent
        path = parent
