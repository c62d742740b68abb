"""Plan a commit: which operations put staged files in place and remove the old ones."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from itertools import count

from bootstrap.dataclasses import dataclass
from bootstrap.install.commit.operations import (
    Exchange,
    MakeDir,
    Move,
    Operation,
    Remove,
    RemoveDir,
    SetAside,
)
from bootstrap.install.commit.plan import Plan, TargetInspector
from bootstrap.install.errors import JournalError
from bootstrap.install.filesystem import find_existing, find_spelling
from bootstrap.install.uninstall import find_bytecode

_METADATA_SUFFIXES = (".dist-info", ".egg-info")


def plan_additions(plan: Plan, target: TargetInspector) -> None:
    """Plan the moves of everything staged. Raises `NotWritableError`."""
    for root, staged in target.merged.roots.items():
        missing, directory = [], root
        existing = find_existing(root)
        while directory != existing and directory not in plan.new:
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
        names: set[str] | None = None
        for entry in sorted(os.scandir(staged), key=lambda entry: entry.name):
            path = os.path.join(directory, entry.name)
            try:
                found = os.lstat(path)
            except FileNotFoundError:
                self._move(path, entry)
                continue
            names = set(os.listdir(directory)) if names is None else names
            if entry.name not in names:
                self._respell(path, entry, find_spelling(path, names))
            elif self.target.keep_existing:
                self._keep(path, entry, found)
            elif not stat.S_ISDIR(found.st_mode):
                self._replace_file(path, entry)
            else:
                self._put_over_directory(path, entry)

    def _put_over_directory(self, path: str, entry: os.DirEntry[str]) -> None:
        if entry.is_dir(follow_symlinks=False):
            self._replace_directory(path, entry)
        elif self.target.is_nobodys(path):
            self.plan.obstacles.append(path)
        elif self.target.is_wholly_old(path):
            self.plan.gone.add(path)
            self._exchange(path, entry)
        elif self.target.owners.find_in(path) is None:
            self.plan.obstacles.append(path)
        else:
            self.plan.overwritten[path] = entry.path
            self.plan.gone.add(path)
            self._exchange(path, entry)

    def _keep(self, path: str, entry: os.DirEntry[str], found: os.stat_result) -> None:
        if stat.S_ISDIR(found.st_mode) and entry.is_dir(follow_symlinks=False):
            self.merge(entry.path, path)
        else:
            self.plan.left.append(path)

    def _move(self, path: str, entry: os.DirEntry[str]) -> None:
        self.target.check_reachable(path, self.root)
        self.plan.new.add(path)
        self._turn(path, self.plan.added).append(
            Move(path, entry.path, self.target.inode(entry.path))
        )

    def _respell(self, path: str, entry: os.DirEntry[str], existing: str) -> None:
        """Replace what the file system finds by a name that is spelt otherwise there.

        An exchange would keep the old spelling, which Python does not import by the new one.
        """
        is_directory = os.path.isdir(existing) and not os.path.islink(existing)
        is_old = self.target.is_wholly_old(existing) if is_directory else self._is_old(existing)
        if not is_old:
            self.plan.other_spellings.append((existing, path))
            return
        self.target.check_reachable(path, self.root)
        self.plan.gone.add(existing)
        self.plan.new.add(path)
        turn = self._turn(path, self.plan.replaced)
        turn.append(Remove(existing, self.target.new_backup(existing)))
        turn.append(Move(path, entry.path, self.target.inode(entry.path)))

    def _is_old(self, path: str) -> bool:
        return self.target.check_movable(path) and path in self.target.old

    def _replace_file(self, path: str, entry: os.DirEntry[str]) -> None:
        self.target.check_movable(path)
        if path not in self.target.old:
            if entry.is_dir(follow_symlinks=False) and self.target.owners.get(path) is None:
                self.plan.obstacles.append(path)
                return
            self.plan.overwritten[path] = entry.path
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
            if obstacle := self._find_obstacle(file, path, entry.path):
                self.plan.obstacles.append(obstacle)
            elif file.endswith(os.sep):
                continue
            elif os.path.lexists(staged):
                self.plan.overwritten[file] = staged
            else:
                self.plan.preserved.append((file, staged))
        self.plan.gone.add(path)
        self._exchange(path, entry)

    def _find_obstacle(self, file: str, directory: str, staged: str) -> str | None:
        """Return what of nobody is where a directory is staged, or a directory where a file is.

        It is at the path of a file without an owner, or around it.
        """
        path, is_directory = file.rstrip(os.sep), file.endswith(os.sep)
        while path != directory:
            new = staged + path[len(directory) :]
            if os.path.lexists(new):
                is_leftover = file.endswith(os.sep) and not self.target.is_nobodys(path)
                return None if is_directory == _is_directory(new) or is_leftover else path
            path, is_directory = os.path.dirname(path), True
        return None

    def _exchange(self, path: str, entry: os.DirEntry[str]) -> None:
        self.target.check_reachable(path, self.root)
        self.plan.new.add(path)
        operation = Exchange(
            path, entry.path, self.target.new_backup(path), self.target.inode(entry.path)
        )
        self._turn(path, self.plan.replaced).append(operation)

    def _turn(self, path: str, default: list[Operation]) -> list[Operation]:
        if self.root == self.target.paths.directories["scripts"]:
            return self.plan.scripts
        return self.plan.metadata if _is_metadata(path, self.target) else default


def _is_directory(path: str) -> bool:
    return os.path.isdir(path) and not os.path.islink(path)


def _is_metadata(path: str, target: TargetInspector) -> bool:
    return os.path.dirname(path) in target.paths.libraries and path.endswith(_METADATA_SUFFIXES)


def plan_superseding(plan: Plan, target: TargetInspector) -> None:
    """Plan that no interrupted installation that was left alone is undone later, over this one.

    Raises `JournalError` where that cannot be prevented, and `NotWritableError`.
    """
    for path in target.left_alone:
        if not target.check_movable(path):
            raise JournalError(path, "it is not ours, and it cannot be moved away")
        free = (SetAside(path, number) for number in count(1))
        plan.superseded.append(next(each for each in free if not os.path.lexists(each.aside)))


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
