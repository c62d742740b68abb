"""Opening a kit: the wheels for a target, by the lock, as candidates."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap.dataclasses import dataclass, replace
from bootstrap.environment.model import TargetEnvironment
from bootstrap.environment.platform_names import platform_phrase
from bootstrap.errors import BootstrapError
from bootstrap.index.candidate import Candidate, DistributionFile
from bootstrap.index.settings import FormatControl
from bootstrap.kit.errors import DamagedKitError, KitTargetError, NotInKitError
from bootstrap.kit.layout import WHEELS, Member
from bootstrap.kit.lock import read_lock
from bootstrap.kit.targets import best_tag, option_for, python_name, summarize
from bootstrap.lock.errors import LockError
from bootstrap.lock.resolve import LockContext, resolve_lock
from bootstrap.lock.write import target_markers
from bootstrap.resolve.errors import NoCandidateError
from bootstrap.resolve.requirement import Resolution, Resolved, ResolveRequest
from bootstrap.trust.hashes import Hashes, HashMismatchError

if TYPE_CHECKING:
    from bootstrap.index.locations import ContainedLocation
    from bootstrap.kit.reader import Kit
    from bootstrap.resolve.source import CandidateSource


@dataclass(frozen=True)
class KitWheel:
    """A wheel in a kit."""

    kit: Kit
    member: Member

    remark = ""

    @property
    def filename(self) -> str:
        """Its file name."""
        return self.member.name.removeprefix(WHEELS)

    @property
    def size(self) -> int:
        """The number of its bytes."""
        return self.member.size

    def open(self) -> BinaryIO:
        """Open its bytes, which are not checked yet."""
        return self.kit.open(self.member)

    def explain(self, error: HashMismatchError) -> BootstrapError:
        """Return that the kit is damaged, unless it was written with other bytes."""
        found = error.found.get("sha256", "")
        if found == self.member.sha256:
            return error
        where = f"{self.filename} at byte {self.kit.place_of(self.member)}"
        expected = " or ".join(sorted(error.expected.allowed.get("sha256", ()))) or "another one"
        return DamagedKitError(self.kit.path, where, f"sha256 {expected}", found)


class KitLocation:
    """The wheels of a kit as candidates, where requirements are named; and the bundled one."""

    def __init__(
        self, kit: Kit, target: TargetEnvironment, bundled: ContainedLocation | None
    ) -> None:
        self._kit, self._target, self._bundled = kit, target, bundled

    def __str__(self) -> str:
        return f"the kit {self._kit.path}"

    def candidates(self, name: NormalizedName) -> tuple[Candidate, ...]:
        """Return the wheels of a project that the target can use."""
        found = [] if self._bundled is None else list(self._bundled.candidates(name))
        ranks = self._target.tag_ranks
        for member, version, build, tags in self._kit.projects.get(name, ()):
            rank = min((ranks[tag] for tag in tags if tag in ranks), default=None)
            if rank is not None:
                file = _contained_file(self._kit, member)
                found.append(Candidate(name, version, file, True, rank, build))  # noqa: FBT003
        return tuple(found)


def _contained_file(kit: Kit, member: Member) -> DistributionFile:
    wheel = KitWheel(kit, member)
    hashes = Hashes.of([("sha256", member.sha256)])
    url = (kit.path / member.name).as_uri()
    return DistributionFile(wheel.filename, url, hashes, size=member.size, bundled=wheel)


def select_wheels(kit: Kit, target: TargetEnvironment, source: CandidateSource) -> Resolution:
    """Return what the lock of a kit has for a target.

    Raises `KitTargetError`, and `DamagedKitError`.
    """
    context = LockContext(target, source, FormatControl())
    try:
        whole = resolve_lock([read_lock(kit)], ResolveRequest(()), context, {})
    except LockError as error:
        if _is_packed_for(kit, target):  # so that is not the reason
            raise
        raise _other_target(kit, target) from error
    named = frozenset(canonicalize_name(each.name) for each in kit.requirements)
    return Resolution(tuple(_contained(kit, each, named) for each in whole.distributions))


def _is_packed_for(kit: Kit, target: TargetEnvironment) -> bool:
    tags, markers = set(map(str, target.tags)), target_markers(target)
    return any(packed.tag in tags and packed.markers == markers for packed in kit.manifest.targets)


def _other_target(kit: Kit, target: TargetEnvironment) -> KitTargetError:
    platform = platform_phrase(best_tag(target).platform).replace("≥ ", "")
    found = f"{platform}, Python {python_name(target)}"
    return KitTargetError(kit.path, summarize(kit.manifest.targets), found, option_for(target))


def _contained(kit: Kit, resolved: Resolved, named: frozenset[NormalizedName]) -> Resolved:
    """Return a distribution of the lock with its wheel in the kit."""
    candidate = resolved.candidate
    assert candidate is not None  # noqa: S101  # a lock names files
    member = kit.wheels.get(candidate.file.filename)
    if member is None:
        raise DamagedKitError(kit.path, "pylock.toml", candidate.file.filename, "no such wheel")
    return replace(
        resolved,
        candidate=replace(candidate, file=replace(candidate.file, bundled=KitWheel(kit, member))),
        requested=resolved.requested if resolved.name in named else None,
    )


def explain_failure(
    kit: Kit, target: TargetEnvironment, error: BootstrapError, request: ResolveRequest
) -> BootstrapError | None:
    """Return why what was asked for cannot be had from a kit; None where that is not the kit's.

    First the target is judged: what is missing for one that the kit is not for, may be in it.
    """
    if not _is_packed_for(kit, target):
        return _other_target(kit, target)
    if not isinstance(error, NoCandidateError) or error.name in kit.projects:
        return None
    texts = [
        each.text
        for each in request.requirements
        if each.requirement is not None and canonicalize_name(each.requirement.name) == error.name
    ]
    return NotInKitError(texts[0] if texts else error.name, sorted(kit.projects))
