"""The error for a failed resolution: what requires what, and which change would help."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from functools import partial
from typing import TYPE_CHECKING

from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap.dataclasses import dataclass
from bootstrap.errors import BootstrapError
from bootstrap.resolve.context import ResolverContext
from bootstrap.resolve.errors import ConflictError, NoCandidateError, UnknownProjectError
from bootstrap.resolve.explain.dependency_path import DependencyPath, find_shortest_path, quote
from bootstrap.resolve.explain.no_match import NoMatchReport, join_few
from bootstrap.resolve.explain.suggestions import RelaxationSearch, ResolutionFailure
from bootstrap.resolve.model import (
    PYTHON,
    UNUSABLE,
    Identifier,
    ResolverCandidate,
    ResolverRequirement,
)
from bootstrap.trust.hashes import Hashes

if TYPE_CHECKING:
    from bootstrap.resolve.model import Information
    from bootstrap.resolve.source import CandidateSource

_FEW = 3
"""How many versions of one project are described one by one."""


@dataclass(frozen=True)
class Conflict:
    """Requirements on one project that cannot be satisfied together."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Unsatisfiable(Conflict):
    """A requirement that cannot be satisfied even alone."""

    path: DependencyPath
    error: NoCandidateError


@dataclass(frozen=True)
class ConflictCause:
    """A requirement that takes part in a conflict, in the newest version that has one like it."""

    path: DependencyPath
    older: tuple[tuple[ResolverRequirement, ResolverCandidate], ...]
    """The requirements of the other versions, which conflict as well."""

    def __str__(self) -> str:
        by_text: dict[str, list[ResolverCandidate]] = {self.path.requirements[-1].text: []}
        for requirement, candidate in self.older:
            by_text.setdefault(requirement.text, []).append(candidate)
        (_, same), *different = by_text.items()
        text = str(self.path)
        if same:
            verb = "does" if len(same) == 1 else "do"
            text += f", and so {verb} {self._list(same[:_FEW], len(same))}"
        if different:
            clauses = [f"{found[0]} requires {other}" for other, found in different[:_FEW]]
            rest = sum(len(found) for _, found in different[_FEW:])
            text += f"{'; ' if same else ', '}{self._list(clauses, len(clauses) + rest)}"
        return text

    def _list(self, shown: Sequence[object], count: int) -> str:
        more = count - len(shown)
        versions = "version" if more == 1 else "versions"
        rest = f" and {more} more {versions} of {self.path.candidates[-1].identifier}"
        return ", ".join(map(str, shown)) + (rest if more > 0 else "")


def explain(context: ResolverContext, causes: Sequence[Information]) -> BootstrapError:
    """Return the error for a resolution that failed.

    Resolves variations of the request, within limits, to find out which requirements cause the
    failure and which single change would help.
    """
    relaxation = RelaxationSearch()
    failure = relaxation.minimize(ResolutionFailure(context, causes))
    conflicts = list(_find_conflicts(failure, _known_names(context)))
    only = conflicts[0] if len(conflicts) == 1 else None
    if isinstance(only, Unsatisfiable) and only.path.is_direct:
        return only.error
    changes = [str(change) for change in relaxation.find_changes(context, failure.context.request)]
    advice = _advise(changes, is_complete=relaxation.is_complete)
    if isinstance(only, Unsatisfiable):
        only.error.hint = advice if changes else only.error.hint
        return only.error
    if not changes:
        advice = context.factory.source.source_hint() or advice
    return ConflictError(
        [line for conflict in conflicts for line in conflict.lines], changes, hint=advice
    )


def _find_conflicts(failure: ResolutionFailure, known: Set[str]) -> Iterator[Conflict]:
    """Yield the conflicts; `known` are the names of projects that a misspelt one may mean."""
    by_name: dict[NormalizedName, list[Information]] = {}
    for cause in failure.causes:
        by_name.setdefault(cause.requirement.identifier.name, []).append(cause)
    for name, causes in by_name.items():
        if name == PYTHON.name:
            yield from (_explain_python(failure.context, cause) for cause in causes)
        elif name == UNUSABLE:
            yield from (_explain_unusable(failure.context, cause) for cause in causes)
        else:
            yield from _explain_project(failure.context, name, causes, known)


def _find_path(context: ResolverContext, cause: Information) -> DependencyPath:
    return find_shortest_path(context.reporter.required_by, cause)


def _explain_python(context: ResolverContext, cause: Information) -> Unsatisfiable:
    path = _find_path(context, cause)
    target = context.dependencies.target.markers["python_full_version"]
    line = f"{path}; the target has Python {target}"
    hint = context.factory.source.source_hint() or "Use another Python: choose it with --python."
    error = NoCandidateError(PYTHON.name, _as_sentence(line), hint=hint)
    return Unsatisfiable((line,), path, error)


def _explain_unusable(context: ResolverContext, cause: Information) -> Unsatisfiable:
    candidate = cause.parent
    assert candidate is not None  # noqa: S101  # only candidates have this requirement
    reason = context.dependencies.unusable[candidate]
    path = _find_path(context, cause)
    line = f"{path.reason}: {candidate} cannot be used: {reason}"
    hint = reason.hint or "Ask for another version of it, or report this to its maintainers."
    error = NoCandidateError(candidate.identifier.name, _as_sentence(line), hint=hint)
    return Unsatisfiable((line,), path, error)


def _explain_project(
    context: ResolverContext,
    name: NormalizedName,
    causes: Sequence[Information],
    known: Set[str],
) -> Iterator[Conflict]:
    factory = context.factory
    unconstrained = factory.without_constraints()
    unmatched = {
        cause.requirement.text: cause
        for cause in causes
        if not unconstrained.has_match(cause.requirement.identifier, [cause.requirement])
    }
    if unmatched:
        yield from (_explain_unmatched(context, cause, known) for cause in unmatched.values())
        return
    conflicting = _find_causes(context, causes)
    constraint = factory.constraint(name)
    lines = [str(cause) for cause in conflicting]
    unsuitable = factory.unsuitable.get(name)
    reason = f", which cannot be used: {str(unsuitable).rstrip('.')}" if unsuitable else ""
    lines += [
        f"you limit it with the constraint {quote(line)}{reason}" for line in constraint.sources
    ]
    is_fixed = any(cause.requirement.fixed_candidate is not None for cause in causes)
    if not constraint.references and not is_fixed:
        lines.append(_describe_available(context, name, [cause.path for cause in conflicting]))
    yield Conflict(tuple(lines))


def _describe_available(
    context: ResolverContext, name: NormalizedName, paths: Sequence[DependencyPath]
) -> str:
    requirements = [path.requirements[-1] for path in paths]
    best = next(context.factory.iter_possible_matches(Identifier(name), requirements), None)
    if best is None:
        available = context.factory.find_available(name)
        versions = sorted({candidate.version for candidate in available}, reverse=True)
        return f"no version of {name} matches all of these; available: {join_few(versions)}"
    for other in (candidate for path in paths for candidate in path.candidates):
        if other.identifier.name == best.identifier.name and other.version != best.version:
            return f"{best} matches all of these, but they are only required with {other}"
    return f"{best} matches all of these, but conflicts with something that leads to them"


def _explain_unmatched(
    context: ResolverContext, cause: Information, known: Set[str]
) -> Unsatisfiable:
    """Return why nothing satisfies a requirement, even alone."""
    requirement = cause.requirement
    name, factory, source = requirement.identifier.name, context.factory, context.factory.source
    path = _find_path(context, cause)
    report = NoMatchReport(
        name,
        tuple(source.candidates(name)),
        source.rejected_files(name),
        source.locations(name),
        context.dependencies.target,
        factory.hashes.get(name, Hashes()),
        source.source_hint(),
        known_names=known - {name},
        has_project=partial(_has_project, source),
        is_final_only=context.request.releases.allows_pre(name) is False,
        is_direct=path.is_direct,
    )
    no_match = report.explain(requirement.specifier)
    line = f"{path}: {no_match.reason}"
    error = NoCandidateError(name, _as_sentence(line), hint=no_match.hint)
    if no_match.is_unknown:
        origin = requirement.requested.origin if requirement.requested else None
        is_typed = path.is_direct and origin is not None and origin.kind == "option"
        sentence = "" if is_typed else _as_sentence(str(path))
        error = UnknownProjectError(name, report.locations, sentence, hint=no_match.hint)
    return Unsatisfiable((line,), path, error)


def _known_names(context: ResolverContext) -> set[str]:
    """Return the names of projects that are installed, or required by somebody."""
    request = context.request
    lines = (*request.requirements, *request.constraints)
    return {
        *context.factory.installed,
        *(known.name for known in context.reporter.required_by),
        *(canonicalize_name(line.requirement.name) for line in lines if line.requirement),
    }


def _has_project(source: CandidateSource, name: NormalizedName) -> bool:
    try:
        return any(True for _ in source.candidates(name))
    except BootstrapError:
        return False


def _find_causes(context: ResolverContext, causes: Sequence[Information]) -> list[ConflictCause]:
    """Return the requirements without which there is no conflict, the shortest path first."""
    by_parent: dict[Identifier | ResolverRequirement, list[Information]] = {}
    for cause in causes:
        key = cause.parent.identifier if cause.parent else cause.requirement
        by_parent.setdefault(key, []).append(cause)
    # In each group, the newest version comes first.
    groups = [
        sorted(group, key=lambda cause: cause.parent.version if cause.parent else 0, reverse=True)
        for group in by_parent.values()
    ]
    # Leave out, one by one, the groups without which the newest requirements still conflict.
    for group in sorted(groups, key=lambda group: group[0].parent is None):
        others = [other for other in groups if other is not group]
        requirements = [other[0].requirement for other in others]
        if others and not context.factory.has_match(requirements[0].identifier.base, requirements):
            groups = others
    found = [
        ConflictCause(
            _find_path(context, group[0]),
            tuple((requirement, parent) for requirement, parent in group[1:] if parent is not None),
        )
        for group in groups
    ]
    return sorted(found, key=lambda cause: cause.path.sort_key)


def _advise(changes: Sequence[str], *, is_complete: bool) -> str:
    if len(changes) == 1:
        return f"One change would solve this: {changes[0]}."
    if changes:
        return "\n  ".join(["Any one of these changes would solve this:", *changes])
    if is_complete:
        return (
            "No single change of your requirements would solve this. Install the conflicting "
            "projects into separate environments, or relax several of these requirements."
        )
    return (
        "Relax one of these requirements, or install the conflicting projects into separate "
        "environments."
    )


def _as_sentence(text: str) -> str:
    text = text.rstrip(".")  # it may end with a sentence of another error
    # The name of a project keeps its case.
    return f"{text[0].upper()}{text[1:]}." if text.startswith("you ") else f"{text}."
