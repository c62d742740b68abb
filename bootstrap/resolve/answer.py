"""From resolvelib's pins to a `Resolution`: one distribution for each project, in order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.environment.installed import Installed
from bootstrap.index.candidate import Candidate
from bootstrap.resolve.attempt import Attempt, Found
from bootstrap.resolve.reference import is_same_reference
from bootstrap.resolve.requirement import Resolution, Resolved, UserRequirement
from bootstrap.trust.hashes import Hashes


def answer(found: Found, attempt: Attempt) -> Resolution:
    """Return the distributions of a result, dependencies first."""
    pins = {each.name: pin for each, pin in found.mapping.items() if not each.extra}
    extras: defaultdict[NormalizedName, set[str]] = defaultdict(set)
    for identifier in found.mapping:
        if identifier.extra:
            extras[identifier.name].add(identifier.extra)
    needs = _needs_by_name(found)
    parents: defaultdict[NormalizedName, set[NormalizedName]] = defaultdict(set)
    for parent, children in needs.items():
        for child in children:
            parents[child].add(parent)
    requested = _requested(attempt)
    return Resolution(
        tuple(
            Resolved(
                name,
                pins[name].version,
                _to_install(pins[name].candidate, attempt.catalogue.installed.get(name)),
                frozenset(extras[name]),
                requested.get(name),
                tuple(sorted(parents[name])),
                attempt.catalogue.hashes.get(name, Hashes()),
            )
            for name in dependencies_first(needs, list(pins))
        )
    )


def _needs_by_name(found: Found) -> Mapping[NormalizedName, set[NormalizedName]]:
    needs: defaultdict[NormalizedName, set[NormalizedName]] = defaultdict(set)
    for parent, children in found.needs.items():
        needs[parent.name].update({each.name for each in children} - {parent.name})
    return needs


def _requested(attempt: Attempt) -> Mapping[NormalizedName, UserRequirement]:
    return {
        root.identifier.name: root.requested
        for root in reversed(attempt.roots)
        if root.requested is not None
    }


def dependencies_first(
    needs: Mapping[NormalizedName, set[NormalizedName]], names: list[NormalizedName]
) -> Iterator[NormalizedName]:
    """Yield the names so that each comes after what it needs, as far as cycles let it."""
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
                below = sorted(needs.get(name, ()), reverse=True)
                stack += [(each, False) for each in below if each not in seen]


def lacking(resolution: Resolution, installed: Mapping[NormalizedName, Installed]) -> Resolution:
    """Return an answer that was found as if nothing were there, and keep what is there of it."""
    return Resolution(
        tuple(
            replace(each, candidate=_lacking(each, installed.get(each.name)))
            for each in resolution.distributions
        )
    )


def _lacking(resolved: Resolved, installed: Installed | None) -> Candidate | None:
    candidate = resolved.candidate
    if candidate is None or candidate.is_direct:
        return _to_install(candidate, installed)
    is_there = installed is not None and installed.version == resolved.version
    return None if is_there else candidate


def _to_install(candidate: Candidate | None, installed: Installed | None) -> Candidate | None:
    """Return the candidate to install, or None where what is installed is just that."""
    if candidate is None or installed is None or installed.version != candidate.version:
        return candidate
    return None if is_same_reference(candidate, installed) else candidate
