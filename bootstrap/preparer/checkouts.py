"""Repositories of editable requirements: they stay in the environment, in `src/NAME`.

What lies there already may hold somebody's work. It is never changed itself: a copy of it is
brought to the commit and takes its place, and where the run fails it comes back as it was.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.build.builder import Builder as BuildRoom
from bootstrap.build.source import VcsCheckout
from bootstrap.build.vcs import VcsError, VcsUrl
from bootstrap.install.commit.area import KEPT, PREFIX, Area
from bootstrap.install.environment.lock import Lock as DirectoryLock
from bootstrap.termination import StoppedError

if TYPE_CHECKING:
    from typing_extensions import Self


class Checkouts:
    """The repositories that one run settles; leaving it by an error undoes all of it."""

    def __init__(self, directory: Path, room: BuildRoom) -> None:
        self._directory = directory
        self._room = room
        self._area: Area | None = None
        self._is_new = False
        self._mtime = 0
        self._settled: dict[Path, bool] = {}
        """Each place, and whether something lay there before."""
        self._is_over = False
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            self._is_over = True
        if self._area is None:
            return
        for place, was_there in self._settled.items() if kind else ():
            _take_back(place, _kept(place, self._area), was_there=was_there)
        self._area.end(keep=False)
        if kind:
            self._leave_as_found()

    def settle(self, checkout: VcsCheckout, url: VcsUrl, name: NormalizedName) -> VcsCheckout:
        """Put a repository to where it is to stay.

        Raises `VcsError`, also where something else lies there.
        """
        place = self._directory / name
        try:
            with self._lock:
                area = self._opened()
            new = Path(area.path, f"{name}.new")  # no name has a dot in it
            if place.exists():
                self._update(place, new, replace(url, revision=checkout.commit))
            else:
                shutil.move(checkout.path, new)
            self._swap(place, new, area)
        except (OSError, shutil.Error) as error:
            raise VcsError(url.repository, f"cannot be put into {place}: {error}") from error
        return replace(checkout, path=place)

    def _update(self, place: Path, new: Path, url: VcsUrl) -> None:
        git = self._room.git
        git.require_clone(url, place)
        shutil.copytree(place, new, symlinks=True, ignore=_special_files)
        git.update(url, new)

    def _swap(self, place: Path, new: Path, area: Area) -> None:
        with self._lock:
            if self._is_over:
                raise StoppedError
            self._settled[place] = place.exists()
            if place.exists():
                place.rename(_kept(place, area))
            new.rename(place)

    def _opened(self) -> Area:
        """Return our own corner beside the repositories, once dead runs' are swept."""
        if self._is_over:
            raise StoppedError
        if self._area is None:
            self._is_new = not self._directory.exists()
            self._directory.mkdir(parents=True, exist_ok=True)
            _mend(self._directory)
            self._mtime = self._directory.stat().st_mtime_ns
            area = Area(str(self._directory))
            area.make()
            self._area = area
        return self._area

    def _leave_as_found(self) -> None:
        try:
            if self._is_new:
                self._directory.rmdir()
            else:
                os.utime(self._directory, ns=(self._mtime, self._mtime))
        except OSError:
            return  # it went with its environment, or somebody else put something there


def _kept(place: Path, area: Area) -> Path:
    return Path(area.path, KEPT, place.name)


def _take_back(place: Path, kept: Path, *, was_there: bool) -> None:
    if was_there and not kept.exists():
        return  # it was not even moved
    shutil.rmtree(place, ignore_errors=True)
    if was_there:
        kept.rename(place)


def _mend(directory: Path) -> None:
    """Put back what runs that were killed had moved aside, where nothing took its place."""
    for left in directory.glob(f"{PREFIX}*"):
        lock = DirectoryLock(str(left))
        if not lock.acquire_now():
            continue
        for kept in (left / KEPT).glob("*"):
            if not (directory / kept.name).exists():
                kept.rename(directory / kept.name)
        shutil.rmtree(left, ignore_errors=True)
        lock.release()


def _special_files(directory: str, names: Iterable[str]) -> set[str]:
    """Return what is no file, directory or link: git's own sockets cannot be copied."""
    return {name for name in names if _is_special(Path(directory, name).lstat().st_mode)}


def _is_special(mode: int) -> bool:
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode))
