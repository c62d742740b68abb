"""Recover from interrupted installations: undo what they did, remove what they left.

What lies in a target may have come with it, as a cloned repository or an unpacked archive. So only
a staging directory is acted on that is ours and that nobody else can change, by a journal that was
written in this very directory, and whose paths stay inside the target. Anything else is reported
and left alone; when a later installation is committed, it is set aside for good.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

from bootstrap.dataclasses import dataclass, replace
from bootstrap.file_changes import Patience, is_violation, plain_path, remove_tree
from bootstrap.install.commit import journal as journals
from bootstrap.install.commit.journal import Journal, UntrustedJournalError
from bootstrap.install.commit.leftovers import NAME, find_staging_directories, is_set_aside
from bootstrap.install.commit.newer_files import keep_newer_files
from bootstrap.install.commit.operations import (
    Exchange,
    LostBackupError,
    MakeDir,
    Move,
    Operation,
    Remove,
    RemoveDir,
    SetAside,
    State,
)
from bootstrap.install.commit.staging import (
    JOURNAL_REFERENCE,
    remove_directories,
    remove_locked,
    restore_mtimes,
)
from bootstrap.install.errors import InUseError, JournalError, translate_os_errors
from bootstrap.install.scheme_paths import SchemePaths
from bootstrap.install.strict_zip.names import fold
from bootstrap.locking import PathLock
from bootstrap.private_directory import NotPrivateError, check_private_in_shared
from bootstrap.ui import Ui


def find_left_alone(paths: SchemePaths) -> list[str]:
    """Return the staging directories with a journal that were left alone, after all others.

    The caller holds the environment's lock. Those of running processes, which may change another
    environment with the same scripts directory, are not among them. Raises OSError and
    `InUseError`.
    """
    found = filter(journals.exists, find_staging_directories(paths))
    return [path for path in found if not is_set_aside(path) and _is_abandoned(path)]


def _is_abandoned(directory: str) -> bool:
    """Whether a directory, maybe another user's, is locked by no process."""
    lock = PathLock(directory)
    try:
        return not os.path.islink(directory) and lock.try_acquire_patiently()
    except PermissionError as exc:
        if is_violation(exc):  # nothing tells whether its process lives
            raise InUseError(directory) from exc
        return False
    finally:
        lock.release()  # Windows cannot rename a directory with a file that is open


def lock_if_ours(directory: str, report: Callable[[str], None]) -> PathLock | None:
    """Lock a staging directory that is ours and abandoned; None where it is not.

    None too where the journal in another staging directory needs it.

    `report` receives a message where it is not ours. Raises OSError, and `InUseError` where
    Windows does not tell which it is, because another program has the lock's file open.
    """
    lock = PathLock(directory)
    try:
        check_private_in_shared(Path(directory))
        if not lock.try_acquire_patiently():
            return None
    except FileNotFoundError:
        return None
    except (NotPrivateError, PermissionError) as exc:
        if isinstance(exc, OSError) and is_violation(exc):
            raise InUseError(directory) from exc
        report_left_alone(directory, str(exc), report)
        return None
    if _is_needed(directory, report):
        lock.release()
        return None
    return lock


def _is_needed(directory: str, report: Callable[[str], None]) -> bool:
    """Whether another one's journal may need a staging directory that is ours, and abandoned."""
    from bootstrap.install.commit.journal_reference import find_journal

    try:
        reference = Path(directory, JOURNAL_REFERENCE)
        return not journals.exists(directory) and find_journal(reference) is not None
    except UntrustedJournalError as exc:
        report_left_alone(directory, str(exc), report)
        return True


def report_left_alone(directory: str, reason: str, report: Callable[[str], None]) -> None:
    """Report a staging directory that is not acted on."""
    report(
        f"{directory} was left alone: {reason}. It looks like the rest of an interrupted "
        "installation. If it is one of yours, check that the environment is complete, and delete "
        "that directory."
    )


def undo_interrupted(paths: SchemePaths, ui: Ui, report: Callable[[str], None]) -> None:
    """Undo the commits of our dead processes and remove their staging directories.

    The locks of the directories tell which processes are dead. The caller holds the environment's
    lock. Directories with a journal come first, because it may need the others. Raises
    `JournalError`.
    """
    seen = set[str]()
    # Again: the first ones may have been set aside by the last interrupted commit.
    while found := set(find_staging_directories(paths)) - seen:
        for directory in sorted(found, key=lambda path: (not journals.exists(path), path)):
            with translate_os_errors(directory):
                _undo_if_ours(directory, paths, ui, report)
        seen |= found


def _undo_if_ours(
    directory: str, paths: SchemePaths, ui: Ui, report: Callable[[str], None]
) -> None:
    if is_set_aside(directory):
        report_left_alone(directory, "there was another installation after its own", report)
        return
    try:
        lock = lock_if_ours(directory, report)
    except InUseError:
        if journals.exists(directory):
            raise
        return  # it is removed another time
    if lock is None:
        return
    try:
        _undo_in(directory, lock, paths, ui)
    except UntrustedJournalError as exc:
        report_left_alone(directory, str(exc), report)
    finally:
        lock.release()


def _undo_in(directory: str, lock: PathLock, paths: SchemePaths, ui: Ui) -> None:
    journal = journals.read(directory)
    if journal is None:
        ui.detail(f"Removing {directory}, left by an interrupted installation.")
        # Where a program has something in it open, it may be for long, and each run comes here.
        remove_locked(directory, lock, Patience(pauses=()))
        return
    staging_directories = frozenset((directory, *journal.staging_directories))
    limits = _Limits(paths, staging_directories)
    limits.check_journal(journal)
    _require_unchanged(journal)
    ui.detail(f"Undoing an interrupted installation by the journal in {directory}.")
    try:
        for operation in reversed(journal.operations):
            # Checked again: what was undone before may have put a link into the path.
            limits.check_operation(operation)
            limits.narrow(operation).undo()
        keep_newer_files(journal.operations, journals.time_of(directory))
    except LostBackupError as exc:
        raise JournalError(directory, f"the backup of {exc} is missing") from exc
    except UntrustedJournalError as exc:
        raise JournalError(directory, str(exc)) from exc
    journals.remove(directory)
    for path in staging_directories - {directory}:
        remove_tree(path)
    remove_locked(directory, lock)
    remove_directories(journal.created)
    restore_mtimes(journal.mtimes)


def _require_unchanged(journal: Journal) -> None:
    """Refuse a journal whose files somebody else has replaced or removed: pip, for example.

    Undoing would bring an old version back beside the one that was installed since then. Raises
    `UntrustedJournalError`.
    """
    moved = {fold(each.path) for each in journal.operations if isinstance(each, Move)}
    for operation in journal.operations:
        if isinstance(operation, Remove) and fold(operation.path) in moved:
            continue  # only spelt otherwise: many file systems find the new one by the old name
        if isinstance(operation, (Move, Exchange, Remove)) and operation.state() is State.CHANGED:
            raise UntrustedJournalError(f"{operation.path} has been changed by somebody else since")


@dataclass(frozen=True)
class _Limits:
    """What a journal may change: paths of the scheme, and staging directories of ours."""

    paths: SchemePaths
    staging_directories: frozenset[str]

    def check_journal(self, journal: Journal) -> None:
        """Refuse a journal that would change anything else. Raises `UntrustedJournalError`."""
        for path in self.staging_directories:
            self._check_staging_directory(path)
        for path in (*journal.mtimes, *journal.created):
            _require(self._is_part(path) and os.path.realpath(path) == path, path)
        for operation in journal.operations:
            self.check_operation(operation)

    def check_operation(self, operation: Operation) -> None:
        """Refuse an operation on a path outside, by name or by a link in it.

        Raises `UntrustedJournalError`.
        """
        path = operation.path
        is_inside = self.paths.contains(path)
        if isinstance(operation, SetAside):
            is_inside = self._is_part(os.path.dirname(path)) and _is_staging_name(path)
        if isinstance(operation, MakeDir):  # also one of the scheme's directories, undone if empty
            is_inside = self._is_part(path)
        _require(is_inside and _has_no_link(path), path)
        staged = [operation.staged] if isinstance(operation, (Move, Exchange)) else []
        staged += [operation.backup] if isinstance(operation, (Exchange, Remove)) else []
        for path in map(plain_path, staged):
            is_inside = any(path.startswith(at + os.sep) for at in self.staging_directories)
            _require(is_inside and _has_no_link(path), path)

    def narrow(self, operation: Operation) -> Operation:
        """Return an operation that gives nobody more rights than the directory around it does."""
        if not isinstance(operation, RemoveDir):
            return operation
        around = os.lstat(os.path.dirname(operation.path))
        rights = 0o755 | (around.st_mode & (stat.S_ISGID | stat.S_IWGRP | stat.S_IWOTH))
        owners, groups = {around.st_uid}, {around.st_gid}
        if hasattr(os, "geteuid"):
            owners, groups = owners | {os.geteuid()}, groups | {os.getegid()}
        return replace(
            operation,
            mode=operation.mode & rights,
            owner=operation.owner if operation.owner in owners else around.st_uid,
            group=operation.group if operation.group in groups else around.st_gid,
        )

    def _check_staging_directory(self, path: str) -> None:
        parent, name = os.path.split(path)
        _require(_is_staging_name(name) and self._is_part(parent) and _has_no_link(path), path)
        try:
            check_private_in_shared(Path(path))
        except NotPrivateError as exc:
            raise UntrustedJournalError(str(exc)) from exc
        except FileNotFoundError:
            pass  # then a backup will be missing

    def _is_part(self, path: str) -> bool:
        """Whether a path is a directory of the scheme, inside one, or around one."""
        directories = self.paths.directories.values()
        prefix = path.rstrip(os.sep) + os.sep
        is_around = any(f"{directory}{os.sep}".startswith(prefix) for directory in directories)
        return is_around or self.paths.contains(path)


def _is_staging_name(path: str) -> bool:
    return NAME.fullmatch(os.path.basename(path)) is not None


def _has_no_link(path: str) -> bool:
    """Whether a path is absolute and plain, and no directory on the way to it is a link."""
    parent = os.path.dirname(path)
    is_plain = os.path.isabs(path) and os.path.normpath(path) == path
    return is_plain and os.path.realpath(parent) == parent


def _require(condition: bool, path: str) -> None:  # noqa: FBT001  # as in an assertion
    if not condition:
        raise UntrustedJournalError(f"its journal names {path!r}, which is outside the target")
