"""The state of a search: the choices, the requirements they leave, and what failed after them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from operator import attrgetter, methodcaller
from typing import TYPE_CHECKING

from bootstrap._vendor.resolvelib.resolvers import Criterion, RequirementInformation
from bootstrap._vendor.resolvelib.structs import IteratorMapping, build_iter_view
from bootstrap.dataclasses import dataclass, field
from bootstrap.resolve.model import Identifier, ResolverCandidate, ResolverRequirement

if TYPE_CHECKING:
    from bootstrap.resolve.model import Information
    from bootstrap.resolve.provider import Provider

    RawCriterion = Criterion[ResolverRequirement, ResolverCandidate]

ConflictSet = frozenset[ResolverCandidate]
"""Choices that together leave no candidate of something: one of them has to change."""


@dataclass
class SearchState:
    """What is known after a number of choices."""

    provider: Provider
    choice: ResolverCandidate | None = None
    """The latest choice; None before the first."""
    mapping: dict[Identifier, ResolverCandidate] = field(default_factory=dict)
    """The chosen candidates, the latest last, without those that were dropped."""
    criteria: dict[Identifier, RawCriterion] = field(default_factory=dict)
    """The requirements on each identifier, and the candidates that they leave."""
    excluded: Mapping[Identifier, Mapping[ResolverCandidate, ConflictSet]] = field(
        default_factory=dict
    )
    """The candidates that failed after these choices, each with its conflict set."""
    backtrack_causes: list[Information] = field(default_factory=list)
    """The causes of the latest conflict; the provider prefers what they are about."""
    learns: bool = False
    """Whether `excluded` outlives the choices between a candidate and its conflict set."""
    _satisfied: dict[Identifier, tuple[RawCriterion, ResolverCandidate]] = field(
        default_factory=dict
    )
    """What was last found to be satisfied, and by what; for all states of a search, since most
    identifiers stay as they are from one choice to the next."""

    def choose(self, candidate: ResolverCandidate) -> SearchState:
        """Return the state after one more choice."""
        return SearchState(
            self.provider,
            candidate,
            {**self.mapping, candidate.identifier: candidate},
            dict(self.criteria),
            self.excluded,
            self.backtrack_causes,
            self.learns,
            self._satisfied,
        )

    def add_requirement(
        self, requirement: ResolverRequirement, parent: ResolverCandidate | None
    ) -> RawCriterion:
        """Add a requirement; return the criterion of its identifier."""
        name = self.provider.identify(requirement)
        learned = self.excluded.get(name, {}) if self.learns else ()
        old = self.criteria.get(name) or Criterion((), (), learned)
        information = [*old.information, RequirementInformation(requirement, parent)]
        return self._update_criterion(name, information, old.incompatibilities)

    def is_satisfied(self, name: Identifier) -> bool:
        """Tell whether the candidate chosen for an identifier satisfies all requirements on it."""
        criterion, candidate = self.criteria[name], self.mapping.get(name)
        if candidate is None:
            return False
        known = self._satisfied.get(name)
        if known is not None and known[0] is criterion and known[1] is candidate:
            return True
        for requirement in criterion.iter_requirement():
            if not self.provider.is_satisfied_by(requirement, candidate):
                return False
        self._satisfied[name] = criterion, candidate
        return True

    def find_unsatisfied(self) -> list[Identifier]:
        """Return the identifiers for which a candidate has to be chosen."""
        return [name for name in self.criteria if not self.is_satisfied(name)]

    def drop_unsatisfied(self) -> None:
        """Drop earlier choices that the latest one excludes, and their dependencies.

        They are made again, and so are the choices that those dependencies had limited.
        """
        names = [name for name in self.find_unsatisfied() if name in self.mapping]
        dropped = {self.mapping.pop(name) for name in names}
        for name, criterion in list(self.criteria.items()) if dropped else ():
            kept = [cause for cause in criterion.information if cause.parent not in dropped]
            if len(kept) < len(criterion.information):
                self._update_criterion(name, kept, criterion.incompatibilities)
                if not kept and name not in self.mapping:
                    del self.criteria[name]  # nothing requires it any more

    def exclude(self, candidate: ResolverCandidate, causes: ConflictSet) -> Identifier | None:
        """Exclude a candidate; return an identifier that has no candidates left, if any."""
        same_name = {**self.excluded.get(candidate.identifier, {}), candidate: causes}
        self.excluded = {**self.excluded, candidate.identifier: same_name}
        for name, candidates in self.excluded.items():
            if name in self.criteria:
                information = self.criteria[name].information
                if not self._update_criterion(name, information, candidates).candidates:
                    return name
        return None

    def find_limiting(self, names: Iterable[Identifier]) -> ConflictSet:
        """Return the choices that may exclude candidates of some identifiers."""
        choices: set[ResolverCandidate] = set()
        for identifier in {item for name in names for item in (name, name.base)}:
            criterion = self.criteria.get(identifier)
            excluded = self.excluded.get(identifier, {})
            if criterion is not None:
                choices.update(parent for parent in criterion.iter_parent() if parent is not None)
                for candidate in criterion.incompatibilities:
                    choices |= excluded.get(candidate, frozenset())
            elif self.learns:
                choices.update(*excluded.values())
        return frozenset(choices)

    def learn(self, undone: Iterable[SearchState]) -> None:
        """Exclude also what later states excluded because of choices that are still made.

        A candidate and its conflict set fail together, whatever else is chosen between them.
        """
        made = set(self.mapping.values())
        learned = {name: dict(candidates) for name, candidates in self.excluded.items()}
        for state in undone:
            for name, candidates in state.excluded.items():
                for candidate, causes in candidates.items():
                    if causes <= made:
                        learned.setdefault(name, {}).setdefault(candidate, causes)
        self.excluded = learned

    def _update_criterion(
        self,
        name: Identifier,
        information: Collection[Information],
        excluded: Collection[ResolverCandidate],
    ) -> RawCriterion:
        """Set the requirements and exclusions of an identifier, and find the candidates left."""
        self.criteria[name] = Criterion((), information, excluded)
        matches = self.provider.find_matches(
            name,
            IteratorMapping(self.criteria, methodcaller("iter_requirement")),
            IteratorMapping(self.criteria, attrgetter("incompatibilities")),
        )
        self.criteria[name] = Criterion(build_iter_view(matches), information, excluded)
        return self.criteria[name]
