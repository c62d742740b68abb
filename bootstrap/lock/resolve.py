"""From locks to a `Resolution`: nothing is resolved, for all of it was decided before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bootstrap._vendor.packaging.requirements import Requirement
from bootstrap._vendor.packaging.utils import (
    NormalizedName,
    canonicalize_name,
)
from bootstrap._vendor.packaging.version import Version
from bootstrap.environment.model import TargetEnvironment
from bootstrap.index.settings import FormatControl
from bootstrap.lock.errors import LockError, NotLockedError
from bootstrap.lock.packages import candidate_of, reference_of
from bootstrap.lock.read import LockFile, check_format, selected
from bootstrap.metadata.installed import Installed
from bootstrap.resolve.requirement import InputRequirement, Resolution, Resolved, ResolveRequest
from bootstrap.resolve.source import CandidateSource

if TYPE_CHECKING:
    from bootstrap._vendor.packaging.pylock import Package
    from bootstrap.lock.read import Entry
from collections.abc import Sequence

from bootstrap.index.candidate import Candidate
from bootstrap.lock.errors import NotAtHandError
from bootstrap.network.urls import is_remote


# FOLDED from bootstrap/lock/nearby.py
def nearby(
    lock: LockFile, distributions: Sequence[Resolved], source: CandidateSource
) -> list[Resolved]:
    """Return the same, each from where it lies at hand; the lock's hashes hold all the same.

    Raises `NotAtHandError`, which names all that is not.
    """
    found = [_near(each, source) for each in distributions]
    missing = [each for each, near in zip(distributions, found, strict=True) if near is None]
    if missing:
        names = [each.candidate.file.filename for each in missing if each.candidate is not None]
        raise NotAtHandError(lock.location, names)
    return [each for each in found if each is not None]


def _near(each: Resolved, source: CandidateSource) -> Resolved | None:
    locked = each.candidate
    if locked is None or not is_remote(locked.file.url):
        return each
    there = (one for one in source.candidates(each.name) if _is_same(one, locked))
    candidate = next(there, None)
    return None if candidate is None else replace(each, candidate=candidate)


def _is_same(candidate: Candidate, locked: Candidate) -> bool:
    """Tell by the name, and by the hashes where both places say some."""
    both = candidate.file.hashes.intersection(locked.file.hashes)
    return candidate.file.filename == locked.file.filename and all(both.allowed.values())


@dataclass(frozen=True)
class LockContext:
    """What holds for every entry of every lock of one run."""

    target: TargetEnvironment
    source: CandidateSource
    formats: FormatControl
    require_hashes: bool = False
    is_offline: bool = False
    """Whether files have to be found among what is at hand, whatever place a lock names."""


def fixed(
    locks: Iterable[LockFile],
    wanted: ResolveRequest,
    terms: LockContext,
    installed: Mapping[NormalizedName, Installed],
) -> Resolution:
    """Return what the locks name for the target.

    Raises `LockError`, `NotLockedError` where something is wanted besides, `NotAtHandError`,
    `WeakHashError`, and what looking at direct references raises.
    """
    locks = tuple(locks)
    found: dict[NormalizedName, Resolved] = {}
    for lock in locks:
        for each in _resolved(lock, terms):
            _add(each, found, lock)
    _check_besides(locks, wanted, found, terms, installed)
    return Resolution(tuple(found[name] for name in sorted(found)))


def _resolved(lock: LockFile, terms: LockContext) -> Iterator[Resolved]:
    entries = list(selected(lock, terms.target, terms.formats))
    parents = _parents(package for package, _ in entries)
    read = [_one(lock, package, entry, terms) for package, entry in entries]
    if terms.is_offline:
        read = nearby(lock, read, terms.source)
    for each in read:
        yield replace(each, required_by=tuple(sorted(parents.get(each.name, ()))))


def _parents(packages: Iterable[Package]) -> Mapping[NormalizedName, set[NormalizedName]]:
    parents: dict[NormalizedName, set[NormalizedName]] = {}
    for package in packages:
        for below in package.dependencies or ():
            name = below.get("name")
            if isinstance(name, str):
                parents.setdefault(canonicalize_name(name), set()).add(package.name)
    return parents


def _one(lock: LockFile, package: Package, entry: Entry, terms: LockContext) -> Resolved:
    from bootstrap._vendor.packaging.pylock import PackageSdist, PackageWheel

    if isinstance(entry, (PackageSdist, PackageWheel)):
        is_wheel = isinstance(entry, PackageWheel)
        check_format(lock, package.name, terms.formats, is_wheel=is_wheel)
        candidate = candidate_of(lock, package, entry, is_wheel=is_wheel)
        hashes = candidate.file.hashes
    else:
        reference = reference_of(lock, package, entry, require_hashes=terms.require_hashes)
        candidate, hashes = terms.source.direct_candidate(reference), reference.hashes
        _check_version(lock, package, candidate.version)
    requested = InputRequirement(f"{package.name}=={candidate.version}", lock.location.origin, None)
    return Resolved(package.name, candidate.version, candidate, requested=requested, hashes=hashes)


def _check_version(lock: LockFile, package: Package, found: Version) -> None:
    if package.version is not None and package.version != found:
        why = f"it says {package.name} {package.version}, and what it names is {found}"
        raise LockError(lock.location, why)


def _add(each: Resolved, found: dict[NormalizedName, Resolved], lock: LockFile) -> None:
    other = found.get(each.name)
    if other is not None and other.version != each.version:
        why = f"it says {each.name} {each.version}, and another lock says {other.version}"
        raise LockError(lock.location, why, "Name one lock only, or make them together.")
    found.setdefault(each.name, each)


def _check_besides(
    locks: Iterable[LockFile],
    wanted: ResolveRequest,
    found: Mapping[NormalizedName, Resolved],
    terms: LockContext,
    installed: Mapping[NormalizedName, Installed],
) -> None:
    """Check that whatever else was named is in a lock; the installer may be there already."""
    missing = [
        each.text
        for each in wanted.requirements
        if each.requirement is None
        or (
            (
                each.requirement.marker is None
                or each.requirement.marker.evaluate(dict(terms.target.markers))
            )
            and not _has(each.requirement, found)
            and not _has(each.requirement, installed)
        )
    ]
    if missing:
        raise NotLockedError(missing, (lock.location for lock in locks))


def _has(
    requirement: Requirement,
    there: Mapping[NormalizedName, Resolved] | Mapping[NormalizedName, Installed],
) -> bool:
    name = canonicalize_name(requirement.name)
    if name not in there or requirement.url is not None:
        return False
    return requirement.specifier.contains(there[name].version, prereleases=True)
