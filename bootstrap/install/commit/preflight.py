"""Preflight: whatever would stop the commit is found before the first change."""

from __future__ import annotations

import os
import stat

from bootstrap.install.commit.planner import Plan
from bootstrap.install.commit.staging import Staging
from bootstrap.install.errors import (
    NoSpaceError,
    NotWritableError,
    OverwriteError,
)
from bootstrap.install.filesystem import ignores_case, other_spelling
from bootstrap.install.scheme_paths import SchemePaths
from bootstrap.install.uninstall import Owners
from bootstrap.ui import Ui

_SPARE = 1 << 20
"""Bytes left for directories, the journal, and the blocks files do not fill."""


def check_writable(places: SchemePaths) -> None:
    """Raise `NotWritableError` where a library or scripts directory cannot be written."""
    for directory in (*places.libraries, places.directories["scripts"]):
        _check_writable(_nearest(directory))


def _nearest(path: str) -> str:
    while not os.path.lexists(path):
        path = os.path.dirname(path)
    return path


def _check_writable(directory: str) -> None:
    if not os.path.isdir(directory):
        raise NotWritableError(directory, "it is no directory")
    effective = os.access in os.supports_effective_ids
    if not os.access(directory, os.W_OK | os.X_OK, effective_ids=effective):
        raise NotWritableError(directory, _why_closed(directory))


def _why_closed(directory: str) -> str:
    read_only = getattr(os, "ST_RDONLY", 0)
    if read_only and os.statvfs(directory).f_flag & read_only:
        return "its file system is mounted read-only"
    return "no permission to write"


def check_space(directory: str, size: int) -> None:
    """Raise `NoSpaceError` where files of so many bytes do not fit."""
    if not hasattr(os, "statvfs"):
        return
    existing = _nearest(directory)
    system = os.statvfs(existing)
    free, needed = system.f_bavail * system.f_frsize, size + _SPARE
    if needed > free:
        raise NoSpaceError(existing, needed, free)


def check_plan(plan: Plan, staging: Staging, owners: Owners, ui: Ui, *, force: bool) -> None:
    """Refuse a plan that would overwrite what is not ours, or change what we may not change.

    With `force`, files of others are overwritten, and that is told. Raises `OverwriteError` and
    `NotWritableError`.
    """
    for parent in {_nearest(os.path.dirname(step.path)) for step in plan.steps}:
        _check_writable(parent)
    conflicts = [*_conflicts(plan, staging, owners), *_collisions(plan, staging, owners)]
    if conflicts and not force:
        raise OverwriteError(conflicts)
    for path, owner, claimant in conflicts:
        ui.warn(f"{path} of {owner} is overwritten by {claimant}.")


def _conflicts(plan: Plan, staging: Staging, owners: Owners) -> list[tuple[str, str, str]]:
    conflicts = []
    for path, staged in plan.in_the_way.items():
        owner = owners[path]
        if owner is None and _may_replace_nobodys(path, staging.places):
            continue
        if owner is not None and _same_bytes(path, staged):
            continue
        claimant = staging.claimant(path)
        conflicts.append((path, owner or "no distribution", claimant))
    return conflicts


def _collisions(plan: Plan, staging: Staging, owners: Owners) -> list[tuple[str, str, str]]:
    """Return what would fall together with a file that is spelt otherwise, and stays."""
    if not ignores_case(staging.areas[0].path):
        return []
    collisions = []
    for path in plan.new:
        directory, name = os.path.split(path)
        spelt = other_spelling(name, os.listdir(directory)) if os.path.isdir(directory) else None
        there = os.path.join(directory, spelt or name)
        if spelt and not plan.is_gone(there):
            collisions.append((there, owners[there] or "no distribution", staging.claimant(path)))
    return collisions


def _may_replace_nobodys(path: str, places: SchemePaths) -> bool:
    """Whether what belongs to no distribution may be overwritten, as leftovers of pip's are."""
    if os.path.isdir(path) and not os.path.islink(path):
        return False
    roots = (*places.libraries, places.directories["scripts"])
    return any(path.startswith(f"{root}{os.sep}") for root in roots)


def _same_bytes(one: str, other: str) -> bool:
    first, second = os.lstat(one), os.lstat(other)
    if not stat.S_ISREG(first.st_mode) or first.st_size != second.st_size:
        return False
    with open(one, "rb") as here, open(other, "rb") as there:
        return here.read() == there.read()
