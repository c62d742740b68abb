"""Preflight checks: whatever would stop a commit is found before the first change."""

from __future__ import annotations

import filecmp
import os

from bootstrap.install.commit.planner import Plan
from bootstrap.install.commit.staging import Staging
from bootstrap.install.errors import NoSpaceError, NotWritableError, OverwriteError
from bootstrap.install.filesystem import find_other_spelling, ignores_case
from bootstrap.install.scheme_paths import SchemePaths
from bootstrap.install.uninstall import FileOwners
from bootstrap.ui import Ui

_RESERVE = 1 << 20
"""Bytes for directories, the journal, and the blocks that files do not fill."""


def check_writable(paths: SchemePaths) -> None:
    """Raise `NotWritableError` where a library or scripts directory cannot be written."""
    for directory in (*paths.libraries, paths.directories["scripts"]):
        _check_writable(_find_existing(directory))


def check_space(directory: str, size: int) -> None:
    """Raise `NoSpaceError` where files of `size` bytes do not fit."""
    if not hasattr(os, "statvfs"):
        return
    existing = _find_existing(directory)
    system = os.statvfs(existing)
    free, needed = system.f_bavail * system.f_frsize, size + _RESERVE
    if needed > free:
        raise NoSpaceError(existing, needed, free)


def check_plan(plan: Plan, staging: Staging, owners: FileOwners, ui: Ui, *, force: bool) -> None:
    """Refuse a plan that would overwrite files of others, or that we have no permission for.

    With `force`, files of others are overwritten, with a warning. Raises `OverwriteError` and
    `NotWritableError`.
    """
    for parent in {_find_existing(os.path.dirname(step.path)) for step in plan.operations}:
        _check_writable(parent)
    conflicts = [
        *_find_overwritten(plan, staging, owners),
        *_find_collisions(plan, staging, owners),
    ]
    if conflicts and not force:
        raise OverwriteError(conflicts)
    for path, owner, new_owner in conflicts:
        ui.warn(f"{path} of {owner} is overwritten by {new_owner}.")


def _find_existing(path: str) -> str:
    while not os.path.lexists(path):
        path = os.path.dirname(path)
    return path


def _check_writable(directory: str) -> None:
    if not os.path.isdir(directory):
        hint = "Move it away, or install to another directory."
        raise NotWritableError(directory, "it is not a directory", hint)
    effective = os.access in os.supports_effective_ids
    if not os.access(directory, os.W_OK | os.X_OK, effective_ids=effective):
        read_only = getattr(os, "ST_RDONLY", 0)
        if read_only and os.statvfs(directory).f_flag & read_only:
            raise NotWritableError(directory, "its file system is mounted read-only")
        raise NotWritableError(directory, "no permission to write")


def _find_overwritten(
    plan: Plan, staging: Staging, owners: FileOwners
) -> list[tuple[str, str, str]]:
    roots = (*staging.paths.libraries, staging.paths.directories["scripts"])
    conflicts = []
    for path, staged in plan.overwritten.items():
        owner = owners.get(path)
        if owner is None:
            # A file without an owner is a leftover, as pip also assumes; but not a directory, and
            # not outside the directories that only installers write to.
            is_directory = os.path.isdir(path) and not os.path.islink(path)
            if not is_directory and any(path.startswith(f"{root}{os.sep}") for root in roots):
                continue
        elif not os.path.islink(path) and filecmp.cmp(path, staged, shallow=False):
            continue
        new_owner = staging.find_distribution(path)
        conflicts.append((path, owner or "no distribution", new_owner))
    return conflicts


def _find_collisions(
    plan: Plan, staging: Staging, owners: FileOwners
) -> list[tuple[str, str, str]]:
    """Return the remaining files whose names differ from a new one only in spelling."""
    if not ignores_case(staging.directories[0].path):
        return []
    collisions = []
    for path in plan.new:
        directory, name = os.path.split(path)
        if not os.path.isdir(directory):
            continue
        other = find_other_spelling(name, os.listdir(directory))
        if other and not plan.is_gone(existing := os.path.join(directory, other)):
            owner = owners.get(existing) or "no distribution"
            collisions.append((existing, owner, staging.find_distribution(path)))
    return collisions
