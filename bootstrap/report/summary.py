"""What a run did, in a few lines for a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.environment.model import TargetEnvironment
from bootstrap.index.bundled import is_bundled
from bootstrap.install.model import InstalledDistribution
from bootstrap.resolve.requirement import Resolution, Resolved
from bootstrap.ui import Ui


# FOLDED from bootstrap/report/outcome.py
@dataclass(frozen=True)
class Outcome:
    """What one run found and changed."""

    target: TargetEnvironment
    resolution: Resolution
    installed: tuple[InstalledDistribution, ...]
    seen: Mapping[NormalizedName, Version] = field(default_factory=dict)
    """The newest releases that were seen of what the self check asks about."""


@dataclass(frozen=True)
class Change:
    """One distribution that is, or would be, installed."""

    text: str
    """What it is, and in place of what."""
    requested: bool


def tell(outcome: Outcome, ui: Ui, *, dry_run: bool = False) -> None:
    """Say what was done (or, on a dry run, what would be) and where."""
    changes = [*(_planned(outcome) if dry_run else _made(outcome))]
    place = _place(outcome.target)
    if not changes:
        ui.info(f"Nothing to do: {place} has {_listed(_kept(outcome.resolution))} already.")
        return
    ui.info(f"{'Would install' if dry_run else 'Installed'} {_counted(changes)} into {place}.")
    for change in changes:
        if not change.requested:
            ui.detail(f"  {change.text}")


def _place(target: TargetEnvironment) -> str:
    version = ".".join(map(str, target.version_info))
    return f"{target.scheme.data} (Python {version})"


def _counted(changes: Iterable[Change]) -> str:
    """Name what the user asked for, and count the rest."""
    requested = [each.text for each in changes if each.requested]
    others = sum(not each.requested for each in changes)
    noun = "dependency" if others == 1 else "dependencies"
    return _listed([*requested, *([f"{others} {noun}"] if others else [])])


def _planned(outcome: Outcome) -> Iterator[Change]:
    for each in _ordered(outcome.resolution.to_install):
        text = f"{each.name} {each.version}{_remarks(_source(each))}"
        yield Change(text, each.requested is not None)


def _made(outcome: Outcome) -> Iterator[Change]:
    installed = {each.name: each for each in outcome.installed}
    for each in _ordered(outcome.resolution.to_install):
        remarks = _remarks(_source(each), _replaced(installed[each.name]))
        text = f"{each.name} {each.version}{remarks}"
        yield Change(text, each.requested is not None)


def _ordered(distributions: Iterable[Resolved]) -> list[Resolved]:
    return sorted(distributions, key=lambda each: each.name)


def _source(resolved: Resolved) -> str:
    """Say where a wheel came from, where that is not an index."""
    bundled = resolved.candidate is not None and is_bundled(resolved.candidate)
    return "bundled with get-installer" if bundled else ""


def _replaced(distribution: InstalledDistribution) -> str:
    if distribution.replaced is None:
        return ""
    if distribution.replaced == distribution.version:
        return "again"
    return f"in place of {distribution.replaced}"


def _remarks(*remarks: str) -> str:
    said = ", ".join(filter(None, remarks))
    return f" ({said})" if said else ""


def _kept(resolution: Resolution) -> list[str]:
    """Return what the user named; all of it where that is nothing."""
    requested = [each for each in resolution.distributions if each.requested is not None]
    return [f"{each.name} {each.version}" for each in requested or resolution.distributions]


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
