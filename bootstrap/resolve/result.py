"""From resolvelib's pins to a `Resolution`: one distribution for each project, in order."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.index.candidate import Candidate
from bootstrap.metadata.installed import Installed
from bootstrap.network.urls import remove_credentials
from bootstrap.resolve.context import RawResult, ResolverContext
from bootstrap.resolve.requirement import InputRequirement, Resolution, Resolved
from bootstrap.trust.hashes import Hashes


# FOLDED from bootstrap/resolve/reference.py
def is_same_reference(candidate: Candidate, installed: Installed) -> bool:
    """Tell whether an installed distribution came from the reference a candidate stands for.

    The same commit of the same repository did, whatever branch or tag asks for it now, and the
    same archive with the same hashes. A directory never did: it may have changed since.
    """
    if not candidate.is_direct or installed.editable or installed.direct_url is None:
        return False
    try:
        recorded = json.loads(installed.direct_url)
        named = _named(candidate)
        return _place(recorded) == _place(named) and _is_same_content(recorded, named, candidate)
    except (ValueError, KeyError, TypeError, AttributeError):
        return False


def _named(candidate: Candidate) -> Mapping[str, Any]:
    """Return what direct_url.json would say; of a wheel, as much as is known before it is here."""
    wheel = {"url": remove_credentials(candidate.file.url), "archive_info": {}}
    return candidate.origin or wheel


def _place(origin: Mapping[str, Any]) -> tuple[str, str]:
    return origin["url"], origin.get("subdirectory", "")


def _is_same_content(
    recorded: Mapping[str, Any], named: Mapping[str, Any], candidate: Candidate
) -> bool:
    if "vcs_info" in named:
        return _commit(recorded) == _commit(named)
    found, expected = (_hashes(each["archive_info"]) for each in (recorded, named))
    agreed = found.intersection(expected).intersection(candidate.file.hashes)
    return all(agreed.allowed.values())


def _commit(origin: Mapping[str, Any]) -> tuple[str, str]:
    return origin["vcs_info"]["vcs"], origin["vcs_info"]["commit_id"]


def _hashes(archive: Mapping[str, Any]) -> Hashes:
    """Return an archive's hashes; `hash` is what older installers wrote, when there was one."""
    algorithm, _, digest = archive.get("hash", "").partition("=")
    return Hashes.of((archive.get("hashes") or ({algorithm: digest} if digest else {})).items())


def answer(found: RawResult, attempt: ResolverContext) -> Resolution:
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


def _needs_by_name(found: RawResult) -> Mapping[NormalizedName, set[NormalizedName]]:
    needs: defaultdict[NormalizedName, set[NormalizedName]] = defaultdict(set)
    for parent, children in found.needs.items():
        needs[parent.name].update({each.name for each in children} - {parent.name})
    return needs


def _requested(attempt: ResolverContext) -> Mapping[NormalizedName, InputRequirement]:
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
