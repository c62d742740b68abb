"""From locks to a `Resolution`, without resolving: the locks decide everything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from bootstrap._vendor.packaging.requirements import Requirement
from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap.dataclasses import dataclass, replace
from bootstrap.environment.model import TargetEnvironment
from bootstrap.index.candidate import Candidate
from bootstrap.index.settings import FormatControl
from bootstrap.lock.errors import LockedFileNotFoundError, LockError, NotLockedError
from bootstrap.lock.packages import create_candidate, create_reference
from bootstrap.lock.read import PylockFile, check_format, select_packages
from bootstrap.metadata.installed import Installed
from bootstrap.resolve.requirement import InputRequirement, Resolution, Resolved, ResolveRequest
from bootstrap.resolve.source import CandidateSource

if TYPE_CHECKING:
    from bootstrap._vendor.packaging.pylock import Package
    from bootstrap.lock.read import Entry


@dataclass(frozen=True)
class LockContext:
    """What holds for every entry of every lock of a run."""

    target: TargetEnvironment
    source: CandidateSource
    formats: FormatControl
    require_hashes: bool = False
    is_offline: bool = False
    """Whether all files have to be on this machine, wherever a lock says they are."""


def resolve_lock(
    locks: Iterable[PylockFile],
    request: ResolveRequest,
    context: LockContext,
    installed: Mapping[NormalizedName, Installed],
) -> Resolution:
    """Return what the locks contain for the target.

    Raises `LockError`, `NotLockedError` where a requirement is in no lock,
    `LockedFileNotFoundError`, `WeakHashError`, and what direct references raise.
    """
    locks = tuple(locks)
    found: dict[NormalizedName, Resolved] = {}
    for lock in locks:
        for resolved in _resolve_one(lock, context):
            is_final_only = request.releases.allows_pre(resolved.name) is False
            if is_final_only and resolved.version.is_prerelease:
                found_pre = f"{resolved.name} {resolved.version}"
                reason = f"it has {found_pre}, a pre-release, and --only-final excludes those"
                raise LockError(lock.location, reason)
            other = found.setdefault(resolved.name, resolved)
            if other.version != resolved.version:
                reason = (
                    f"it has {resolved.name} {resolved.version}, and another lock has "
                    f"{other.version}"
                )
                hint = "Name only one of them, or create them together."
                raise LockError(lock.location, reason, hint)
    missing = _find_missing(request, found, context, installed)
    if missing:
        raise NotLockedError(missing, (lock.location for lock in locks))
    return Resolution(tuple(found[name] for name in sorted(found)))


def _resolve_one(lock: PylockFile, context: LockContext) -> Iterator[Resolved]:
    entries = list(select_packages(lock, context.target, context.formats))
    parents: dict[NormalizedName, set[NormalizedName]] = {}
    for package, _ in entries:
        for dependency in package.dependencies or ():
            name = dependency.get("name")
            if isinstance(name, str):
                parents.setdefault(canonicalize_name(name), set()).add(package.name)
    distributions = [_resolve_package(lock, package, entry, context) for package, entry in entries]
    if context.is_offline:
        distributions = find_local_files(lock, distributions, context.source)
    for resolved in distributions:
        yield replace(resolved, required_by=tuple(sorted(parents.get(resolved.name, ()))))


def _resolve_package(
    lock: PylockFile, package: Package, entry: Entry, context: LockContext
) -> Resolved:
    from bootstrap._vendor.packaging.pylock import PackageSdist, PackageWheel

    if isinstance(entry, (PackageSdist, PackageWheel)):
        is_wheel = isinstance(entry, PackageWheel)
        check_format(lock, package.name, context.formats, is_wheel=is_wheel)
        candidate = create_candidate(lock, package, entry, is_wheel=is_wheel)
        hashes = candidate.file.hashes
    else:
        reference = create_reference(lock, package, entry, require_hashes=context.require_hashes)
        candidate, hashes = context.source.direct_candidate(reference), reference.hashes
        if package.version not in {None, candidate.version}:
            reason = f"it has {package.name} {package.version}, but its source is version "
            raise LockError(lock.location, f"{reason}{candidate.version}")
    requested = InputRequirement(f"{package.name}=={candidate.version}", lock.location.origin, None)
    return Resolved(package.name, candidate.version, candidate, requested=requested, hashes=hashes)


def find_local_files(
    lock: PylockFile, distributions: Sequence[Resolved], source: CandidateSource
) -> list[Resolved]:
    """Return the distributions with files of this machine; they keep the hashes of the lock.

    Raises `LockedFileNotFoundError` for all files that are missing.
    """
    found, missing = [], []
    for resolved in distributions:
        locked = resolved.candidate
        candidate = locked
        if locked is not None and locked.file.is_remote:
            candidate = _find_local_file(locked, source)
            if candidate is None:
                missing.append(locked.file.filename)
        found.append(replace(resolved, candidate=candidate))
    if missing:
        raise LockedFileNotFoundError(lock.location, missing)
    return found


def _find_local_file(locked: Candidate, source: CandidateSource) -> Candidate | None:
    """Return the candidate of the same file name, and of the same hashes if both have some."""
    for candidate in source.candidates(locked.name):
        common = candidate.file.hashes.intersection(locked.file.hashes)
        if candidate.file.filename == locked.file.filename and all(common.allowed.values()):
            return candidate
    return None


def _find_missing(
    request: ResolveRequest,
    found: Mapping[NormalizedName, Resolved],
    context: LockContext,
    installed: Mapping[NormalizedName, Installed],
) -> list[str]:
    """Return the requirements that are in no lock; the installer may be installed already."""
    missing = []
    for given in request.requirements:
        requirement = given.requirement
        if requirement is None:
            missing.append(given.text)
            continue
        if not given.is_applicable(context.target.markers):
            continue
        if not _satisfies(found, requirement) and not _satisfies(installed, requirement):
            missing.append(given.text)
    return missing


def _satisfies(
    distributions: Mapping[NormalizedName, Resolved] | Mapping[NormalizedName, Installed],
    requirement: Requirement,
) -> bool:
    name = canonicalize_name(requirement.name)
    if name not in distributions or requirement.url is not None:
        return False
    return requirement.specifier.contains(distributions[name].version, prereleases=True)
