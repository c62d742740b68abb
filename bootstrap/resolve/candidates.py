"""Which candidates satisfy a set of requirements, made lazily.

They keep the order of the source (`index.evaluator.sort_candidates`), with the installed one in its
place.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import filterfalse

from bootstrap._vendor.packaging.specifiers import SpecifierSet
from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap._vendor.resolvelib.structs import build_iter_view
from bootstrap.dataclasses import dataclass, field, replace
from bootstrap.index.candidate import Candidate
from bootstrap.index.settings import ReleaseControl
from bootstrap.metadata.installed import Installed
from bootstrap.resolve.model import (
    Constraint,
    EligibleCandidates,
    Identifier,
    ResolverCandidate,
    ResolverRequirement,
    are_met,
)
from bootstrap.resolve.project_candidates import ProjectCandidates
from bootstrap.resolve.requirement import InputRequirement
from bootstrap.resolve.source import CandidateSource, UnusableCandidateError
from bootstrap.trust.hashes import Hashes

_NO_CONSTRAINT = Constraint()
_RequirementsKey = tuple[Identifier, tuple[ResolverRequirement, ...]]


@dataclass
class CandidateFactory:
    """Makes the candidates of one resolution, each once, since they are compared by identity.

    It corresponds to pip's `Factory`.
    """

    source: CandidateSource
    installed: Mapping[NormalizedName, Installed]
    constraints: Mapping[NormalizedName, Constraint]
    prefers_installed: Callable[[NormalizedName], bool]
    """Whether the installed version of a project is preferred to a newer one."""
    check_reference: Callable[[InputRequirement], None]
    """Raises where a direct reference must not be fetched: reading it may run its code."""
    hashes: dict[NormalizedName, Hashes] = field(default_factory=dict)
    """The hashes that the user's requirements and constraints allow, of each project."""
    releases: ReleaseControl = field(default_factory=ReleaseControl)
    unusable: set[ResolverCandidate] = field(default_factory=set)
    """Candidates whose metadata cannot be used; other files of the same version may be usable."""
    unsuitable: dict[NormalizedName, UnusableCandidateError] = field(default_factory=dict)
    """Why projects with a URL as constraint have no candidate: that one is not for the target."""
    unusable_versions: set[tuple[NormalizedName, Version]] = field(default_factory=set)
    """Versions of which no file is usable, because the metadata of one is invalid."""
    _made: dict[tuple[Identifier, tuple[object, ...]], ResolverCandidate] = field(
        default_factory=dict
    )
    _projects: dict[NormalizedName, ProjectCandidates] = field(default_factory=dict)
    _eligible: dict[_RequirementsKey, EligibleCandidates] = field(default_factory=dict)

    def make_candidate(
        self, identifier: Identifier, version: Version, installable: Candidate | None
    ) -> ResolverCandidate:
        """Return the candidate for a distribution (None: the installed one) and an identifier."""
        key = identifier, installable.identity if installable else ()
        if key not in self._made:
            self._made[key] = ResolverCandidate(identifier, version, installable)
        return self._made[key]

    def make_direct(self, identifier: Identifier, reference: InputRequirement) -> ResolverCandidate:
        """Return the candidate of a direct reference, under an identifier of its project."""
        installable = self.fetch_reference(reference)
        return self.make_candidate(identifier, installable.version, installable)

    def make_installed(self, identifier: Identifier) -> ResolverCandidate | None:
        """Return the candidate for the installed distribution, if there is one."""
        installed = self.installed.get(identifier.name)
        if installed is None:
            return None
        return self.make_candidate(identifier, installed.version, None)

    def with_identifier(
        self, candidate: ResolverCandidate, identifier: Identifier
    ) -> ResolverCandidate:
        """Return the candidate for the same distribution under another identifier."""
        return self.make_candidate(identifier, candidate.version, candidate.installable)

    def fetch_reference(self, reference: InputRequirement) -> Candidate:
        """Return what a direct reference names, after it was checked."""
        self.check_reference(reference)
        return self.source.direct_candidate(reference)

    def constraint(self, name: NormalizedName) -> Constraint:
        """Return the constraint on a project."""
        return self.constraints.get(name, _NO_CONSTRAINT)

    def without_constraints(self) -> CandidateFactory:
        """Return a factory of the same candidates that knows no constraint."""
        return replace(self, constraints={}, _eligible={})

    def find_available(self, name: NormalizedName) -> tuple[Candidate, ...]:
        """Return what the source has of a project and the user's hashes allow."""
        return tuple(self._project(name).candidates)

    def find_matches(
        self,
        identifier: Identifier,
        requirements: Sequence[ResolverRequirement],
        excluded: Collection[ResolverCandidate] = (),
    ) -> Iterable[ResolverCandidate] | Callable[[], Iterable[ResolverCandidate]]:
        """Return the candidates that satisfy all requirements and the constraint, best first.

        They are made as they are iterated over, except where direct references leave only one.
        """
        if not identifier.is_project:
            return []
        fixed = self._find_fixed_matches(identifier, requirements)
        if fixed is not None:
            return [candidate for candidate in fixed if candidate not in excluded]
        specifiers = self._specifiers(identifier, requirements)
        if identifier.name not in self.installed and not self._project(identifier.name).has_match(
            specifiers
        ):
            return []
        eligible = self._find_eligible(identifier, tuple(requirements), specifiers)
        return lambda: self._iter_matches(identifier, eligible, excluded)

    def has_match(
        self, identifier: Identifier, requirements: Sequence[ResolverRequirement]
    ) -> bool:
        """Tell whether any candidate satisfies all requirements and the constraint."""
        return bool(build_iter_view(self.find_matches(identifier, requirements)))

    def iter_possible_matches(
        self, identifier: Identifier, requirements: Sequence[ResolverRequirement]
    ) -> Iterator[ResolverCandidate]:
        """Yield the candidates that could be chosen with these requirements and any others.

        With others, a pre-release or a yanked file may become eligible, if nothing else is left.
        Made lazily: who looks for one of a kind mostly finds it among the first.
        """
        if not identifier.is_project:
            return
        fixed = self._find_fixed_matches(identifier, requirements)
        if fixed is not None:
            yield from fixed
            return
        specifiers = self._specifiers(identifier, requirements)
        find = self._project(identifier.name).find_matching
        not_yanked = (found for found in find(specifiers) if found.file.yanked is None)
        yield from self._iter_first_of_each_version(identifier, not_yanked)
        if any(found.file.yanked is not None for found in find(specifiers)):
            yield from self._iter_first_of_each_version(identifier, find(specifiers))
        installed = self.make_installed(identifier)
        if installed is not None and are_met(specifiers, installed.version):
            yield installed

    def _iter_first_of_each_version(
        self, identifier: Identifier, installables: Iterable[Candidate]
    ) -> Iterator[ResolverCandidate]:
        """Yield one candidate for each version, made of the first file that is usable."""
        seen: set[Version] = set()
        for installable in installables:
            if installable.version not in seen:
                candidate = self.make_candidate(identifier, installable.version, installable)
                if not self._is_unusable(candidate):
                    seen.add(candidate.version)
                    yield candidate

    def _specifiers(
        self, identifier: Identifier, requirements: Iterable[ResolverRequirement]
    ) -> tuple[SpecifierSet, ...]:
        own = self.constraint(identifier.name).specifier
        return (own, *(requirement.specifier for requirement in requirements))

    def _find_fixed_matches(
        self, identifier: Identifier, requirements: Sequence[ResolverRequirement]
    ) -> list[ResolverCandidate] | None:
        """Return the matches where a direct reference or a constraint with a URL allows only one.

        None where there is no such reference or constraint.
        """
        fixed = [each.fixed_candidate for each in requirements if each.fixed_candidate is not None]
        constraint = self.constraint(identifier.name)
        if not fixed and not constraint.sources:
            return None
        try:
            allowed = [self.make_direct(identifier, each) for each in constraint.references]
        except UnusableCandidateError as error:
            self.unsuitable[identifier.name] = error
            return []
        if not fixed and not allowed:
            return None
        chosen = [self.with_identifier(candidate, identifier) for candidate in fixed]
        return [
            candidate
            for candidate in dict.fromkeys([*chosen, *allowed])
            if all(candidate is other for other in allowed)
            and constraint.specifier.contains(candidate.version, prereleases=True)
            and all(
                requirement.is_satisfied_by(self.with_identifier(candidate, requirement.identifier))
                for requirement in requirements
            )
        ]

    def _iter_matches(
        self,
        identifier: Identifier,
        eligible: EligibleCandidates,
        excluded: Collection[ResolverCandidate],
    ) -> Iterator[ResolverCandidate]:
        """Yield the candidates that are not excluded, in pip's order of preference.

        The source is asked only when the installed distribution is not taken.
        """
        installed = self.make_installed(identifier)
        if installed is None or installed in excluded or not eligible.allow(installed.version):
            yield from self._iter_available(eligible, excluded)
            return
        is_due = not self.prefers_installed(identifier.name)  # in the place of its version
        if not is_due:
            yield installed
        for candidate in self._iter_available(eligible, excluded, installed):
            if is_due and candidate.version < installed.version:
                yield installed
                is_due = False
            yield candidate
        if is_due:
            yield installed

    def _iter_available(
        self,
        eligible: EligibleCandidates,
        excluded: Collection[ResolverCandidate],
        installed: ResolverCandidate | None = None,
    ) -> Iterator[ResolverCandidate]:
        """Yield what the source has, without the installed version."""
        for candidate in filterfalse(excluded.__contains__, eligible.candidates):
            # Files of one version have the same metadata: the next is for an unusable one.
            better = eligible.better.get(candidate)
            if better is not None and not (
                self._has_unusable and all(map(self._is_unusable, better))
            ):
                continue
            if not self._is_unusable(candidate) and (
                installed is None or candidate.version != installed.version
            ):
                yield candidate

    def _find_eligible(
        self,
        identifier: Identifier,
        requirements: tuple[ResolverRequirement, ...],
        specifiers: tuple[SpecifierSet, ...],
    ) -> EligibleCandidates:
        key = identifier, requirements
        if key not in self._eligible:
            better: dict[ResolverCandidate, Collection[ResolverCandidate]] = {}
            candidates = build_iter_view(
                lambda: self._iter_eligible(identifier, specifiers, better)
            )
            self._eligible[key] = EligibleCandidates(specifiers, candidates, better)
        return self._eligible[key]

    def _iter_eligible(
        self,
        identifier: Identifier,
        specifiers: tuple[SpecifierSet, ...],
        better: dict[ResolverCandidate, Collection[ResolverCandidate]],
    ) -> Iterator[ResolverCandidate]:
        made: dict[Version, tuple[ResolverCandidate, ...]] = {}
        for installable in self._project(identifier.name).find_eligible(specifiers):
            version = installable.version
            candidate = self.make_candidate(identifier, version, installable)
            if version in made:
                better[candidate] = made[version]
            made[version] = (*made.get(version, ()), candidate)
            yield candidate

    @property
    def _has_unusable(self) -> bool:
        return bool(self.unusable or self.unusable_versions)

    def forget(self) -> None:
        """Give the memory of all projects back, once a solution was found.

        Candidates that are made lazily refer to their factory, and it to them: otherwise only
        Python's collector would free them, which takes 60 ms then.
        """
        self._eligible.clear()
        self._projects.clear()

    def _is_unusable(self, candidate: ResolverCandidate) -> bool:
        return candidate in self.unusable or (
            bool(self.unusable_versions)
            and candidate.installable is not None
            and (candidate.identifier.name, candidate.version) in self.unusable_versions
        )

    def _project(self, name: NormalizedName) -> ProjectCandidates:
        if name not in self._projects:
            candidates = self.source.candidates(name)
            if allowed := self.hashes.get(name, Hashes()):
                candidates = candidates.only(
                    lambda each: all(allowed.intersection(each.file.hashes).allowed.values())
                )
            pre = self.releases.allows_pre(name)
            self._projects[name] = ProjectCandidates(candidates, pre=pre)
        return self._projects[name]
