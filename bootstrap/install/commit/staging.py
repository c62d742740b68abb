"""Staging: new files lie beside their places, on the same file system, and nobody sees them.

An area is a directory `.get-installer-XXXXXXXX` in a directory of the scheme: no importable name
(PEP 3147 and pkgutil skip it), no metadata directory on its top level. Its owner holds its lock
while it lives, so that others can tell a dead one's area from a living one's.
"""

from __future__ import annotations

import os
import secrets
import shutil
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from typing import BinaryIO

from bootstrap.install.environment.lock import Lock
from bootstrap.install.environment.mounts import shares_mount
from bootstrap.install.environment.places import Places
from bootstrap.install.errors import InstallError, translated

PREFIX = ".get-installer-"
KEPT = "old"
_ATTEMPTS = 100


@dataclass(frozen=True)
class Claim:
    """Whose staged file it is, and which bytes it has."""

    distribution: str
    digest: bytes
    size: int | None


class Area:
    """One staging directory, locked while we live."""

    def __init__(self, parent: str) -> None:
        self.parent = parent
        self._mtime = os.stat(parent).st_mtime_ns
        self.path, self._lock = _make_area(parent)
        self._mtime_after = os.stat(parent).st_mtime_ns

    @property
    def mtime(self) -> int:
        """The parent's modification time, in nanoseconds, as it was if only we touched it."""
        found = os.stat(self.parent).st_mtime_ns
        return self._mtime if found == self._mtime_after else found

    def dispose(self) -> None:
        """Remove it with all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        self._lock.release()


def _make_area(parent: str) -> tuple[str, Lock]:
    for _ in range(_ATTEMPTS):
        path = os.path.join(parent, PREFIX + secrets.token_hex(4))
        with suppress(FileExistsError):
            os.mkdir(path, 0o700)
            lock = Lock(path)
            if lock.acquire_now():
                return path, lock
    raise InstallError(f"No staging directory can be kept in {parent}.")


class Staging:
    """The staged files of one transaction; several threads may stage at the same time."""

    def __init__(
        self, places: Places, undisturbed: Callable[[], AbstractContextManager[None]] = nullcontext
    ) -> None:
        self.places = places
        self._undisturbed = undisturbed
        """Makes a context no signal interrupts: what is made must be known, to be removed."""
        self.made: list[str] = []
        self.areas: list[Area] = []
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

    def area_for(self, path: str) -> str:
        """Return the area to whose mount a path of the target can be moved."""
        directory = _existing(os.path.dirname(path))
        for area in self.areas:
            if shares_mount(area.path, directory):
                return area.path
        return self._add_area(directory)

    def _add_area(self, directory: str) -> str:
        with self._undisturbed():
            area = Area(directory)
            self.areas.append(area)
        os.mkdir(os.path.join(area.path, KEPT))
        return area.path

    def _make_root(self, directory: str) -> str:
        if not self.areas:
            self._ensure(self.places.libraries[0])
            self._add_area(self.places.libraries[0])
        path = os.path.join(self.area_for(os.path.join(directory, "x")), str(len(self._roots)))
        os.mkdir(path)
        return path

    def _ensure(self, directory: str) -> None:
        missing = []
        while not os.path.isdir(directory):
            missing.append(directory)
            directory = os.path.dirname(directory)
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
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | getattr(os, "O_BINARY", 0)
        return os.fdopen(os.open(staged, flags, 0o777 if executable else 0o666), "wb")

    @property
    def mtimes(self) -> dict[str, int]:
        """Modification times of the directories that hold our areas, as they were before."""
        return {area.parent: area.mtime for area in self.areas}

    def dispose(self) -> None:
        """Remove every trace of it."""
        for area in self.areas:
            area.dispose()

    def abandon(self, mtimes: Mapping[str, int]) -> None:
        """Remove every trace of it, and of its having been there."""
        self.dispose()
        for directory in reversed(self.made):
            with suppress(OSError):
                os.rmdir(directory)
        restore_mtimes(mtimes)


def restore_mtimes(mtimes: Mapping[str, int]) -> None:
    """Set directories' modification times, in nanoseconds, back; gone ones are passed over."""
    for directory, mtime in mtimes.items():
        with suppress(FileNotFoundError, PermissionError):
            os.utime(directory, ns=(os.stat(directory).st_atime_ns, mtime))


def _existing(directory: str) -> str:
    while not os.path.isdir(directory):
        directory = os.path.dirname(directory)
    return directory
