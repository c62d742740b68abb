"""Staging: new files lie beside their places, on the same file system, and nobody sees them."""

from __future__ import annotations

import os
import secrets
import shutil
import threading
from collections.abc import Callable, Container, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from enum import Enum
from typing import BinaryIO

from bootstrap.install.errors import InstallError, translated
from bootstrap.install.filesystem import shares_mount
from bootstrap.install.scheme_paths import SchemePaths
from bootstrap.locking import PathLock

# FOLDED from bootstrap/install/commit/area.py
PREFIX = ".get-installer-"
KEPT = "old"
_ATTEMPTS = 100


class StagingDirectory:
    """One staging directory; `make` makes it, in a parent that looks untouched after `end`."""

    def __init__(self, parent: str) -> None:
        self.parent, self.path = parent, ""
        self._mtime = self._mtime_after = os.stat(parent).st_mtime_ns
        self._lock: PathLock | None = None

    def make(self) -> None:
        """Make the directory, locked while we live, with a place for what is kept."""
        for _ in range(_ATTEMPTS):
            path = os.path.join(self.parent, PREFIX + secrets.token_hex(4))
            with suppress(FileExistsError):
                os.mkdir(path, 0o700)
                self.path, self._mtime_after = path, os.stat(self.parent).st_mtime_ns
                lock = PathLock(path)
                if lock.try_acquire():  # else somebody took it for a dead one's, and removes it
                    self._lock = lock
                    break
        else:
            raise InstallError(f"No staging directory can be kept in {self.parent}.")
        os.mkdir(os.path.join(self.path, KEPT))

    def known_time(self, found: int) -> int:
        """Return the parent's modification time as it was before, if only we touched it since."""
        return self._mtime if found == self._mtime_after else found

    def end(self, *, keep: bool) -> None:
        """Remove it with all that is in it, or leave it to the next run."""
        if self.path and not keep:
            shutil.rmtree(self.path, ignore_errors=True)
        if self._lock is not None:
            self._lock.release()
        if not keep and os.path.lexists(self.path):  # Windows keeps a locked file until now
            shutil.rmtree(self.path, ignore_errors=True)


@dataclass(frozen=True)
class Claim:
    """Whose staged file it is, and which bytes it has."""

    distribution: str
    digest: bytes
    size: int | None


class StagingState(Enum):
    """What becomes of what is staged."""

    ABANDONED = "nothing was changed: no trace may stay"
    COMMITTED = "it is in its place: what it replaced is rubbish"
    KEPT = "only its journal knows how to put things right"


class Staging:
    """The staged files of one transaction; several threads may stage at the same time."""

    def __init__(
        self,
        places: SchemePaths,
        undisturbed: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self.places = places
        self._undisturbed = undisturbed
        """Makes a context no signal interrupts: what is made must be known, to be removed."""
        self.made: list[str] = []
        self.areas: list[StagingDirectory] = []
        self.mtimes: dict[str, int] = {}
        self.fate = StagingState.ABANDONED
        self.claims: dict[tuple[str, str], Claim] = {}
        self._roots: dict[str, str] = {}
        self._directories: set[str] = set()
        self._lock = threading.Lock()

    def root(self, directory: str) -> str:
        """Return the staged twin of one directory of the scheme."""
        with self._lock:
            if directory not in self._roots:
                with translated(directory):
                    self._roots[directory] = self._make_root(directory)
            return self._roots[directory]

    @property
    def roots(self) -> Mapping[str, str]:
        """The staged twins in use, by the directory of the scheme."""
        return self._roots

    def area_for(self, directory: str) -> str:
        """Return the area from which a rename to a directory is possible."""
        directory = _existing(directory)
        for area in self.areas:
            if shares_mount(area.path, directory):
                return area.path
        return self._add_area(directory)

    def _add_area(self, directory: str) -> str:
        area = StagingDirectory(directory)
        self.areas.append(area)
        with self._undisturbed():
            area.make()
        return area.path

    def _make_root(self, directory: str) -> str:
        if not self.areas:
            self._ensure(self.places.libraries[0])
            self._add_area(self.places.libraries[0])
        path = os.path.join(self.area_for(directory), str(len(self._roots)))
        os.mkdir(path)
        return path

    def _ensure(self, directory: str) -> None:
        missing = []
        while not os.path.isdir(directory):
            missing.append(directory)
            directory = os.path.dirname(directory)
        if missing:
            self.remember_time(directory)
        for each in reversed(missing):
            with suppress(FileExistsError), self._undisturbed():
                os.mkdir(each)
                self.made.append(each)

    def claim(self, directory: str, relative: str, claim: Claim) -> tuple[str, Claim | None]:
        """Claim a place below a directory of the scheme for a file.

        Return where to write it, and who claimed it before, if anybody did.
        """
        before = self.claims.setdefault((directory, relative), claim)
        staged = f"{self.root(directory)}/{relative}"
        return staged, None if before is claim else before

    def claimant(self, path: str) -> str:
        """Return whose staged file goes to a path of the target, or into the directory there."""
        for (directory, relative), claim in self.claims.items():
            final = os.path.join(directory, relative)
            if final == path or final.startswith(path + os.sep):
                return claim.distribution
        return "this installation"

    def create(self, staged: str, *, executable: bool = False) -> BinaryIO:
        """Create a claimed file and its directories; the umask decides on its mode."""
        parent = staged.rpartition("/")[0]
        if parent not in self._directories:
            os.makedirs(parent, exist_ok=True)
            self._directories.add(parent)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        return os.fdopen(os.open(staged, flags, 0o777 if executable else 0o666), "wb")

    def remember_time(self, directory: str) -> None:
        """Remember a directory's modification time, as it was before we came."""
        found = os.stat(directory).st_mtime_ns
        for area in self.areas:
            if area.parent == directory:
                found = area.known_time(found)
        self.mtimes.setdefault(directory, found)

    def end(self) -> None:
        """Remove every trace of it, of its having been there, too, if it was abandoned."""
        if self.fate is StagingState.ABANDONED:
            for area in self.areas:
                self.remember_time(area.parent)
        for area in self.areas:
            area.end(keep=self.fate is StagingState.KEPT)
        if self.fate is StagingState.ABANDONED:
            remove_directories(self.made)
            restore_mtimes(self.mtimes)


def remove_directories(directories: Sequence[str]) -> None:
    """Remove directories, the last first, unless somebody put something there."""
    for directory in reversed(directories):
        with suppress(OSError):
            os.rmdir(directory)


def restore_mtimes(mtimes: Mapping[str, int]) -> None:
    """Set directories' modification times, in nanoseconds, back; gone ones are passed over."""
    for directory, mtime in mtimes.items():
        with suppress(FileNotFoundError, PermissionError):
            os.utime(directory, ns=(os.stat(directory).st_atime_ns, mtime))


def _existing(directory: str) -> str:
    while not os.path.isdir(directory):
        directory = os.path.dirname(directory)
    return directory


# FOLDED from bootstrap/install/commit/path_files.py
def stage_without_lines(path: str, lines: Container[str], staging: Staging) -> None:
    """Stage a copy of a .pth file in the library directory, without some of its lines."""
    try:
        with open(path, "rb") as stream:
            before = stream.read().splitlines(keepends=True)
    except FileNotFoundError:
        return
    after = [line for line in before if os.fsdecode(line.rstrip(b"\r\n")) not in lines]
    if after == before:
        return
    directory, name = os.path.split(path)
    staged, _ = staging.claim(directory, name, Claim(name, b"", None))
    with staging.create(staged) as stream:
        stream.writelines(after)
    os.chmod(staged, os.stat(path).st_mode)
