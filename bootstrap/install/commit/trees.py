"""The staged files of each distribution, and how those of several become one.

Every distribution is staged in directories of its own, so that it does not matter in which order
they arrive. What two of them share is decided when all are there: the one that is installed later
wins, as in pip.
"""

from __future__ import annotations

import filecmp
import os
from collections.abc import Container, Iterable

from bootstrap.dataclasses import dataclass, field
from bootstrap.file_changes import rename, replace
from bootstrap.install.commit.staging import Staging
from bootstrap.install.errors import OverwriteError, PathTooLongError, SameNameError
from bootstrap.install.filesystem import MAX_PATH, allows_long_paths

BYTECODE_SUFFIX = ".pyc"
"""Bytecode is never compared: it contains the time of its source."""


class OtherSpellingError(Exception):
    """A file system does not tell a name from that of a file staged before."""


@dataclass(frozen=True)
class Overlap:
    """A file that two distributions contain with different bytes; the later one's is installed."""

    path: str
    earlier: str
    later: str


class StagedTree:
    """The staged files of one distribution; for one thread at a time."""

    def __init__(self, staging: Staging, distribution: str) -> None:
        self.staging, self.distribution = staging, distribution
        self.roots: dict[str, str] = {}
        """The directory in which files for a directory of the scheme are staged, by the latter."""
        self.files: set[str] = set()
        """The paths at which they will be installed."""
        self._made: set[str] = set()
        self._staged: dict[tuple[str, str], str] = {}
        """Where the files of a directory are staged, by the scheme's directory and a path in it."""

    def place(self, directory: str, relative: str) -> str:
        """Return where the file for a path below a directory of the scheme is to be staged.

        The directory around it is made. Raises `FileExistsError` where that path is taken, and
        `OtherSpellingError` where it is for this file system. Raises `PathTooLongError`.
        """
        path = os.path.join(directory, relative.replace("/", os.sep))
        if len(path) >= MAX_PATH and not allows_long_paths():
            raise PathTooLongError(path, MAX_PATH)
        if path in self.files:
            raise FileExistsError(path)
        self.files.add(path)
        around, _, name = relative.rpartition("/")
        staged = self._staged.get((directory, around))
        if staged is None:
            staged = os.path.join(self.root_for(directory), around.replace("/", os.sep))
            staged = staged.rstrip(os.sep)
            try:
                self._make_directory(staged)
            except (FileExistsError, NotADirectoryError) as exc:
                raise OtherSpellingError(path) from exc
            self._staged[directory, around] = staged
        return f"{staged}{os.sep}{name}"

    def root_for(self, directory: str) -> str:
        """Return where files for a directory of the scheme are staged; create it."""
        if directory not in self.roots:
            self.roots[directory] = self.staging.create_root(directory)
            self._made.add(self.roots[directory])
        return self.roots[directory]

    def _make_directory(self, path: str) -> None:
        # A directory that exists although we did not make it has another spelling.
        if path not in self._made:
            self._make_directory(os.path.dirname(path))
            os.mkdir(path)
            self._made.add(path)


def create_new(path: str, *, executable: bool = False) -> int:
    """Create a file that was placed; return its descriptor. The umask limits its mode.

    A descriptor, because a stream makes six system calls for a file instead of three. Raises
    `OtherSpellingError` where there is a file already.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        return os.open(path, flags, 0o777 if executable else 0o666)
    except FileExistsError as exc:
        raise OtherSpellingError(path) from exc


def write_all(descriptor: int, content: bytes) -> None:
    """Write to a descriptor. Raises OSError."""
    written = os.write(descriptor, content)
    while written < len(content):  # the disk is nearly full, or content has 2 GB
        written += os.write(descriptor, memoryview(content)[written:])


@dataclass
class MergedTree:
    """The staged files of all distributions, in one directory for each of the scheme."""

    roots: dict[str, str] = field(default_factory=dict)
    overlaps: list[Overlap] = field(default_factory=list)
    owners: dict[str, str] = field(default_factory=dict)
    """The distribution of each file, by the path at which it will be installed."""

    def find_distribution(self, path: str) -> str:
        """Return the distribution whose staged file goes to a path, or into the directory there."""
        if path in self.owners:
            return self.owners[path]
        below = (owner for file, owner in self.owners.items() if file.startswith(path + os.sep))
        return next(below, "this installation")

    def add(self, tree: StagedTree) -> None:
        """Move the files of a tree into this one; they replace those that are there.

        Raises `OverwriteError` for a file at the place of a directory and the other way round, and
        `SameNameError` for names that the file system does not tell apart.
        """
        for directory, root in tree.roots.items():
            if directory in self.roots:
                self._merge(root, self.roots[directory], directory, tree.distribution)
            else:
                self.roots[directory] = root
        self.owners.update(dict.fromkeys(tree.files, tree.distribution))

    def _merge(self, source: str, destination: str, directory: str, distribution: str) -> None:
        names = set(os.listdir(destination))
        for entry in sorted(os.scandir(source), key=lambda entry: entry.name):
            staged, path = (
                os.path.join(destination, entry.name),
                os.path.join(directory, entry.name),
            )
            if not os.path.lexists(staged):
                rename(entry.path, staged)
                continue
            if entry.name not in names:
                raise SameNameError(path, distribution, self.find_distribution(path))
            is_directory = entry.is_dir(follow_symlinks=False)
            if is_directory != os.path.isdir(staged):
                raise OverwriteError([(path, self.find_distribution(path), distribution)])
            if is_directory:
                self._merge(entry.path, staged, path, distribution)
                continue
            if not is_same_file(entry.path, staged):
                self.overlaps.append(Overlap(path, self.find_distribution(path), distribution))
            replace(entry.path, staged)


def is_same_file(one: str, other: str) -> bool:
    """Whether two files have the same bytes, or are bytecode."""
    return one.endswith(BYTECODE_SUFFIX) or filecmp.cmp(one, other, shallow=False)


def merge_trees(trees: Iterable[StagedTree]) -> MergedTree:
    """Merge the trees of all distributions, in the order in which they are installed."""
    merged = MergedTree()
    for tree in trees:
        merged.add(tree)
    return merged


def stage_without_lines(path: str, lines: Container[str], staging: Staging) -> StagedTree | None:
    """Stage a copy of a .pth file in a library directory, without some of its lines."""
    try:
        with open(path, "rb") as present:
            before = present.read().splitlines(keepends=True)
    except FileNotFoundError:
        return None
    after = [line for line in before if os.fsdecode(line.rstrip(b"\r\n")) not in lines]
    if after == before:
        return None
    directory, name = os.path.split(path)
    tree = StagedTree(staging, name)
    staged = tree.place(directory, name)
    descriptor = create_new(staged)
    try:
        write_all(descriptor, b"".join(after))
    finally:
        os.close(descriptor)
    os.chmod(staged, os.stat(path).st_mode)
    return tree
