"""What is wanted of the resolver: the main job's rule, in one place.

get-pip.py's main job is `install --upgrade --force-reinstall <everything typed> pip`. Ours is the
same but for one thing: what is there and is the newest is left alone, so that a second run changes
nothing (`--force-reinstall` still says the rest). So, while an installer is installed, everything
the user names is brought to its newest version, whether with `--upgrade` or without; dependencies
stay as long as they do, unless `--upgrade-strategy eager` is said.

Where the user names the installer's project too (`"pip<21"`, typed or in a file), that takes the
default installer's place; an `--installer REQ` stands beside it, and both have to hold.

With `--installer none`, nothing of get-pip.py's job is left, and the rule is that of pip's own
`install`: what is installed and satisfies a requirement stays, unless `--upgrade` is said.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap.resolve.requirement import UserRequirement, Wanted


def complete(
    wanted: Wanted, named: tuple[UserRequirement, ...], installer: UserRequirement | None
) -> Wanted:
    """Return what is wanted of everything named, and of the installer.

    `wanted` holds what the options say; its `upgrade_all` and `upgrade` are decided by `upgraded`.
    """
    named_projects = projects(named)
    requirements = named
    if installer is not None and not _is_replaced(installer, named_projects):
        requirements = (*named, installer)
    return replace(wanted, requirements=requirements)


def upgraded(wanted: Wanted, *, upgrade: bool, eager: bool) -> Wanted:
    """Return the same with the upgrades that `--upgrade` (or the main job) means."""
    if not upgrade:
        return wanted
    return replace(wanted, upgrade=projects(wanted.requirements), upgrade_all=eager)


def projects(requirements: Iterable[UserRequirement]) -> frozenset[NormalizedName]:
    """Return the names of the requirements that have one."""
    return frozenset(
        canonicalize_name(each.requirement.name) for each in requirements if each.requirement
    )


def _is_replaced(installer: UserRequirement, named: frozenset[NormalizedName]) -> bool:
    return installer.origin.kind == "default" and not projects([installer]).isdisjoint(named)
