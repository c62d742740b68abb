"""Resolving for a matrix of targets: each by its own markers and tags, never by this machine's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.dataclasses import dataclass, replace
from bootstrap.errors import BootstrapError
from bootstrap.index.candidate import Candidate
from bootstrap.kit.gaps import (
    Gap,
    JointSource,
    MissingWheelsError,
    SameMarkersError,
    TolerantSource,
)
from bootstrap.kit.targets import KitTarget
from bootstrap.preparer.preparer import Preparer
from bootstrap.preparer.wheels import NoBuilderError
from bootstrap.resolve.errors import ConflictError, NoCandidateError
from bootstrap.resolve.requirement import Resolution, Resolved, ResolveRequest
from bootstrap.resolve.resolver import resolve
from bootstrap.ui import Ui

Resolve = Callable[[KitTarget, "JointSource | Preparer"], Resolution]


class NotAWheelError(BootstrapError):
    """A requirement names a source: a repository, a directory, an archive.

    Causes: `pack` takes wheels, because they need no compiler at the target.

    Next: build a wheel of it and name its directory with --find-links; or, for this machine only:
        python3 get-installer.pyz pack PATH --build -o KIT.pyz
    """

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(
            f"{what} is not a wheel. A kit takes wheels; build one first, or use --build."
        )


@dataclass(frozen=True)
class ResolvedTarget:
    """What was resolved for one target."""

    target: KitTarget
    preparer: Preparer
    distributions: tuple[Resolved, ...]


def resolve_matrix(
    targets: Sequence[KitTarget],
    preparers: Mapping[str, Preparer],
    request: ResolveRequest,
    ui: Ui,
) -> tuple[ResolvedTarget, ...]:
    """Resolve for all targets; those that a lock cannot tell apart together.

    Raises `MissingWheelsError` for everything that has no wheel for its target at once,
    `SameMarkersError`, and what `resolve` raises.

    :param preparers: by the tags of the targets
    """
    resolve_one = partial(_resolve_one, request, ui, is_only=len(targets) == 1)
    found: dict[str, ResolvedTarget] = {}
    gaps: list[Gap] = []
    for group in _group(targets):
        sources = [preparers[target.packed.tag] for target in group]
        try:
            resolution = resolve_one(group[0], _join(sources))
        except (NoCandidateError, ConflictError) as error:
            gaps += _diagnose(group, sources, resolve_one, error)
            continue
        for target, source in zip(group, sources, strict=True):
            own = tuple(own_wheel(each, source) for each in resolution.distributions)
            found[target.packed.tag] = ResolvedTarget(target, source, own)
    if gaps:
        raise MissingWheelsError(gaps, len(targets))
    return tuple(found[target.packed.tag] for target in targets)


def _resolve_one(
    request: ResolveRequest,
    ui: Ui,
    target: KitTarget,
    source: JointSource | Preparer,
    *,
    is_only: bool,
) -> Resolution:
    try:
        return resolve(request, target.environment, source, {}, ui)
    except NoBuilderError as error:
        raise NotAWheelError(error.what) from error
    except (NoCandidateError, ConflictError) as error:
        if not is_only:
            error.hint = f"{error.hint} (This is for {target.packed.name}.)"
        raise


def _group(targets: Sequence[KitTarget]) -> list[list[KitTarget]]:
    """Return the targets in groups that a lock cannot tell apart."""
    groups: dict[tuple[str, ...], list[KitTarget]] = {}
    for target in targets:
        groups.setdefault(target.marker_key, []).append(target)
    return list(groups.values())


def _join(sources: Sequence[Preparer]) -> JointSource | Preparer:
    return JointSource(sources[0], sources[1:]) if len(sources) > 1 else sources[0]


def own_wheel(resolved: Resolved, source: Preparer) -> Resolved:
    """Return a distribution with the best file of its version for a target."""
    chosen = resolved.candidate
    if chosen is None or chosen.is_direct:
        return resolved

    def is_allowed(candidate: Candidate) -> bool:
        hashes = resolved.hashes.intersection(candidate.file.hashes)
        is_as_good = chosen.file.yanked is not None or candidate.file.yanked is None
        return is_as_good and all(hashes.allowed.values())

    files = list(filter(is_allowed, source.candidates(resolved.name).of_version(resolved.version)))
    own = next((each for each in files if each.identity == chosen.identity), None)
    # Of the target that was resolved for, the resolver has chosen: another file may be unusable.
    best = own if own is not None and own.tag_rank == chosen.tag_rank else files[0]
    return replace(resolved, candidate=best)


def _diagnose(
    group: Sequence[KitTarget],
    sources: Sequence[Preparer],
    resolve_one: Resolve,
    error: BootstrapError,
) -> list[Gap]:
    """Return what has no wheel for a target of a group that has no solution.

    Raises the error where that is not the reason, and `SameMarkersError`.
    """
    gaps: list[Gap] = []
    alone: list[tuple[KitTarget, Resolution]] = []
    for target, source in zip(group, sources, strict=True):
        resolution, unusable = _resolve_tolerantly(target, source, resolve_one)
        alone.append((target, resolution))
        gaps += [
            Gap(each.name, each.version, target, _newest(each.name, source))
            for each in resolution.distributions
            if each.candidate in unusable
        ]
    if gaps:
        return gaps
    versions: dict[NormalizedName, dict[Version, KitTarget]] = {}
    for target, resolution in alone:
        for each in resolution.distributions:
            versions.setdefault(each.name, {}).setdefault(each.version, target)
    for name, of_targets in versions.items():
        if len(of_targets) > 1:
            raise SameMarkersError(name, of_targets.items()) from error
    raise error


def _resolve_tolerantly(
    target: KitTarget, preparer: Preparer, resolve_one: Resolve
) -> tuple[Resolution, set[Candidate]]:
    """Resolve although wheels are missing; return which candidates the target cannot use."""
    tolerated: set[NormalizedName] = set()
    while True:
        source = TolerantSource(preparer, tolerated)
        try:
            return resolve_one(target, source), source.unusable
        except NoCandidateError as error:
            source = TolerantSource(preparer, {error.name})
            if error.name in tolerated or not any(source.candidates(error.name)):
                raise
            if not source.unusable:
                raise
            tolerated.add(error.name)


def _newest(name: NormalizedName, preparer: Preparer) -> Version | None:
    final = (each.version for each in preparer.candidates(name) if not each.version.is_prerelease)
    return next(final, None)
