"""Commit a transaction: plan, check, write the journal, and carry it out; or undo it later."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress

from bootstrap.install.commit import journal as journals
from bootstrap.install.commit.journal import Journal
from bootstrap.install.commit.operations import LostBackupError, link_or_copy
from bootstrap.install.commit.planner import Plan, TargetInspector, plan_additions, plan_removals
from bootstrap.install.commit.preflight import check_plan
from bootstrap.install.commit.staging import (
    PREFIX,
    Staging,
    StagingState,
    remove_directories,
    restore_mtimes,
)
from bootstrap.install.errors import JournalError, translate_os_errors
from bootstrap.install.scheme_paths import SchemePaths
from bootstrap.install.uninstall import FileOwners
from bootstrap.locking import PathLock
from bootstrap.signals import SignalGuard
from bootstrap.ui import Ui


def commit(
    staging: Staging,
    old: frozenset[str],
    owners: FileOwners,
    guard: SignalGuard,
    ui: Ui,
    *,
    force: bool,
) -> None:
    """Move everything staged to its place and remove the old files, all or nothing.

    The caller holds the environment's lock. Raises `InstallError`.
    """
    target, plan = TargetInspector(staging, old, owners), Plan()
    plan_additions(plan, target)
    plan_removals(plan, target)
    check_plan(plan, staging, owners, ui, force=force)
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


def find_staging_directories(paths: SchemePaths) -> list[str]:
    """Return all staging directories, also those of other processes that are running."""
    found = []
    for directory in dict.fromkeys(paths.directories.values()):
        with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
            names = os.listdir(directory)
            found += [os.path.join(directory, name) for name in names if name.startswith(PREFIX)]
    return sorted(found)


def undo_interrupted(directories: list[str], ui: Ui) -> None:
    """Undo the commits of dead processes and remove their staging directories.

    The locks of the directories tell which processes are dead. The caller holds the environment's
    lock. Directories with a journal come first, because it may need the others. Raises
    `JournalError`.
    """
    for directory in sorted(directories, key=journals.exists, reverse=True):
        lock = PathLock(directory)
        try:
            is_abandoned = lock.try_acquire()
        except PermissionError:
            ui.detail(f"Ignoring {directory}: it belongs to another user.")
            continue
        if not is_abandoned:
            continue
        with translate_os_errors(directory):
            journal = journals.read(directory)
            if journal is None:
                ui.detail(f"Removing {directory}, left by an interrupted installation.")
                shutil.rmtree(directory, ignore_errors=True)
            else:
                ui.detail(f"Undoing an interrupted installation by the journal in {directory}.")
                journals.undo(journal, directory)
                journals.remove(directory)
                for path in {directory, *journal.staging_directories}:
                    shutil.rmtree(path, ignore_errors=True)
                remove_directories(journal.created)
                restore_mtimes(journal.mtimes)
        lock.release()
