"""What the resolver tells under `-vv`, and what it remembers for explaining a failure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import TYPE_CHECKING

from bootstrap._vendor.resolvelib.reporters import BaseReporter
from bootstrap.resolve.incompatible import IncompatibilityCache
from bootstrap.resolve.model import Identifier, ResolverCandidate, ResolverRequirement
from bootstrap.ui import Ui

if TYPE_CHECKING:
    from bootstrap._vendor.resolvelib.resolvers import Criterion
    from bootstrap._vendor.resolvelib.structs import RequirementInformation, State


class Reporter(BaseReporter[ResolverRequirement, ResolverCandidate, Identifier]):
    """Narrates one resolution and keeps who needed what."""

    def __init__(self, ui: Ui, ruled_out: IncompatibilityCache) -> None:
        self._ui = ui
        self._ruled_out = ruled_out
        self.needed_by: defaultdict[
            Identifier, list[tuple[ResolverRequirement, ResolverCandidate | None]]
        ] = defaultdict(list)
        """Every need met with so far, with its parent (None: the user)."""
        self.rounds = 0

    def starting_round(self, index: int) -> None:
        """Count."""
        self.rounds = index + 1

    def adding_requirement(
        self, requirement: ResolverRequirement, parent: ResolverCandidate | None
    ) -> None:
        """Remember and tell who needs what."""
        self.needed_by[requirement.identifier].append((requirement, parent))
        self._trace(f"{parent or 'you'} need{'s' if parent else ''} {requirement.text}")

    def resolving_conflicts(
        self, causes: Collection[RequirementInformation[ResolverRequirement, ResolverCandidate]]
    ) -> None:
        """Tell what made us go back."""
        told = "; ".join(f"{each.parent or 'you'}: {each.requirement.text}" for each in causes)
        self._trace(f"going back, since these clash: {told}")

    def rejecting_candidate(
        self,
        criterion: Criterion[ResolverRequirement, ResolverCandidate],
        candidate: ResolverCandidate,
    ) -> None:
        """Tell which pin cannot be, and let it be judged whether it can ever be."""
        self._ruled_out.note(candidate, tuple(criterion.information))
        clashing = ", ".join(each.text for each in criterion.iter_requirement())
        self._trace(f"{candidate} will not do: nothing meets {clashing}")

    def pinning(self, candidate: ResolverCandidate) -> None:
        """Tell which pin is tried."""
        kept = " (installed)" if candidate.candidate is None else ""
        self._trace(f"trying {candidate}{kept}")

    def ending(self, state: State[ResolverRequirement, ResolverCandidate, Identifier]) -> None:
        """Tell the sum."""
        self._trace(f"{len(state.mapping)} pins after {self.rounds} rounds")

    def _trace(self, message: str) -> None:
        self._ui.trace(f"resolve: {message}")
