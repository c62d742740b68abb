"""The commit itself: plan, look once more, write the journal, and carry it out."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress

from bootstrap.install.commit import journal as journals
from bootstrap.install.commit.journal import Journal
from bootstrap.install.commit.operations import LostError
from bootstrap.install.commit.planner import Plan, TargetInspector, plan_arrivals, plan_departures
from bootstrap.install.commit.preflight import check_plan
from bootstrap.install.commit.staging import (
    PREFIX,
    Staging,
    StagingState,
    remove_directories,
    restore_mtimes,
)
from bootstrap.install.errors import JournalError, translated
from bootstrap.install.scheme_paths import SchemePaths
from bootstrap.install.uninstall import Owners
from bootstrap.locking import PathLock
from bootstrap.signals import SignalGuard
from bootstrap.ui import Ui


def commit(
    staging: Staging,
    old: frozenset[str],
    owners: Owners,
    guard: SignalGuard,
    ui: Ui,
    *,
    force: bool,
) -> None:
    """Put what is staged in its place and remove the old files, all of it or nothing.

    To be called with the environment's lock held. Raises `InstallError`.
    """
    ground, plan = TargetInspector(staging, old, owners), Plan()
    plan_arrivals(plan, ground)
    plan_departures(plan, ground)
    check_plan(plan, staging, owners, ui, force=force)
    _adopt(plan)
    _remember_times(plan, staging)
    with guard.delay():
        _carry_out(plan, staging)


def _adopt(plan: Plan) -> None:
    """Give nobody's files a second name among what is staged, so that they survive the exchange."""
    for stray, twin in plan.adopted:
        os.makedirs(os.path.dirname(twin), exist_ok=True)
        try:
            os.link(stray, twin, follow_symlinks=False)
        except (OSError, NotImplementedError):  # no second names here
            shutil.copy2(stray, twin, follow_symlinks=False)


def _remember_times(plan: Plan, staging: Staging) -> None:
    for parent in {os.path.dirname(step.path) for step in plan.steps}:
        if os.path.isdir(parent):
            staging.remember_time(parent)


def _carry_out(plan: Plan, staging: Staging) -> None:
    areas = tuple(area.path for area in staging.areas)
    journal = Journal(plan.steps, staging.mtimes, areas, tuple(staging.made))
    journals.write(journal, areas[0])
    staging.fate = StagingState.KEPT
    try:
        journal.do()
        journals.remove(areas[0])
    except BaseException as exc:
        _undo(journal, areas[0], exc)
        staging.fate = StagingState.ABANDONED
        raise
    staging.fate = StagingState.COMMITTED


def _undo(journal: Journal, area: str, reason: BaseException) -> None:
    try:
        journal.undo()
        journals.remove(area)
    except (OSError, LostError) as failed:
        raise JournalError(area, f"{reason}; then {failed}") from reason


# FOLDED from bootstrap/install/commit/recovery.py
def abandoned_areas(places: SchemePaths) -> list[str]:
    """Return the staging areas that are there, living ones included."""
    return sorted(_areas(places))


def _areas(places: SchemePaths) -> Iterator[str]:
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
        lock = PathLock(area)
        try:
            dead = lock.try_acquire()
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
