"""Plan a commit: which operations put staged files in place and remove the old ones."""

from __future__ import annotations

import itertools
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bootstrap.install.commit.operations import (
    Exchange,
    MakeDir,
    Move,
    Operation,
    Remove,
    RemoveDir,
)
from bootstrap.install.commit.staging import BACKUP, Staging
from bootstrap.install.errors import NotWritableError
from bootstrap.install.filesystem import is_movable
from bootstrap.install.uninstall import FileOwners, find_bytecode, is_bytecode_of

_METADATA_SUFFIXES = (".dist-info", ".egg-info")
_MAX_UNOWNED = 10_000


@dataclass
class Plan:
    """The operations of a commit by the turn in which they are carried out, and their effects."""

    new_directories: list[Operation] = field(default_factory=list)
    added: list[Operation] = field(default_factory=list)
    replaced: list[Operation] = field(default_factory=list)
    metadata: list[Operation] = field(default_factory=list)
    scripts: list[Operation] = field(default_factory=list)
    old_metadata: list[Operation] = field(default_factory=list)
    removed: list[Operation] = field(default_factory=list)
    emptied: list[Operation] = field(default_factory=list)
    preserved: list[tuple[str, str]] = field(default_factory=list)
    """Files without an owner in a directory that is replaced, and where they are staged."""
    overwritten: dict[str, str] = field(default_factory=dict)
    """Files that are not the old version's but would be overwritten, and what is staged there."""
    new: set[str] = field(default_factory=set)
    """Paths at which something new is afterwards."""
    gone: set[str] = field(default_factory=set)
    """Paths whose whole present content is removed."""

    @property
    def operations(self) -> tuple[Operation, ...]:
        """All operations in their order."""
        return (
            *self.new_directories,
            *self.added,
            *self.replaced,
            *self.metadata,
            *self.scripts,
            *self.old_metadata,
            *self.removed,
            *self.emptied,
        )

    def is_gone(self, path: str) -> bool:
        """Whether a path is removed, by itself or with a directory around it."""
        while path not in self.gone:
            parent = os.path.dirname(path)
            if parent == path:
                return False
            path = parent
        return True

    def has_new_below(self, directory: str) -> bool:
        """Whether anything new is below a directory afterwards."""
        prefix = directory + os.sep
        return any(path.startswith(prefix) for path in self.new)


class TargetInspector:
    """Answers questions about the target; changes nothing in it."""

    def __init__(self, staging: Staging, old: frozenset[str], owners: FileOwners) -> None:
        self.staging, self.paths, self.old, self.owners = staging, staging.paths, old, owners
        self._numbers = itertools.count()
        self._staging_directories: dict[str, str] = {}

    def new_backup(self, path: str) -> str:
        """Return an unused path for the backup of a file, on the same mount."""
        return os.path.join(self._staging_directory(path), BACKUP, str(next(self._numbers)))

    def check_movable(self, path: str) -> bool:
        """Whether a path may be renamed as a whole. Raises `NotWritableError` where nothing may."""
        try:
            return is_movable(path, self._staging_directory(path))
        except OSError as exc:
            raise NotWritableError(path, exc.strerror or str(exc)) from exc

    def _staging_directory(self, path: str) -> str:
        directory = os.path.dirname(path)
        if directory not in self._staging_directories:
            self._staging_directories[directory] = self.staging.directory_for(directory)
        return self._staging_directories[directory]

    def is_wholly_old(self, directory: str) -> bool:
        """Whether a directory may be replaced or removed as a whole: all files in it are old."""
        return self.find_unowned(directory, limit=0) == []

    def find_unowned(self, directory: str, limit: int = _MAX_UNOWNED) -> list[str] | None:
        """Return the files without an owner in a directory that may otherwise be replaced.

        None where it may not: it cannot be moved, it has files of other distributions, or more than
        `limit` files without an owner. Raises `NotWritableError` where an old file cannot be moved,
        an immutable one for example, because it would be left over.
        """
        if not self.check_movable(directory):
            return None
        unowned: list[str] = []
        for path in _walk(directory):
            if path in self.old or is_bytecode_of(path, self.old):
                self.check_movable(path)
            elif len(unowned) < limit and self.owners.get(path) is None:
                unowned.append(path)
            else:
                return None
        return unowned


def _walk(directory: str) -> Iterator[str]:
    """Yield all files and links below a directory."""
    for entry in list(os.scandir(directory)):  # a list: the caller may stop before the end
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(entry.path)
        else:
            yield entry.path


def plan_additions(plan: Plan, target: TargetInspector) -> None:
    """Plan the moves of everything staged. Raises `NotWritableError`."""
    for root, staged in target.staging.roots.items():
        missing, directory = [], root
        while not os.path.lexists(directory) and directory not in plan.new:
            missing.append(directory)
            directory = os.path.dirname(directory)
        plan.new.update(missing)
        plan.new_directories += [MakeDir(path) for path in reversed(missing)]
        _Additions(plan, target, root).merge(staged, root)


@dataclass(frozen=True)
class _Additions:
    """The additions to one directory of the scheme."""

    plan: Plan
    target: TargetInspector
    root: str

    def merge(self, staged: str, directory: str) -> None:
        """Plan the moves from a staged directory into an existing one."""
        for entry in sorted(os.scandir(staged), key=lambda entry: entry.name):
            path = os.path.join(directory, entry.name)
            try:
                found = os.lstat(path)
            except FileNotFoundError:
                self.plan.new.add(path)
                self._turn(path, self.plan.added).append(Move(path, entry.path, entry.inode()))
                continue
            if not stat.S_ISDIR(found.st_mode):
                self.target.check_movable(path)
                if path not in self.target.old:
                    self.plan.overwritten[path] = entry.path
                self._exchange(path, entry)
            elif entry.is_dir(follow_symlinks=False):
                self._replace_directory(path, entry)
            else:
                if not self.target.is_wholly_old(path):
                    self.plan.overwritten[path] = entry.path
                self.plan.gone.add(path)
                self._exchange(path, entry)

    def _replace_directory(self, path: str, entry: os.DirEntry[str]) -> None:
        # A package is replaced atomically, even if it has files without an owner. Directories
        # elsewhere (`share`) are not packages.
        if self.root in self.target.paths.libraries:
            unowned = self.target.find_unowned(path)
        else:
            unowned = self.target.find_unowned(path, limit=0)
        if unowned is None:
            self.merge(entry.path, path)
            return
        for file in unowned:
            staged = entry.path + file[len(path) :]
            if os.path.lexists(staged):
                self.plan.overwritten[file] = staged
            else:
                self.plan.preserved.append((file, staged))
        self.plan.gone.add(path)
        self._exchange(path, entry)

    def _exchange(self, path: str, entry: os.DirEntry[str]) -> None:
        self.plan.new.add(path)
        operation = Exchange(path, entry.path, self.target.new_backup(path), entry.inode())
        self._turn(path, self.plan.replaced).append(operation)

    def _turn(self, path: str, default: list[Operation]) -> list[Operation]:
        if self.root == self.target.paths.directories["scripts"]:
            return self.plan.scripts
        return self.plan.metadata if _is_metadata(path, self.target) else default


def _is_metadata(path: str, target: TargetInspector) -> bool:
    return os.path.dirname(path) in target.paths.libraries and path.endswith(_METADATA_SUFFIXES)


def plan_removals(plan: Plan, target: TargetInspector) -> None:
    """Plan the removal of old files that were not replaced. Raises `NotWritableError`."""
    files: set[str] = set()
    for path in target.old:
        if not plan.is_gone(path):
            files.update(find_bytecode(path))  # stale
            files.add(path)
    files = {
        path
        for path in files - plan.new
        if os.path.lexists(path) and (os.path.islink(path) or not os.path.isdir(path))
    }
    _plan_directory_removals(plan, target, files)
    for path in sorted(files):
        if not plan.is_gone(path) and target.owners.get(path) is None:
            target.check_movable(path)
            _remove(path, plan, target)
    _plan_emptied_directories(plan, target)


def _plan_directory_removals(plan: Plan, target: TargetInspector, files: set[str]) -> None:
    """Remove directories in which everything is old, the outermost first."""
    for directory in sorted(_directories_around(files, target), key=len):
        if plan.is_gone(directory) or plan.has_new_below(directory):
            continue
        if os.path.isdir(directory) and target.is_wholly_old(directory):
            _remove(directory, plan, target)


def _plan_emptied_directories(plan: Plan, target: TargetInspector) -> None:
    """Remove directories that become empty but could not be moved as a whole."""
    removed = {operation.path for operation in (*plan.removed, *plan.old_metadata)}
    for directory in sorted(_directories_around(removed, target), key=len, reverse=True):
        if plan.is_gone(directory) or plan.has_new_below(directory):
            continue
        if all(os.path.join(directory, name) in removed for name in os.listdir(directory)):
            status = os.lstat(directory)
            mode = stat.S_IMODE(status.st_mode)
            plan.emptied.append(RemoveDir(directory, mode, status.st_uid, status.st_gid))
            removed.add(directory)


def _remove(path: str, plan: Plan, target: TargetInspector) -> None:
    plan.gone.add(path)
    turn = plan.old_metadata if _is_metadata(path, target) else plan.removed
    turn.append(Remove(path, target.new_backup(path)))


def _directories_around(files: Iterable[str], target: TargetInspector) -> set[str]:
    """Return all directories around files, up to but without those of the scheme."""
    scheme = set(target.paths.directories.values())
    found: set[str] = set()
    for path in files:
        directory = os.path.dirname(path)
        while directory not in found | scheme and target.paths.contains(directory):
            found.add(directory)
            directory = os.path.dirname(directory)
    return found
