"""Candidates that no solution can contain: found once, so that backtracking never tries them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from bootstrap._vendor.resolvelib.structs import RequirementInformation
from bootstrap.dataclasses import dataclass, field
from bootstrap.resolve.candidates import CandidateFactory
from bootstrap.resolve.implied import ImpliedRequirements
from bootstrap.resolve.model import (
    UNUSABLE,
    Identifier,
    ResolverCandidate,
    ResolverRequirement,
)

if TYPE_CHECKING:
    from bootstrap.resolve.model import Information


@dataclass
class IncompatibilityCache:
    """Records which candidates conflict with the user's requirements, whatever else is chosen.

    The user's requirements hold for the whole search. So a candidate is in no solution if it
    depends on something that they exclude, or that only incompatible candidates could satisfy.

    :param roots: the user's requirements
    :param implied: what these imply, which holds for the whole search as well
    """

    factory: CandidateFactory
    roots: Sequence[ResolverRequirement]
    implied: ImpliedRequirements
    _causes: defaultdict[Identifier, dict[ResolverCandidate, tuple[Information, ...]]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    _excluded_by: dict[Information, list[ResolverCandidate]] = field(default_factory=dict)
    """For requirements in conflicts: incompatible candidates that would have satisfied them."""
    _implied_with: dict[Information, tuple[Information, ...]] = field(default_factory=dict)
    """For requirements in conflicts: what was implied of the same identifier."""
    _direct_causes: set[Information] = field(default_factory=set)
    """The requirements that conflict by themselves."""
    _possible: dict[tuple[ResolverRequirement, ...], ResolverCandidate] = field(
        default_factory=dict
    )
    """By requirements: a candidate that was possible when one was looked for, and mostly is."""

    def candidates(self, identifier: Identifier) -> Collection[ResolverCandidate]:
        """Return the incompatible candidates of an identifier."""
        return self._causes[identifier].keys()

    def record_rejection(
        self, candidate: ResolverCandidate, conflict: Sequence[Information]
    ) -> None:
        """Record a candidate that is rejected, and find out whether it is always incompatible.

        :param conflict: all requirements on one identifier that nothing satisfies, the candidate's
            own dependency among them
        """
        identifier = conflict[0].requirement.identifier
        implied = tuple(self.implied.causes(identifier))
        conflict = (*conflict, *implied)
        excluded = [
            other
            for other in self.candidates(identifier)
            if all(cause.requirement.is_satisfied_by(other) for cause in conflict)
        ]
        self._implied_with.update(dict.fromkeys(conflict, implied) if implied else {})
        for cause in conflict:
            self._excluded_by.setdefault(cause, []).extend(excluded)
        if not excluded:
            self._direct_causes.update(conflict)
        own = tuple(cause for cause in conflict if cause.parent is candidate)
        if own and identifier.name != UNUSABLE:
            holding = (*own, *self._find_holding(identifier))
            if not self._is_any_possible(identifier, holding):
                self._causes[candidate.identifier][candidate] = holding

    def _find_holding(self, identifier: Identifier) -> Iterator[Information]:
        """Yield the requirements on an identifier that hold for the whole search."""
        for root in self.roots:
            if root.identifier in (identifier, identifier.base):
                yield RequirementInformation(root, None)
        yield from self.implied.causes(identifier)

    def _is_any_possible(self, identifier: Identifier, causes: Iterable[Information]) -> bool:
        """Tell whether a candidate that is not incompatible satisfies some requirements."""
        requirements = tuple(dict.fromkeys(cause.requirement for cause in causes))
        incompatible = self.candidates(identifier)
        known = self._possible.get(requirements)
        if known is not None and known not in incompatible:
            return True
        for other in self.factory.iter_possible_matches(identifier, requirements):
            if other not in incompatible:
                self._possible[requirements] = other
                return True
        return False

    def expand_causes(self, causes: Iterable[Information]) -> tuple[Information, ...]:
        """Return the causes of a failure with those that made candidates incompatible before."""
        expanded: dict[Information, None] = {}
        waiting, seen = [*causes], set()
        while waiting:
            cause = waiting.pop(0)
            if cause not in seen:
                seen.add(cause)
                waiting += self._implied_with.get(cause, ())
                excluded = self._excluded_by.get(cause, ())
                for candidate in excluded:
                    waiting += self._causes[candidate.identifier][candidate]
                if cause in self._direct_causes or not excluded:
                    expanded[cause] = None
        return tuple(expanded)
