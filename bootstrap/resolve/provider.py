"""What resolvelib asks for and reports to: candidates, dependencies, preference, and traces."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.resolvelib.providers import AbstractProvider
from bootstrap._vendor.resolvelib.reporters import BaseReporter
from bootstrap._vendor.resolvelib.structs import RequirementInformation
from bootstrap.resolve.candidates import CandidateFactory
from bootstrap.resolve.dependencies import DependencyReader
from bootstrap.resolve.incompatible import IncompatibilityCache
from bootstrap.resolve.model import (
    Identifier,
    ResolverCandidate,
    ResolverRequirement,
    is_bounded_above,
    pins_one_version,
)
from bootstrap.ui import NO_ACTIVITY, Activity, Ui

if TYPE_CHECKING:
    from bootstrap._vendor.resolvelib.resolvers import Criterion
    from bootstrap._vendor.resolvelib.structs import State
    from bootstrap.resolve.model import Information

_MANY_CONFLICTS = 5
"""From so many conflicts on an identifier is preferred to the others (pip's threshold)."""


class Provider(AbstractProvider[ResolverRequirement, ResolverCandidate, Identifier]):
    """Answers resolvelib's questions; the order of preference is pip's.

    :param order: the position of each project that the user named
    :param incompatible: candidates to exclude
    """

    def __init__(
        self,
        factory: CandidateFactory,
        dependencies: DependencyReader,
        order: Mapping[NormalizedName, int],
        incompatible: IncompatibilityCache,
    ) -> None:
        self._factory = factory
        self._dependencies = dependencies
        self._order = order
        self._incompatible = incompatible
        self.conflicts: Counter[Identifier] = Counter()

    def identify(
        self, requirement_or_candidate: ResolverRequirement | ResolverCandidate
    ) -> Identifier:
        """Return what a requirement or a candidate is about."""
        return requirement_or_candidate.identifier

    def narrow_requirement_selection(
        self,
        identifiers: Iterable[Identifier],
        resolutions: Mapping[Identifier, ResolverCandidate],
        candidates: Mapping[Identifier, Iterator[ResolverCandidate]],  # noqa: ARG002  # resolvelib's signature
        information: Mapping[Identifier, Iterator[Information]],  # noqa: ARG002  # likewise
        backtrack_causes: Sequence[Information],
    ) -> Iterable[Identifier]:
        """Prefer the causes of the latest conflict, then what often causes conflicts."""
        causes = {cause.requirement.identifier for cause in backtrack_causes}
        causes |= {
            cause.parent.identifier for cause in backtrack_causes if cause.parent is not None
        }
        self.conflicts.update(name for name in causes if name not in resolutions)
        names = list(identifiers)
        return (
            [name for name in names if name in causes]
            or [name for name in names if self.conflicts[name] >= _MANY_CONFLICTS]
            or names
        )

    def get_preference(
        self,
        identifier: Identifier,
        resolutions: Mapping[Identifier, ResolverCandidate],  # noqa: ARG002  # resolvelib's signature
        candidates: Mapping[Identifier, Iterator[ResolverCandidate]],  # noqa: ARG002  # likewise
        information: Mapping[Identifier, Iterator[Information]],
        backtrack_causes: Sequence[Information],  # noqa: ARG002  # likewise
    ) -> tuple[bool | float | Identifier, ...]:
        """Prefer what has the fewest candidates: direct, pinned, bounded above, the user's own."""
        requirements = [cause.requirement for cause in information[identifier]]
        specifiers = [requirement.specifier for requirement in requirements]
        return (
            self.conflicts[identifier] < _MANY_CONFLICTS,
            all(requirement.fixed_candidate is None for requirement in requirements),
            not any(pins_one_version(specifier) for specifier in specifiers),
            not any(is_bounded_above(specifier) for specifier in specifiers),
            self._order.get(identifier.name, math.inf),
            not any(specifiers),
            identifier,
        )

    def find_matches(
        self,
        identifier: Identifier,
        requirements: Mapping[Identifier, Iterator[ResolverRequirement]],
        incompatibilities: Mapping[Identifier, Iterator[ResolverCandidate]],
    ) -> Iterable[ResolverCandidate] | Callable[[], Iterable[ResolverCandidate]]:
        """Return the candidates that satisfy all requirements, best first, made lazily."""
        required = list(requirements[identifier])
        if identifier.extra and identifier.base in requirements:
            # A candidate of an extra has the version of its project, so these count, too.
            required += requirements[identifier.base]
        required += self._incompatible.implied.requirements(identifier)
        excluded = {*incompatibilities[identifier], *self._incompatible.candidates(identifier)}
        return self._factory.find_matches(identifier, required, excluded)

    def is_satisfied_by(
        self, requirement: ResolverRequirement, candidate: ResolverCandidate
    ) -> bool:
        """Tell whether a candidate satisfies a requirement on the same identifier."""
        return requirement.is_satisfied_by(candidate)

    def get_dependencies(self, candidate: ResolverCandidate) -> Iterator[ResolverRequirement]:
        """Yield a candidate's dependencies, and read its metadata only where that is needed."""
        return self._dependencies.iter_dependencies(candidate)


class Reporter(BaseReporter[ResolverRequirement, ResolverCandidate, Identifier]):
    """Traces the search (`-vv`), and records what is needed to explain a failure."""

    def __init__(
        self, ui: Ui, incompatible: IncompatibilityCache, activity: Activity = NO_ACTIVITY
    ) -> None:
        self._ui = ui
        self._activity = activity
        self._incompatible = incompatible
        self.required_by: defaultdict[Identifier, list[Information]] = defaultdict(list)
        """Every requirement seen so far."""
        self.rounds = 0

    def starting_round(self, index: int) -> None:
        """Count the rounds."""
        self.rounds = index + 1

    def adding_requirement(
        self, requirement: ResolverRequirement, parent: ResolverCandidate | None
    ) -> None:
        """Record and trace a requirement."""
        cause = RequirementInformation(requirement, parent)
        self.required_by[requirement.identifier].append(cause)
        self._activity.note(str(requirement.identifier))
        if self._ui.is_tracing:
            self._trace(_describe(cause))

    def resolving_conflicts(self, causes: Collection[Information]) -> None:
        """Trace why the search goes back, and find out what else is required whatever is chosen."""
        for cause in self._incompatible.implied.extend():
            self.required_by[cause.requirement.identifier].append(cause)
        if self._ui.is_tracing:
            conflict = "; ".join(_describe(cause) for cause in causes)
            self._trace(f"backtracking, because these conflict: {conflict}")

    def rejecting_candidate(
        self,
        criterion: Criterion[ResolverRequirement, ResolverCandidate],
        candidate: ResolverCandidate,
    ) -> None:
        """Trace a rejected candidate, and record it in case that nothing can ever accept it."""
        self._incompatible.record_rejection(candidate, tuple(criterion.information))
        if self._ui.is_tracing:
            texts = ", ".join(requirement.text for requirement in criterion.iter_requirement())
            self._trace(f"rejecting {candidate}: nothing satisfies {texts}")

    def pinning(self, candidate: ResolverCandidate) -> None:
        """Trace a choice."""
        installed = " (installed)" if candidate.installable is None else ""
        self._trace(f"trying {candidate}{installed}")

    def ending(self, state: State[ResolverRequirement, ResolverCandidate, Identifier]) -> None:
        """Trace the end of the search."""
        self._trace(f"{len(state.mapping)} candidates chosen after {self.rounds} rounds")

    def _trace(self, message: str) -> None:
        self._ui.trace(f"resolve: {message}")


def _describe(cause: Information) -> str:
    if cause.parent is None:
        return f"you asked for {cause.requirement.text}"
    return f"{cause.parent} requires {cause.requirement.text}"
