"""The search: resolvelib's interfaces and order of choices, with sound backtracking.

resolvelib's own search may skip the one choice that matters (its issue 206), loses choices when it
ends its optimistic phase, and forgets the dependencies of a candidate that was in doubt and then
kept. So it may report a conflict where there is a solution, or a solution that breaks requirements
(docs/adr/0004). This one does conflict-directed backjumping (P. Prosser, "Hybrid algorithms for the
constraint satisfaction problem", 1993): a choice that failed is stored with its conflict set, the
earlier choices that made it fail, and the search goes back to the latest of those.

It uses public names of resolvelib only.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter, methodcaller
from typing import TYPE_CHECKING

from bootstrap._vendor.resolvelib.resolvers import (
    AbstractResolver,
    Criterion,
    RequirementInformation,
    RequirementsConflicted,
    ResolutionImpossible,
    ResolutionTooDeep,
    Result,
)
from bootstrap._vendor.resolvelib.structs import (
    DirectedGraph,
    IteratorMapping,
    State,
    build_iter_view,
)
from bootstrap.resolve.model import Identifier, ResolverCandidate, ResolverRequirement

if TYPE_CHECKING:
    from bootstrap.resolve.model import Information
    from bootstrap.resolve.provider import Provider, Reporter

    Criteria = dict[Identifier, Criterion[ResolverRequirement, ResolverCandidate]]
    RawResult = Result[ResolverRequirement, ResolverCandidate, Identifier]

ConflictSet = frozenset[ResolverCandidate]
"""Choices that together leave no candidate of something: one of them has to change."""


@dataclass
class Level:
    """The state of the search after a number of choices; the next choice makes the next level."""

    mapping: dict[Identifier, ResolverCandidate] = field(default_factory=dict)
    """The candidates chosen so far, the latest last."""
    criteria: Criteria = field(default_factory=dict)
    """The requirements on each identifier, and the candidates that they leave."""
    backtrack_causes: list[Information] = field(default_factory=list)
    """The causes of the latest conflict; the provider prefers what they are about."""
    excluded: Mapping[ResolverCandidate, ConflictSet] = field(default_factory=dict)
    """The candidates that failed after the choices so far, each with its conflict set."""
    choice: ResolverCandidate | None = None
    """What was chosen on this level; None on the lowest, and where the choice is due."""

    def next_level(self) -> Level:
        """Return a level for the next choice."""
        return Level(
            dict(self.mapping), dict(self.criteria), list(self.backtrack_causes), self.excluded
        )


@dataclass(frozen=True)
class DeadEnd:
    """An identifier for which no candidate can be chosen."""

    causes: list[Information]
    conflict_set: ConflictSet


class BackjumpingResolver(AbstractResolver[ResolverRequirement, ResolverCandidate, Identifier]):
    """Finds a solution exactly when there is one. An instance does one search."""

    def __init__(self, provider: Provider, reporter: Reporter) -> None:
        super().__init__(provider, reporter)
        self._levels = [Level()]

    def resolve(  # type: ignore[override]  # as resolvelib's own Resolver
        self, requirements: Iterable[ResolverRequirement], max_rounds: int
    ) -> RawResult:
        """Return a candidate for everything that is required, directly or by another candidate.

        Raises `ResolutionImpossible` where there is no solution, and `ResolutionTooDeep` after
        `max_rounds` rounds, each of which makes a choice or goes back to one.
        """
        requirements = list(requirements)
        self.reporter.starting()
        try:
            for requirement in requirements:
                self._add_requirement(self._level.criteria, requirement, None)
        except RequirementsConflicted as error:
            raise ResolutionImpossible(error.criterion.information) from error
        self._levels.append(self._level.next_level())
        for index in range(max_rounds):
            self.reporter.starting_round(index)
            unsatisfied = self._unsatisfied()
            if not unsatisfied:
                self.reporter.ending(self._state)
                return self._result(requirements)
            dead_end = self._choose(self._preferred(unsatisfied))
            if dead_end is None:
                self._drop_unsatisfied()
                self._levels.append(self._level.next_level())
            else:
                self.reporter.resolving_conflicts(dead_end.causes)
                if not self._backjump(dead_end.conflict_set):
                    raise ResolutionImpossible(dead_end.causes)
                self._level.backtrack_causes = dead_end.causes
            self.reporter.ending_round(index, self._state)
        raise ResolutionTooDeep(max_rounds)

    @property
    def _level(self) -> Level:
        return self._levels[-1]

    @property
    def _state(self) -> State[ResolverRequirement, ResolverCandidate, Identifier]:
        level = self._level
        return State(level.mapping, level.criteria, level.backtrack_causes)

    def _result(self, requirements: Iterable[ResolverRequirement]) -> RawResult:
        """Return the chosen candidates without those that only dropped candidates required."""
        mapping: dict[Identifier, ResolverCandidate] = {}
        graph: DirectedGraph[Identifier | None] = DirectedGraph()
        graph.add(None)
        waiting: list[tuple[Identifier | None, ResolverRequirement]]
        waiting = [(None, requirement) for requirement in requirements]
        while waiting:
            parent, requirement = waiting.pop()
            name = self.provider.identify(requirement)
            if name not in mapping:
                mapping[name] = self._level.mapping[name]
                graph.add(name)
                waiting += [(name, each) for each in self.provider.get_dependencies(mapping[name])]
            graph.connect(parent, name)
        return Result(mapping, graph, self._level.criteria)

    def _unsatisfied(self) -> list[Identifier]:
        """Return the identifiers without a chosen candidate that satisfies all requirements."""
        mapping = self._level.mapping
        return [
            name
            for name, criterion in self._level.criteria.items()
            if name not in mapping or not self._satisfies(mapping[name], criterion)
        ]

    def _satisfies(
        self,
        candidate: ResolverCandidate,
        criterion: Criterion[ResolverRequirement, ResolverCandidate],
    ) -> bool:
        return all(
            self.provider.is_satisfied_by(requirement, candidate)
            for requirement in criterion.iter_requirement()
        )

    def _preferred(self, names: list[Identifier]) -> Identifier:
        """Return the identifier to choose a candidate for next, by the provider's preference."""
        if len(names) == 1:
            return names[0]
        level = self._level
        candidates = IteratorMapping(level.criteria, attrgetter("candidates"))
        information = IteratorMapping(level.criteria, attrgetter("information"))
        names = list(
            self.provider.narrow_requirement_selection(
                names, level.mapping, candidates, information, level.backtrack_causes
            )
        )
        if len(names) == 1:
            return names[0]
        return min(
            names,
            key=lambda name: self.provider.get_preference(
                name, level.mapping, candidates, information, level.backtrack_causes
            ),
        )

    def _choose(self, name: Identifier) -> DeadEnd | None:
        """Choose the first candidate whose dependencies fit what is required; or tell why not."""
        level = self._level
        criterion = level.criteria[name]
        if self._is_in_cycle():
            choices = frozenset(level.choice for level in self._levels if level.choice)
            return DeadEnd(list(criterion.information), choices)
        conflicts = []
        for candidate in criterion.candidates:
            conflict = self._try(candidate)
            if conflict is None:
                self.reporter.pinning(candidate)
                level.mapping[name] = level.choice = candidate
                return None
            self.reporter.rejecting_candidate(conflict, candidate)
            conflicts.append(conflict)
        conflicts = conflicts or [criterion]
        causes = list(dict.fromkeys(cause for each in conflicts for cause in each.information))
        limited = {name, *(cause.requirement.identifier for cause in causes)}
        parents = {cause.parent for cause in causes if cause.parent is not None}
        return DeadEnd(causes, self._choices_limiting(limited) | parents)

    def _is_in_cycle(self) -> bool:
        """Tell whether choices that replace each other have led back to an earlier state."""
        chosen, depth = list(self._level.mapping.items()), len(self._levels)
        return len(chosen) < depth - 2 and any(
            list(level.mapping.items()) == chosen for level in self._levels[1 : depth - 2]
        )

    def _try(
        self, candidate: ResolverCandidate
    ) -> Criterion[ResolverRequirement, ResolverCandidate] | None:
        """Add the dependencies of a candidate, or add none and return what they conflict with."""
        criteria = dict(self._level.criteria)
        try:
            for requirement in self.provider.get_dependencies(candidate):
                self._add_requirement(criteria, requirement, candidate)
        except RequirementsConflicted as error:
            return error.criterion
        own = criteria[candidate.identifier]
        if not self._satisfies(candidate, own):  # it requires another version of itself
            return own
        self._level.criteria = criteria
        return None

    def _choices_limiting(self, names: Iterable[Identifier]) -> ConflictSet:
        """Return the choices but for which there might be more candidates of some identifiers."""
        level = self._level
        choices: set[ResolverCandidate] = set()
        for identifier in {each for name in names for each in (name, name.base)}:
            criterion = level.criteria.get(identifier)
            if criterion is not None:
                choices.update(parent for parent in criterion.iter_parent() if parent is not None)
                for candidate in criterion.incompatibilities:
                    choices |= level.excluded.get(candidate, frozenset())
        return frozenset(choices)

    def _backjump(self, conflict_set: ConflictSet) -> bool:
        """Undo the latest choice of a conflict set and all after it; False where there is none."""
        for depth in range(len(self._levels) - 1, 0, -1):
            undone = self._levels[depth]
            if undone.choice is None or undone.choice not in conflict_set:
                continue
            del self._levels[depth:]
            self._levels.append(self._level.next_level())
            causes = conflict_set - {undone.choice}
            exhausted = self._exclude({**undone.excluded, undone.choice: causes})
            if exhausted is None:
                return True
            conflict_set = self._choices_limiting([exhausted])
        return False

    def _exclude(self, excluded: Mapping[ResolverCandidate, ConflictSet]) -> Identifier | None:
        """Exclude candidates on this level; return an identifier that has none left, if any."""
        level = self._level
        level.excluded = excluded
        by_name: dict[Identifier, list[ResolverCandidate]] = {}
        for candidate in excluded:
            by_name.setdefault(candidate.identifier, []).append(candidate)
        for name, candidates in by_name.items():
            if name in level.criteria:
                information = level.criteria[name].information
                criterion = self._criterion(level.criteria, name, information, candidates)
                level.criteria[name] = criterion
                if not criterion.candidates:
                    return name
        return None

    def _drop_unsatisfied(self) -> None:
        """Drop earlier choices that the latest one excludes, and their dependencies.

        They are made again, and so are the choices that those dependencies had limited.
        """
        level = self._level
        dropped = {level.mapping.pop(name) for name in self._unsatisfied() if name in level.mapping}
        if not dropped:
            return
        for name, criterion in list(level.criteria.items()):
            kept = [cause for cause in criterion.information if cause.parent not in dropped]
            if len(kept) < len(criterion.information):
                excluded = criterion.incompatibilities
                level.criteria[name] = self._criterion(level.criteria, name, kept, excluded)
                if not kept and name not in level.mapping:
                    del level.criteria[name]  # nothing requires it any more

    def _add_requirement(
        self,
        criteria: Criteria,
        requirement: ResolverRequirement,
        parent: ResolverCandidate | None,
    ) -> None:
        """Add a requirement. Raises `RequirementsConflicted` where it leaves no candidate."""
        self.reporter.adding_requirement(requirement, parent)
        name = self.provider.identify(requirement)
        old = criteria.get(name) or Criterion((), (), ())
        information = [*old.information, RequirementInformation(requirement, parent)]
        criterion = self._criterion(criteria, name, information, old.incompatibilities)
        if not criterion.candidates:
            raise RequirementsConflicted(criterion)
        criteria[name] = criterion

    def _criterion(
        self,
        criteria: Criteria,
        name: Identifier,
        information: Collection[Information],
        excluded: Collection[ResolverCandidate],
    ) -> Criterion[ResolverRequirement, ResolverCandidate]:
        """Return a criterion with the candidates that all requirements leave."""
        changed = ChainMap({name: Criterion((), information, excluded)}, criteria)
        matches = self.provider.find_matches(
            name,
            IteratorMapping(changed, methodcaller("iter_requirement")),
            IteratorMapping(changed, attrgetter("incompatibilities")),
        )
        return Criterion(build_iter_view(matches), information, excluded)
