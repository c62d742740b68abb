"""Preflight checks: whatever would stop a commit is found before the first change."""

from __future__ import annotations

import os
from collections.abc import Sequence

from bootstrap.file_changes import can_create_in
from bootstrap.install.commit.plan import Plan
from bootstrap.install.commit.trees import MergedTree, Overlap, is_same_file
from bootstrap.install.errors import (
    NoSpaceError,
    NotWritableError,
    ObstacleError,
    OverwriteError,
    SameNameError,
    already_exist,
)
from bootstrap.install.file_owners import FileOwners
from bootstrap.install.filesystem import find_existing
from bootstrap.install.scheme_paths import SchemePaths
from bootstrap.ui import Ui

_MAX_SHOWN = 3
"""Shared files that a warning names."""
_RESERVE = 1 << 20
"""Bytes for directories, the journal, and the blocks that files do not fill."""


def check_writable(paths: SchemePaths) -> None:
    """Raise `NotWritableError` where a library or scripts directory cannot be written."""
    for directory in (*paths.libraries, paths.directories["scripts"]):
        _check_writable(find_existing(directory))


def check_space(directory: str, size: int) -> None:
    """Raise `NoSpaceError` where files of `size` bytes do not fit."""
    if not hasattr(os, "statvfs"):
        return
    existing = find_existing(directory)
    system = os.statvfs(existing)
    free, needed = system.f_bavail * system.f_frsize, size + _RESERVE
    if needed > free:
        raise NoSpaceError(existing, needed, free)


def check_plan(plan: Plan, merged: MergedTree, owners: FileOwners, ui: Ui, *, force: bool) -> None:
    """Refuse a plan that would destroy what belongs to nobody, or that we may not carry out.

    Files of other distributions are overwritten, with a warning, as in pip: what is installed later
    wins. With `force`, so is what else would be refused with `OverwriteError`. Raises that,
    `ObstacleError`, `SameNameError` and `NotWritableError`.
    """
    for parent in {find_existing(os.path.dirname(step.path)) for step in plan.operations}:
        _check_writable(parent)
    for existing, path in plan.other_spellings:
        owner = owners.get(existing) or owners.find_in(existing)
        raise SameNameError(existing, merged.find_distribution(path), owner)
    for path in plan.obstacles:
        raise ObstacleError(path, merged.find_distribution(path))
    if plan.left:
        ui.warn(already_exist(plan.left), code="already-exists")
    refused, overlaps = _find_overwritten(plan, merged, owners)
    if refused and not force:
        raise OverwriteError(refused)
    for path, owner, new_owner in refused:
        ui.warn(f"{path} of {owner} is overwritten by {new_owner}.", code="overwritten")
    _warn_of_overlaps([*merged.overlaps, *overlaps], ui)


def _warn_of_overlaps(overlaps: Sequence[Overlap], ui: Ui) -> None:
    """Warn once of each two distributions that share files with different bytes."""
    by_pair: dict[tuple[str, str], list[str]] = {}
    for overlap in overlaps:
        by_pair.setdefault((overlap.earlier, overlap.later), []).append(overlap.path)
    for (earlier, later), paths in sorted(by_pair.items()):
        shown = ", ".join(sorted(paths)[:_MAX_SHOWN])
        rest = len(paths) - _MAX_SHOWN
        more = f" and {rest} more" if rest > 0 else ""
        ui.warn(
            f"{earlier} and {later} both contain {shown}{more}, with different content. "
            f"{later} is installed later, so its files are used.",
            code="overwritten",
        )


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
    if not can_create_in(directory):
        raise NotWritableError(directory, "no file can be created in it")


def _find_overwritten(
    plan: Plan, merged: MergedTree, owners: FileOwners
) -> tuple[list[tuple[str, str, str]], list[Overlap]]:
    """Return what must not be overwritten, and the files that are because ours come later."""
    roots = (*owners.paths.libraries, owners.paths.directories["scripts"])
    refused, overlaps = [], []
    for path, staged in plan.overwritten.items():
        new_owner = merged.find_distribution(path)
        is_directory = os.path.isdir(path) and not os.path.islink(path)
        owner = owners.find_in(path) if is_directory else owners.get(path)
        if owner is not None and not is_directory and not os.path.isdir(staged):
            if os.path.islink(path) or not is_same_file(path, staged):
                overlaps.append(Overlap(path, owner, new_owner))
        # A file without an owner is a leftover, as pip also assumes, in the directories that only
        # installers write to.
        elif owner is not None or not any(path.startswith(f"{root}{os.sep}") for root in roots):
            refused.append((path, owner or "no distribution", new_owner))
    return refused, overlaps
