"""Recovery: what an interrupted run left behind is undone, or swept away, by the next one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress

from bootstrap.install.commit import journal as journals
from bootstrap.install.commit.area import PREFIX
from bootstrap.install.commit.staging import remove_directories, restore_mtimes
from bootstrap.install.environment.lock import Lock
from bootstrap.install.environment.places import Places
from bootstrap.install.errors import translated
from bootstrap.ui import Ui


def abandoned_areas(places: Places) -> list[str]:
    """Return the staging areas that are there, living ones included."""
    return sorted(_areas(places))


def _areas(places: Places) -> Iterator[str]:
    for directory in dict.fromkeys(places.directories.values()):
        with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
            for name in os.listdir(directory):
                if name.startswith(PREFIX):
                    yield os.path.join(directory, name)


def recover_areas(areas: list[str], ui: Ui) -> None:
    """Undo what dead owners of staging areas had begun; their locks tell the dead from the living.

    To be called with the environment's lock held. Those with a journal come first: theirs may need
    what lies in the others. Raises `JournalError`.
    """
    for area in sorted(areas, key=journals.exists, reverse=True):
        lock = Lock(area)
        try:
            dead = lock.acquire_now()
        except PermissionError:
            ui.detail(f"Leaving {area} alone: it belongs to another user.")
            continue
        if dead:
            with translated(area):
                _recover(area, ui)
            lock.release()


def _recover(area: str, ui: Ui) -> None:
    journal = journals.read(area)
    if journal is None:
        ui.detail(f"Removing what an interrupted installation had staged in {area}.")
        shutil.rmtree(area, ignore_errors=True)
        return
    ui.detail(f"Undoing the interrupted installation that {area} tells of.")
    journals.undo(journal, area)
    journals.remove(area)
    for each in {area, *journal.areas}:
        shutil.rmtree(each, ignore_errors=True)
    remove_directories(journal.made)
    restore_mtimes(journal.mtimes)
