"""What has no wheel for a target: found for all targets, and said in one message."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set

from bootstrap._vendor.packaging.specifiers import SpecifierSet
from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.dataclasses import dataclass
from bootstrap.errors import BootstrapError
from bootstrap.index.candidate import Candidate, RejectedFile, RejectionReason
from bootstrap.index.candidates import Candidates
from bootstrap.kit.targets import KitTarget
from bootstrap.metadata.core import Metadata
from bootstrap.resolve.requirement import InputRequirement
from bootstrap.resolve.source import CandidateSource

_NO_WHEEL = (RejectionReason.TAGS, RejectionReason.UNSUPPORTED, RejectionReason.FORMAT)


@dataclass(frozen=True)
class Gap:
    """A distribution without a wheel for a target."""

    name: NormalizedName
    version: Version
    target: KitTarget
    nearest: Version | None
    """The newest version that has a wheel for the target."""

    def __str__(self) -> str:
        packed = self.target.packed
        abi = packed.tag.split("-")[1]
        platform = packed.description.rpartition(", Python ")[0]
        nearest = f"; {self.nearest} has one" if self.nearest is not None else ""
        return f"{self.name} {self.version} ({abi}, {platform}{nearest})"


class MissingWheelsError(BootstrapError):
    """Wheels are missing for some of the targets.

    Causes: the project has no wheel for a platform or Python that was named.

    Next: leave that target out, name another version, or put a wheel into a directory:
        python3 get-installer.pyz pack NAME --find-links wheels --target windows-amd64 -o KIT.pyz
    """

    def __init__(self, gaps: Sequence[Gap], targets: int) -> None:
        self.gaps = tuple(gaps)
        affected = len({gap.target.packed.tag for gap in gaps})
        of = f"{affected} of {targets} targets" if targets > 1 else "the target"
        super().__init__(
            f"No wheel for {of}: {', '.join(map(str, gaps))}.",
            hint="Leave these targets out, or build wheels and add --find-links DIR."
            if targets > 1
            else "Build wheels and add --find-links DIR; --build does so for this machine and the "
            "Python that runs get-installer.",
        )


class SameMarkersError(BootstrapError):
    """Targets that a lock cannot tell apart would get different versions.

    Causes: two targets differ only in their platform's version, and would get different versions of
    a project.

    Next: limit the version that the message names, or pack two kits.
    """

    def __init__(self, name: str, versions: Iterable[tuple[Version, KitTarget]]) -> None:
        self.name, self.versions = name, tuple(versions)
        parts = [f"{version} for {target.packed.name}" for version, target in self.versions]
        super().__init__(
            f"{name} would be {' and '.join(parts)}, and a lock cannot tell these apart.",
            hint="Pin one version, or pack two kits.",
        )


class JointSource:
    """The candidates of one target, limited to versions that others with its markers have, too."""

    def __init__(self, source: CandidateSource, others: Sequence[CandidateSource]) -> None:
        self._source, self._others = source, others
        self._candidates: dict[NormalizedName, Candidates] = {}

    def candidates(self, name: NormalizedName) -> Candidates:
        """Return the candidates of versions that all targets have."""
        if name not in self._candidates:
            found = [other.candidates(name) for other in self._others]
            self._candidates[name] = self._source.candidates(name).only(
                lambda each: all(any(other.of_version(each.version)) for other in found)
            )
        return self._candidates[name]

    def rejected_files(self, name: NormalizedName) -> Sequence[RejectedFile]:
        """Return the files that the first target cannot use."""
        return self._source.rejected_files(name)

    def metadata(self, candidate: Candidate) -> Metadata:
        """Return a candidate's metadata."""
        return self._source.metadata(candidate)

    def direct_candidate(self, requirement: InputRequirement) -> Candidate:
        """Return the candidate of a direct reference, which has to be for all targets."""
        for other in self._others:
            other.direct_candidate(requirement)
        return self._source.direct_candidate(requirement)

    def prefetch(
        self,
        wanted: Mapping[NormalizedName, SpecifierSet],
        follow: Callable[[Metadata], None],
    ) -> None:
        """Start to fetch what is needed for some projects."""
        self._source.prefetch(wanted, follow)

    def source_hint(self) -> str | None:
        """Return how to search more sources."""
        return self._source.source_hint()

    def locations(self, name: NormalizedName) -> Sequence[str]:
        """Return the locations searched for a project."""
        return self._source.locations(name)

    def warn_about_overlaps(self, chosen: Iterable[Candidate]) -> None:
        """Warn of what was chosen from an extra index."""
        self._source.warn_about_overlaps(chosen)


class TolerantSource(JointSource):
    """Also offers files of some projects that the target cannot use, so that a resolution ends.

    They come last. What it is resolved to of them is missing for the target.
    """

    def __init__(self, source: CandidateSource, tolerated: Set[NormalizedName]) -> None:
        super().__init__(source, ())
        self._tolerated = tolerated
        self.unusable: set[Candidate] = set()

    def candidates(self, name: NormalizedName) -> Candidates:
        """Return the candidates of the target, then all other files of a tolerated project."""
        usable = super().candidates(name)
        if name not in self._tolerated:
            return usable
        others = sorted(
            (
                Candidate(name, each.version, each.file, is_wheel=True)
                for each in self._source.rejected_files(name)
                if each.version is not None and each.reason in _NO_WHEEL
            ),
            key=lambda candidate: (candidate.version, candidate.file.filename.endswith(".whl")),
            reverse=True,
        )
        self.unusable.update(others)
        return Candidates.of((*usable, *others))

    def metadata(self, candidate: Candidate) -> Metadata:
        """Return a candidate's metadata; that of a source is not known, and requires nothing."""
        if candidate in self.unusable and not candidate.file.filename.endswith(".whl"):
            return Metadata(candidate.name, candidate.version)
        return super().metadata(candidate)
