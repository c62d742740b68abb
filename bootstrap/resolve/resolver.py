"""Resolving: from a `ResolveRequest` to a `Resolution`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap._vendor.resolvelib.resolvers import ResolutionImpossible, ResolutionTooDeep
from bootstrap.dataclasses import replace
from bootstrap.environment.model import TargetEnvironment
from bootstrap.formats.documents import parse_json
from bootstrap.index.candidate import Candidate
from bootstrap.limits import RESOLVER_ROUNDS
from bootstrap.metadata.installed import Installed
from bootstrap.network.references import normalize_reference
from bootstrap.network.urls import remove_credentials
from bootstrap.resolve.context import ResolverContext, create_context
from bootstrap.resolve.errors import ResolutionTooDeepError
from bootstrap.resolve.hash_checking import check_input, check_resolution
from bootstrap.resolve.requirement import Resolution, Resolved, ResolveRequest
from bootstrap.resolve.source import CandidateSource
from bootstrap.trust.digests import InvalidDigestError
from bootstrap.trust.hashes import Hashes
from bootstrap.ui import Ui

if TYPE_CHECKING:
    from bootstrap.resolve.backjumping import RawResult


def resolve(
    request: ResolveRequest,
    target: TargetEnvironment,
    source: CandidateSource,
    installed: Mapping[NormalizedName, Installed],
    ui: Ui,
    *,
    max_rounds: int = RESOLVER_ROUNDS,
) -> Resolution:
    """Find the distributions that satisfy a request on a target.

    Raises `ConflictError` and `NoCandidateError` where there is no solution, `HashCheckingError`,
    `InvalidConstraintError`, `ResolutionTooDeepError`, and whatever the source raises.
    """
    with ui.activity("Resolving") as activity:
        context = create_context(request, target, source, installed, ui, activity=activity)
        check_input(request, context.roots, context.factory.constraints, context.factory.hashes)
        try:
            result = context.search(max_rounds)
        except ResolutionImpossible as error:
            from bootstrap.resolve.explain.conflict import explain

            raise explain(context, context.incompatible.expand_causes(error.causes)) from error
        except ResolutionTooDeep as error:
            names = [str(name) for name, _ in context.provider.conflicts.most_common(3)]
            raise ResolutionTooDeepError(max_rounds, names) from error
    resolution = build_result(result, context)
    check_resolution(request, resolution)
    _warn(resolution, context)
    context.factory.forget()
    return _without_requested(resolution, request)


def _without_requested(resolution: Resolution, request: ResolveRequest) -> Resolution:
    """Leave out the projects of which only the dependencies are wanted."""
    left_out = request.only_dependencies_of
    kept = (each for each in resolution.distributions if each.requested not in left_out)
    return Resolution(tuple(kept)) if left_out else resolution


def drop_installed(
    resolution: Resolution, installed: Mapping[NormalizedName, Installed]
) -> Resolution:
    """Mark what is installed already in a resolution that was made as if nothing were."""

    def to_install(resolved: Resolved) -> Candidate | None:
        candidate, present = resolved.candidate, installed.get(resolved.name)
        if candidate is None or candidate.is_direct:
            return _unless_installed(candidate, present)
        return None if present and present.version == resolved.version else candidate

    return Resolution(
        tuple(
            replace(resolved, candidate=to_install(resolved))
            for resolved in resolution.distributions
        )
    )


def build_result(result: RawResult, context: ResolverContext) -> Resolution:
    """Return one distribution for each project in resolvelib's result, dependencies first."""
    chosen = {name.name: candidate for name, candidate in result.mapping.items() if not name.extra}
    extras: defaultdict[NormalizedName, set[str]] = defaultdict(set)
    dependencies: defaultdict[NormalizedName, set[NormalizedName]] = defaultdict(set)
    parents: defaultdict[NormalizedName, set[NormalizedName]] = defaultdict(set)
    for identifier in result.mapping:
        name, extra = identifier
        if extra:
            extras[name].add(extra)
        children = {child.name for child in result.graph.iter_children(identifier) if child}
        for child in children - {name}:
            dependencies[name].add(child)
            parents[child].add(name)
    requested = {
        root.identifier.name: root.requested
        for root in reversed(context.roots)
        if root.requested is not None
    }
    positions = {name: position for position, name in enumerate(chosen)}
    return Resolution(
        tuple(
            Resolved(
                name,
                chosen[name].version,
                _unless_installed(chosen[name].installable, context.factory.installed.get(name)),
                frozenset(extras[name]),
                requested.get(name),
                tuple(sorted(parents[name])),
                context.factory.hashes.get(name, Hashes()),
                positions[name],
            )
            for name in _dependencies_first(dependencies, list(chosen))
        )
    )


def _dependencies_first(
    dependencies: Mapping[NormalizedName, set[NormalizedName]], names: list[NormalizedName]
) -> Iterator[NormalizedName]:
    """Yield each name after its dependencies, except where they form a cycle."""
    seen: set[NormalizedName] = set()
    for start in sorted(names):
        stack = [(start, False)]
        while stack:
            name, is_done = stack.pop()
            if is_done:
                yield name
            elif name not in seen:
                seen.add(name)
                stack.append((name, True))
                below = sorted(dependencies.get(name, ()), reverse=True)
                stack += [(child, False) for child in below if child not in seen]


def _unless_installed(candidate: Candidate | None, installed: Installed | None) -> Candidate | None:
    """Return what to install; None where just that is installed."""
    if candidate is None or installed is None or installed.version != candidate.version:
        return candidate
    return None if is_same_reference(candidate, installed) else candidate


def is_same_reference(candidate: Candidate, installed: Installed) -> bool:
    """Tell whether an installed distribution came from the direct reference of a candidate.

    True for the same commit of the same repository, whatever branch or tag was requested, and for
    the same archive with the same hashes. False for a directory: it may have changed since.
    """
    if not candidate.is_direct or installed.editable or installed.direct_url is None:
        return False
    # of a wheel, what is known before it is fetched
    wheel = {"url": remove_credentials(candidate.file.url), "archive_info": {}}
    expected: Mapping[str, Any] = candidate.origin or wheel
    try:
        recorded = parse_json(installed.direct_url.encode())
        if normalize_reference(recorded["url"]) != normalize_reference(expected["url"]):
            return False
        if recorded.get("subdirectory", "") != expected.get("subdirectory", ""):
            return False
        if "vcs_info" in expected:
            return all(
                recorded["vcs_info"][key] == expected["vcs_info"][key]
                for key in ("vcs", "commit_id")
            )
        hashes = _archive_hashes(recorded["archive_info"])
        common = hashes.intersection(_archive_hashes(expected["archive_info"]))
        return all(common.intersection(candidate.file.hashes).allowed.values())
    except (InvalidDigestError, ValueError, KeyError, TypeError, AttributeError):
        # not as PEP 610 says
        return False


def _archive_hashes(archive_info: Mapping[str, Any]) -> Hashes:
    """Return an archive's hashes. Older installers wrote one of them, as `hash`."""
    algorithm, _, digest = archive_info.get("hash", "").partition("=")
    by_algorithm = archive_info.get("hashes") or ({algorithm: digest} if digest else {})
    return Hashes.of(by_algorithm.items())


def _warn(resolution: Resolution, context: ResolverContext) -> None:
    """Warn of yanked files, of extras that do not exist, and of projects of several indexes."""
    ui = context.dependencies.ui
    candidates = (resolved.candidate for resolved in resolution.to_install)
    context.factory.source.warn_about_overlaps(filter(None, candidates))
    for resolved in resolution.to_install:
        assert resolved.candidate is not None  # noqa: S101  # else it is not to be installed
        project = f"{resolved.name} {resolved.version}"
        if resolved.candidate.file.yanked is not None:
            reason = resolved.candidate.file.yanked or "no reason was given"
            ui.warn(f"{project} was yanked by its maintainers: {reason}", code="yanked")
        if resolved.extras:
            metadata = context.dependencies.reader.read(resolved.candidate)
            provided = {canonicalize_name(extra) for extra in metadata.extras}
            available = ", ".join(sorted(provided)) or "none"
            for extra in sorted(resolved.extras - provided):
                ui.warn(
                    f"{project} does not provide the extra '{extra}' (available: {available})",
                    code="no-such-extra",
                )
