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

from collections.abc import Iterable
from operator import attrgetter
from typing import TYPE_CHECKING

from bootstrap._vendor.resolvelib.resolvers import (
    AbstractResolver,
    ResolutionImpossible,
    ResolutionTooDeep,
    Result,
)
from bootstrap._vendor.resolvelib.structs import (
    DirectedGraph,
    IteratorMapping,
    State,
)
from bootstrap.dataclasses import dataclass
from bootstrap.resolve.model import Identifier, ResolverCandidate, ResolverRequirement
from bootstrap.resolve.search_state import ConflictSet, SearchState

if TYPE_CHECKING:
    from bootstrap.resolve.model import Information
    from bootstrap.resolve.provider import Provider, Reporter
    from bootstrap.resolve.search_state import RawCriterion

    RawResult = Result[ResolverRequirement, ResolverCandidate, Identifier]
    RawState = State[ResolverRequirement, ResolverCandidate, Identifier]


@dataclass(frozen=True)
class DeadEnd:
    """An identifier for which no candidate can be chosen."""

    causes: list[Information]
    conflict_set: ConflictSet


class BackjumpingResolver(AbstractResolver[ResolverRequirement, ResolverCandidate, Identifier]):
    """Finds a solution exactly when there is one. An instance does one search.

    :param learns: remember what failed also when the choices in between change: far fewer rounds
        where many ways lead to one conflict
    """

    def __init__(self, provider: Provider, reporter: Reporter, *, learns: bool) -> None:
        super().__init__(provider, reporter)
        self._states = [SearchState(provider, learns=learns)]

    @property
    def _state(self) -> SearchState:
        return self._states[-1]

    @property
    def _raw_state(self) -> RawState:
        state = self._state
        return State(state.mapping, state.criteria, state.backtrack_causes)

    def resolve(  # type: ignore[override]  # as resolvelib's own Resolver
        self, requirements: Iterable[ResolverRequirement], max_rounds: int
    ) -> RawResult:
        """Return a candidate for everything that is required, directly or by another candidate.

        Raises `ResolutionImpossible` where there is no solution, and `ResolutionTooDeep` after
        `max_rounds` rounds, each of which makes a choice or goes back to one.
        """
        requirements = list(requirements)
        self.reporter.starting()
        conflict = self._add(self._state, requirements, None)
        if conflict is not None:
            raise ResolutionImpossible(conflict.information)
        for index in range(max_rounds):
            self.reporter.starting_round(index)
            unsatisfied = self._state.find_unsatisfied()
            if not unsatisfied:
                self.reporter.ending(self._raw_state)
                return self._make_result(requirements)
            dead_end = self._make_choice(self._find_preferred(unsatisfied))
            if dead_end is not None:
                self.reporter.resolving_conflicts(dead_end.causes)
                if not self._backjump(dead_end.conflict_set):
                    raise ResolutionImpossible(dead_end.causes)
                self._state.backtrack_causes = dead_end.causes
            self.reporter.ending_round(index, self._raw_state)
        raise ResolutionTooDeep(max_rounds)

    def _add(
        self,
        state: SearchState,
        requirements: Iterable[ResolverRequirement],
        parent: ResolverCandidate | None,
    ) -> RawCriterion | None:
        """Add requirements; stop at one that leaves no candidates and return its criterion."""
        for requirement in requirements:
            self.reporter.adding_requirement(requirement, parent)
            criterion = state.add_requirement(requirement, parent)
            if not criterion.candidates:
                return criterion
        return None

    def _find_preferred(self, names: list[Identifier]) -> Identifier:
        """Return the identifier to choose a candidate for next, by the provider's preference."""
        state = self._state
        candidates = IteratorMapping(state.criteria, attrgetter("candidates"))
        information = IteratorMapping(state.criteria, attrgetter("information"))
        if len(names) > 1:
            narrowed = self.provider.narrow_requirement_selection(
                names, state.mapping, candidates, information, state.backtrack_causes
            )
            names = list(narrowed)
        if len(names) == 1:
            return names[0]
        return min(
            names,
            key=lambda name: self.provider.get_preference(
                name, state.mapping, candidates, information, state.backtrack_causes
            ),
        )

    def _make_choice(self, name: Identifier) -> DeadEnd | None:
        """Choose the first candidate whose dependencies fit what is required; or tell why not."""
        state = self._state
        criterion = state.criteria[name]
        chosen = list(state.mapping.items())
        if len(chosen) < len(self._states) - 1 and any(
            list(earlier.mapping.items()) == chosen for earlier in self._states[1:-1]
        ):  # choices that drop each other have led back to an earlier state
            choices = frozenset(state.choice for state in self._states if state.choice)
            return DeadEnd(list(criterion.information), choices)
        conflicts = []
        for candidate in criterion.candidates:
            next_state = state.choose(candidate)
            conflict = self._add(next_state, self.provider.get_dependencies(candidate), candidate)
            if conflict is None and not next_state.is_satisfied(name):
                conflict = next_state.criteria[name]  # it requires another version of itself
            if conflict is None:
                self.reporter.pinning(candidate)
                next_state.drop_unsatisfied()
                self._states.append(next_state)
                return None
            self.reporter.rejecting_candidate(conflict, candidate)
            conflicts.append(conflict)
        conflicts = conflicts or [criterion]
        causes = list(
            dict.fromkeys(cause for conflict in conflicts for cause in conflict.information)
        )
        limited = {name, *(cause.requirement.identifier for cause in causes)}
        parents = {cause.parent for cause in causes if cause.parent is not None}
        if state.learns:  # those tried just now are no earlier choices
            parents = {parent for parent in parents if parent.identifier != name}
        return DeadEnd(causes, state.find_limiting(limited) | parents)

    def _backjump(self, conflict_set: ConflictSet) -> bool:
        """Undo the latest choice of a conflict set and all after it; False where there is none."""
        for depth in range(len(self._states) - 1, 0, -1):
            choice = self._states[depth].choice
            if choice is not None and choice in conflict_set:
                undone = self._states[depth:]
                del self._states[depth:]
                if self._state.learns:
                    self._state.learn(undone)
                exhausted = self._state.exclude(choice, conflict_set - {choice})
                if exhausted is None:
                    return True
                conflict_set = self._state.find_limiting([exhausted])
        return False

    def _make_result(self, requirements: Iterable[ResolverRequirement]) -> RawResult:
        """Return the chosen candidates, without those that only dropped candidates required."""
        mapping: dict[Identifier, ResolverCandidate] = {}
        graph: DirectedGraph[Identifier | None] = DirectedGraph()
        graph.add(None)
        waiting: list[tuple[Identifier | None, ResolverRequirement]]
        waiting = [(None, requirement) for requirement in requirements]
        while waiting:
            parent, requirement = waiting.pop()
            name = self.provider.identify(requirement)
            if name not in mapping:
                mapping[name] = self._state.mapping[name]
                graph.add(name)
                waiting += [
                    (name, dependency)
                    for dependency in self.provider.get_dependencies(mapping[name])
                ]
            graph.connect(parent, name)
        chosen = self._state.mapping.items()  # in the order in which they were chosen
        ordered = {name: candidate for name, candidate in chosen if name in mapping}
        return Result(ordered, graph, self._state.criteria)
