"""Commit a transaction: plan, check, write the journal, and carry it out."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection

from bootstrap.install.commit import journal as journals
from bootstrap.install.commit.entries import link_or_copy
from bootstrap.install.commit.journal import Journal
from bootstrap.install.commit.operations import LostBackupError
from bootstrap.install.commit.plan import Plan, TargetInspector
from bootstrap.install.commit.planner import plan_additions, plan_removals, plan_superseding
from bootstrap.install.commit.preflight import check_plan
from bootstrap.install.commit.staging import Staging, StagingState
from bootstrap.install.errors import JournalError
from bootstrap.signals import SignalGuard
from bootstrap.ui import Ui


def commit(
    target: TargetInspector,
    guard: SignalGuard,
    ui: Ui,
    *,
    force: bool,
    on_left: Callable[[Collection[str]], None],
) -> None:
    """Move what was staged and merged to its place and remove the old files, all or nothing.

    The caller holds the environment's lock. Raises `InstallError`.

    :param on_left: called before anything changes, with what is there already and stays, if any
    """
    staging, plan = target.staging, Plan()
    plan_superseding(plan, target)
    plan_additions(plan, target)
    plan_removals(plan, target)
    check_plan(plan, target.merged, target.owners, ui, force=force)
    if plan.left:
        on_left(plan.left)
    for path, staged in plan.preserved:  # a second name survives the exchange of the directory
        os.makedirs(os.path.dirname(staged), exist_ok=True)
        link_or_copy(path, staged)
    for parent in {os.path.dirname(operation.path) for operation in plan.operations}:
        if os.path.isdir(parent):
            staging.remember_mtime(parent)
    with guard.delay():
        _carry_out(plan, staging)


def _carry_out(plan: Plan, staging: Staging) -> None:
    directories = tuple(directory.path for directory in staging.directories)
    journal = Journal(plan.operations, staging.mtimes, directories, tuple(staging.created))
    journals.write(journal, directories[0])
    staging.state = StagingState.KEPT
    try:
        journal.do()
        journals.remove(directories[0])
    except BaseException as exc:
        try:
            journal.undo()
            journals.remove(directories[0])
        except (OSError, LostBackupError) as failure:
            raise JournalError(directories[0], f"{exc}; then {failure}") from exc
        staging.state = StagingState.ABANDONED
        raise
    staging.state = StagingState.COMMITTED
