"""A plan of a commit, and what it is made from: the state of the target."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Sequence
from functools import cached_property

from bootstrap.dataclasses import dataclass, field
from bootstrap.file_changes import find_mount_points
from bootstrap.install.commit.operations import CHANGING_INODE, Operation
from bootstrap.install.commit.staging import BACKUP, Staging
from bootstrap.install.commit.trees import MergedTree
from bootstrap.install.errors import MountPointError, NotWritableError
from bootstrap.install.file_owners import FileOwners
from bootstrap.install.filesystem import has_mount, is_junction, is_movable
from bootstrap.install.uninstall import is_bytecode_of

_MAX_UNOWNED = 10_000


@dataclass
class Plan:
    """The operations of a commit by the turn in which they are carried out, and their effects."""

    superseded: list[Operation] = field(default_factory=list)
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
    left: list[str] = field(default_factory=list)
    """What is there already and stays, although something else is staged for it."""
    obstacles: list[str] = field(default_factory=list)
    """Files and links without an owner where a directory is needed, and the other way round."""
    other_spellings: list[tuple[str, str]] = field(default_factory=list)
    """What would stay although the file system takes its name for a new one, and that path."""
    new: set[str] = field(default_factory=set)
    """Paths at which something new is afterwards."""
    gone: set[str] = field(default_factory=set)
    """Paths whose whole present content is removed."""

    @property
    def operations(self) -> tuple[Operation, ...]:
        """All operations in their order."""
        return (
            *self.superseded,
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
    """Answers questions about the target; changes nothing in it.

    :param left_alone: directories of interrupted installations that were neither undone nor removed
    :param keep_existing: whether nothing that is there is replaced (`--target` without `-U`)
    """

    def __init__(  # things of one commit, each of its own type
        self,
        staging: Staging,
        merged: MergedTree,
        old: frozenset[str],
        owners: FileOwners,
        *,
        left_alone: Sequence[str] = (),
        keep_existing: bool = False,
    ) -> None:
        self.left_alone, self.keep_existing = left_alone, keep_existing
        self.staging, self.paths, self.merged = staging, staging.paths, merged
        self.owners = owners
        # What another distribution lists, too, may be what that one installed later.
        self.old = owners.without_shared(old)
        self._numbers = itertools.count()
        self._staging_directories: dict[str, str] = {}

    def new_backup(self, path: str) -> str:
        """Return an unused path for the backup of a file, on the same mount."""
        return os.path.join(self._staging_directory(path), BACKUP, str(next(self._numbers)))

    def inode(self, staged: str) -> int:
        """Return by which number something staged is recognised after it was moved.

        By `lstat`, which undoing uses, too: on ReFS, `os.DirEntry` has another one.
        """
        return os.lstat(staged).st_ino if self.staging.keeps_inodes else CHANGING_INODE

    def check_movable(self, path: str) -> bool:
        """Whether a path may be renamed as a whole. Raises `NotWritableError` where nothing may."""
        try:
            return is_movable(path, self._staging_directory(path))
        except OSError as exc:
            if path in (self._mount_points or ()):
                raise MountPointError(path) from exc
            raise NotWritableError(path, exc.strerror or str(exc)) from exc

    @cached_property
    def _mount_points(self) -> frozenset[str] | None:
        found = find_mount_points()  # a host of containers has thousands
        return None if found is None else frozenset(filter(self.paths.contains, found))

    def check_reachable(self, path: str, root: str) -> None:
        """Raise `MountPointError` where what is staged for a directory cannot be moved to a path.

        The scheme's directory may be a mount point, or in one; there may be none in between.
        """
        for mount in self._mount_points or ():
            if path.startswith(mount + os.sep) and mount.startswith(root + os.sep):
                raise MountPointError(mount)
        around = os.path.dirname(path)
        while os.name == "nt" and around.startswith(root + os.sep):
            if os.path.isdir(around) and is_junction(around):
                raise MountPointError(around)
            around = os.path.dirname(around)

    def _staging_directory(self, path: str) -> str:
        directory = os.path.dirname(path)
        if directory not in self._staging_directories:
            self._staging_directories[directory] = self.staging.directory_for(directory)
        return self._staging_directories[directory]

    def _is_in_library(self, directory: str) -> bool:
        return any(directory.startswith(library + os.sep) for library in self.paths.libraries)

    def is_wholly_old(self, directory: str) -> bool:
        """Whether a directory may be replaced or removed as a whole: all files in it are old."""
        return self.find_unowned(directory, limit=0) == []

    def is_nobodys(self, directory: str) -> bool:
        """Whether a directory has no file in it, and the old version has none there either."""
        prefix = directory + os.sep
        return not any(name[-1:] != os.sep for name in _walk(directory)) and not any(
            path.startswith(prefix) for path in self.old
        )

    def find_unowned(self, directory: str, limit: int = _MAX_UNOWNED) -> list[str] | None:
        """Return the files without an owner in a directory that may otherwise be replaced.

        Unless `limit` is 0, empty directories are among them, with a separator at their end. None
        where the directory may not be replaced: it cannot be moved, something is mounted in it, it
        has files of other distributions, more than `limit` files without an owner, or (outside the
        libraries) an empty directory. Raises `NotWritableError` where an old file cannot be moved,
        an immutable one for example, because it would be left over.
        """
        if not self.check_movable(directory) or has_mount(directory, self._mount_points):
            return None
        if not self._is_in_library(directory) and _has_empty_directory(directory):
            return None  # `include/python3.12` of a virtual environment belongs to that
        unowned: list[str] = []
        for path in _walk(directory):
            if path in self.old or is_bytecode_of(path, self.old):
                self.check_movable(path)
            elif path[-1:] == os.sep and not limit:
                continue
            elif len(unowned) < limit and self.owners.get(path) is None:
                unowned.append(path)
            else:
                return None
        return unowned


def _has_empty_directory(directory: str) -> bool:
    return any(not (names or files) for _, names, files in os.walk(directory))


def _walk(directory: str) -> Iterator[str]:
    """Yield all files and links below a directory, and empty directories, with a separator."""
    entries = list(os.scandir(directory))  # a list: the caller may stop before the end
    if not entries:
        yield os.path.join(directory, "")
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(entry.path)
        else:
            yield entry.path
