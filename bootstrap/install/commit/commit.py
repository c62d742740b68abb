"""The commit itself: plan, look once more, write the journal, and carry it out."""

from __future__ import annotations

import os
import shutil

from bootstrap.install.commit import journal as journals
from bootstrap.install.commit.arrivals import plan_arrivals
from bootstrap.install.commit.departures import plan_departures
from bootstrap.install.commit.ground import Ground
from bootstrap.install.commit.interrupts import Interrupts
from bootstrap.install.commit.journal import Journal
from bootstrap.install.commit.plan import Plan
from bootstrap.install.commit.preflight import check_plan
from bootstrap.install.commit.staging import Fate, Staging
from bootstrap.install.commit.steps import LostError
from bootstrap.install.environment.owners import Owners
from bootstrap.install.errors import JournalError
from bootstrap.ui import Ui


def commit(
    staging: Staging,
    old: frozenset[str],
    owners: Owners,
    interrupts: Interrupts,
    ui: Ui,
    *,
    force: bool,
) -> None:
    """Put what is staged in its place and remove the old files, all of it or nothing.

    To be called with the environment's lock held. Raises `InstallError`.
    """
    ground, plan = Ground(staging, old, owners), Plan()
    plan_arrivals(plan, ground)
    plan_departures(plan, ground)
    check_plan(plan, staging, owners, ui, force=force)
    _adopt(plan)
    _remember_times(plan, staging)
    with interrupts.postponed():
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
    staging.fate = Fate.KEPT
    try:
        journal.do()
        journals.remove(areas[0])
    except BaseException as exc:
        _undo(journal, areas[0], exc)
        staging.fate = Fate.ABANDONED
        raise
    staging.fate = Fate.COMMITTED


def _undo(journal: Journal, area: str, reason: BaseException) -> None:
    try:
        journal.undo()
        journals.remove(area)
    except (OSError, LostError) as failed:
        raise JournalError(area, f"{reason}; then {failed}") from reason
