"""Recovery: what an interrupted run left behind is undone, or swept away, by the next one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress

from bootstrap.install.commit import journal as journals
from bootstrap.install.commit.staging import PREFIX, restore_mtimes
from bootstrap.install.environment.lock import Lock
from bootstrap.install.environment.places import Places
from bootstrap.install.errors import translated
from bootstrap.ui import Ui


def abandoned_areas(places: Places) -> list[str]:
    """Return the staging areas that are there, living ones included."""
    return sorted(_areas(places))


def _areas(places: Places) -> Iterator[str]:
    for directory in dict.fromkeys(places.directories.values()):
        with suppress(OSError):
            for name in os.listdir(directory):
                if name.startswith(PREFIX) and name != f"{PREFIX}lock":
                    yield os.path.join(directory, name)


def recover_areas(areas: list[str], ui: Ui) -> None:
    """Undo what dead owners of staging areas had begun; their locks tell the dead from the living.

    To be called with the environment's lock held. Raises `JournalError`.
    """
    for area in areas:
        lock = Lock(area)
        with translated(area):
            if lock.acquire_now():
                try:
                    _recover(area, ui)
                finally:
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
    for directory in reversed(journal.made):
        with suppress(OSError):
            os.rmdir(directory)
    restore_mtimes(journal.mtimes)
