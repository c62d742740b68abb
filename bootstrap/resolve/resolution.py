"""resolvelib's search, made sound: it ends without an answer only where there is none.

By itself resolvelib may skip the one choice that matters (its issue 206), loses choices where it
gives up its optimism, and forgets the needs of a pin that was doubted and kept after all. Here a
choice that failed is remembered together with the choices that are to blame, and going back leads
to the latest of those (P. Prosser, "Hybrid algorithms for the constraint satisfaction problem",
1993).
"""

from __future__ import annotations

import operator
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bootstrap._vendor.resolvelib.resolvers import Resolution
from bootstrap._vendor.resolvelib.resolvers.criterion import Criterion
from bootstrap._vendor.resolvelib.structs import IteratorMapping, build_iter_view
from bootstrap.resolve.model import Identifier, ResolverCandidate, ResolverRequirement

if TYPE_CHECKING:
    from bootstrap._vendor.resolvelib.structs import RequirementInformation
    from bootstrap.resolve.provider import Provider
    from bootstrap.resolve.reporter import Reporter

    Information = RequirementInformation[ResolverRequirement, ResolverCandidate]
    Criteria = dict[Identifier, Criterion[ResolverRequirement, ResolverCandidate]]

Blame = Mapping[ResolverCandidate, frozenset[ResolverCandidate]]
"""Pins that failed, each with the choices that are to blame."""


@dataclass
class Step:
    """What is remembered of one of resolvelib's states."""

    blame: Blame = field(default_factory=dict)
    """The pins that are excluded here."""
    choice: ResolverCandidate | None = None
    """The pin that was chosen last; None at the root, and where the next choice is due."""


class Search(Resolution[ResolverRequirement, ResolverCandidate, Identifier]):
    """One search; `resolve` runs it."""

    def __init__(self, provider: Provider, reporter: Reporter) -> None:
        super().__init__(provider, reporter)
        self._optimistic_backjumping_ratio = 0.0
        self._steps = [Step()]
        self._blamed: frozenset[ResolverCandidate] = frozenset()
        """The choices to blame for what failed last."""

    def _push_new_state(self) -> None:
        super()._push_new_state()
        self._steps.append(Step(self._steps[-1].blame))

    def _attempt_to_pin_criterion(
        self, name: Identifier
    ) -> list[Criterion[ResolverRequirement, ResolverCandidate]]:
        """Choose a pin, or return what clashes and note who is to blame for it."""
        if self._goes_in_circles():
            self._blamed = frozenset(step.choice for step in self._steps if step.choice)
            return [self.state.criteria[name]]
        failures = super()._attempt_to_pin_criterion(name)
        pin = self.state.mapping.get(name)
        if not failures and pin is not None:
            self._steps[-1].choice = pin
            return []
        self._blamed = self._to_blame_for(name, failures)
        return failures or [self.state.criteria[name]]

    def _goes_in_circles(self) -> bool:
        """Tell whether choices that unseat each other have led to where the search was before."""
        mapping, depth = self.state.mapping, len(self._states)
        return len(mapping) < depth - 2 and any(
            state.mapping == mapping for state in self._states[1 : depth - 2]
        )

    def _to_blame_for(
        self,
        name: Identifier,
        failures: Sequence[Criterion[ResolverRequirement, ResolverCandidate]],
    ) -> frozenset[ResolverCandidate]:
        information = [each for failure in failures for each in failure.information]
        names = {name, *(each.requirement.identifier for each in information)}
        parents = {each.parent for each in information if each.parent is not None}
        return self._limiting(names).union(parents)

    def _limiting(self, names: Iterable[Identifier]) -> frozenset[ResolverCandidate]:
        """Return the choices that leave no more than there is of some identifiers."""
        found: set[ResolverCandidate] = set()
        for name in {identifier for each in names for identifier in (each, each.base)}:
            criterion = self.state.criteria.get(name)
            if criterion is not None:
                found.update(each for each in criterion.iter_parent() if each is not None)
                for pin in criterion.incompatibilities:
                    found |= self._steps[-1].blame.get(pin, frozenset())
        return frozenset(found)

    def _backjump(self, causes: list[Information]) -> bool:  # noqa: ARG002  # resolvelib's signature
        """Undo the latest choice that is to blame, and all after it; False where there is none."""
        blamed = self._blamed
        while (level := self._latest(blamed)) is not None:
            undone = self._steps[level]
            assert undone.choice is not None  # noqa: S101  # it was chosen by that
            del self._states[level:], self._steps[level:]
            self._push_new_state()
            exhausted = self._exclude({**undone.blame, undone.choice: blamed - {undone.choice}})
            if exhausted is None:
                return True
            blamed = self._limiting([exhausted])
        return False

    def _latest(self, blamed: Collection[ResolverCandidate]) -> int | None:
        levels = range(len(self._steps) - 1, 0, -1)
        return next((level for level in levels if self._steps[level].choice in blamed), None)

    def _exclude(self, blame: Blame) -> Identifier | None:
        """Exclude pins from now on; return the identifier of which none is left, if there is."""
        self._steps[-1].blame = blame
        criteria = self.state.criteria
        excluded: dict[Identifier, list[ResolverCandidate]] = {}
        for pin in blame:
            excluded.setdefault(pin.identifier, []).append(pin)
        for name in excluded.keys() & criteria.keys():
            criteria[name] = self._renewed(name, criteria[name].information, excluded[name])
            if not criteria[name].candidates:
                return name
        return None

    def _remove_information_from_criteria(
        self, criteria: Criteria, parents: Collection[Identifier]
    ) -> None:
        """Forget what unseated pins need: they are chosen anew, and so is what they had limited."""
        unseated = {self.state.mapping.pop(name) for name in parents}
        for name, criterion in list(criteria.items()):
            kept = [each for each in criterion.information if each.parent not in unseated]
            if len(kept) < len(criterion.information):
                criteria[name] = self._renewed(name, kept, criterion.incompatibilities)
                if not kept and name not in self.state.mapping:
                    del criteria[name]  # nobody needs it any more

    def _renewed(
        self,
        name: Identifier,
        information: Collection[Information],
        excluded: Collection[ResolverCandidate],
    ) -> Criterion[ResolverRequirement, ResolverCandidate]:
        """Return a criterion with the candidates that it leaves now."""
        criteria = self.state.criteria
        matches = self._p.find_matches(
            identifier=name,
            requirements=IteratorMapping(
                {key: each for key, each in criteria.items() if key != name},
                operator.methodcaller("iter_requirement"),
                {name: [each.requirement for each in information]},
            ),
            incompatibilities=IteratorMapping({}, iter, {name: list(excluded)}),
        )
        return Criterion(build_iter_view(matches), list(information), list(excluded))
