"""Repositories of editable requirements: they stay in the environment, in `src/NAME`.

What lies there already may hold somebody's work. It is never changed itself: something else takes
its place, and until the environment is changed for good it comes back unless all goes well.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from threading import Lock

from bootstrap.environment.model import TargetEnvironment
from bootstrap.install.commit.rename_exchange import ExchangeUnsupportedError, exchange
from bootstrap.install.commit.staging import KEPT, PREFIX, StagingDirectory
from bootstrap.locking import PathLock
from bootstrap.signals import StoppedError
from bootstrap.ui import Ui


def repositories_of(target: TargetEnvironment) -> Path:
    """Return where an environment's repositories are: in the environment itself."""
    return (target.prefix if target.is_virtual else target.scheme.data) / "src"


class Repositories:
    """The repositories of an environment, as one run changes them; several threads may do so."""

    def __init__(self, directory: Path, ui: Ui) -> None:
        self.directory = directory
        self._ui = ui
        self._area: StagingDirectory | None = None
        self._is_new = False
        self._mtime = 0
        self._put: dict[Path, bool] = {}
        """Each place something was put into, and whether something lay there before."""
        self._is_kept = False
        self._is_over = False
        self._lock = Lock()

    def spare(self, place: Path) -> Path:
        """Return a new path on the same file system, of the same last name, seen by nobody."""
        with self._lock:
            return _spare(place, self._opened())

    def put(self, new: Path, place: Path) -> None:
        """Put what is at a spare path into its place. Raises OSError."""
        with self._lock:
            area = self._opened()
            if place in self._put:  # what is to come back is not what we put there ourselves
                _replace(place, new, _spare(place, area))
                return
            self._put[place] = place.exists()
            if place.exists():
                _replace(place, new, _kept(place, area))
            else:
                new.rename(place)

    def keep(self) -> None:
        """Let all that was put stay, whatever comes."""
        with self._lock:
            self._is_kept = True

    def end(self) -> None:
        """Remove every trace, and undo all of it unless it is to be kept."""
        with self._lock:
            self._is_over = True
        if self._area is None:
            return
        for place, was_there in () if self._is_kept else self._put.items():
            _take_back(place, self._area, was_there=was_there)
        self._area.end(keep=False)
        if not self._is_kept:
            self._leave_as_found()

    def _opened(self) -> StagingDirectory:
        """Return our own corner beside the repositories, once dead runs' are swept."""
        if self._is_over:
            raise StoppedError
        if self._area is None:
            self._is_new = not self.directory.exists()
            self.directory.mkdir(parents=True, exist_ok=True)
            mend(self.directory, self._ui)
            self._mtime = self.directory.stat().st_mtime_ns
            area = StagingDirectory(str(self.directory))
            area.make()
            self._area = area
        return self._area

    def _leave_as_found(self) -> None:
        try:
            if self._is_new:
                self.directory.rmdir()
            else:
                os.utime(self.directory, ns=(self._mtime, self._mtime))
        except OSError:
            return  # it went with its environment, or somebody else put something there


def mend(directory: Path, ui: Ui) -> None:
    """Sweep what killed runs left beside the repositories.

    What they had moved aside comes back where nothing took its place. Raises OSError.
    """
    for left in directory.glob(f"{PREFIX}*"):
        lock = PathLock(str(left))
        try:
            dead = lock.try_acquire()
        except PermissionError:
            continue  # another user's
        if dead:
            ui.detail(f"Removing what an interrupted run had put aside in {left}.")
            for kept in (left / KEPT).glob("*"):
                if not (directory / kept.name).exists():
                    kept.rename(directory / kept.name)
            shutil.rmtree(left, ignore_errors=True)
            lock.release()


def _kept(place: Path, area: StagingDirectory) -> Path:
    return Path(area.path, KEPT, place.name)


def _spare(place: Path, area: StagingDirectory) -> Path:
    return Path(tempfile.mkdtemp(dir=area.path), place.name)


def _replace(place: Path, new: Path, old: Path) -> None:
    """Put what is new into a place, at one instant where that is possible; keep what was old."""
    try:
        exchange(str(place), str(new))
    except ExchangeUnsupportedError:
        place.rename(old)
        new.rename(place)
    else:
        new.rename(old)


def _take_back(place: Path, area: StagingDirectory, *, was_there: bool) -> None:
    kept = _kept(place, area)
    if not was_there:
        shutil.rmtree(place, ignore_errors=True)
    elif kept.exists() and place.exists():
        _replace(place, kept, _spare(place, area))
    elif kept.exists():
        kept.rename(place)
