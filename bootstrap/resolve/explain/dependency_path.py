"""Why something is needed: the chain from what the user said down to one need, in words."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bootstrap.network.urls import redact
from bootstrap.resolve.model import Identifier, ResolverCandidate, ResolverRequirement
from bootstrap.resolve.requirement import InputRequirement

Link = tuple[ResolverRequirement, ResolverCandidate | None]
"""A need and the pin that has it; None: the user."""


@dataclass(frozen=True)
class DependencyPath:
    """The needs from the user's own to the last one, and the pins between them."""

    needs: tuple[ResolverRequirement, ...]
    pins: tuple[ResolverCandidate, ...]

    @property
    def weight(self) -> tuple[int, bool, str]:
        """How much there is to read: what is shortest is told first."""
        return len(self.pins), not self.needs[0].is_pinned, str(self)

    def __str__(self) -> str:
        """Say the last need first, since that is what the reader wants to know."""
        root, last = self.needs[0], self.needs[-1]
        if not self.pins:
            return f"you asked for {asked(root)}"
        if len(self.pins) == 1 and root.is_pinned:
            return f"you asked for {asked(root)}, which needs {last.text}"
        return f"{self.pins[-1]} needs {last.text} ({self.reason})"

    @property
    def reason(self) -> str:
        """Why the last pin is there at all."""
        steps = [f"you asked for {asked(self.needs[0])}"]
        steps += [
            f"{pin} needs {need.text}"
            for pin, need in zip(self.pins, self.needs[1:-1], strict=False)
        ]
        return "; ".join(steps)


def asked(need: ResolverRequirement) -> str:
    """Return the user's own words and the place where they were said."""
    return said(need.requested) if need.requested is not None else need.text


def said(requirement: InputRequirement) -> str:
    """Return a user's requirement and the place where it was said."""
    return f"{redact(requirement.text)} ({requirement.origin})"


def shortest_chain(needed_by: Mapping[Identifier, Sequence[Link]], link: Link) -> DependencyPath:
    """Find the shortest way from the user to a need."""
    waiting: deque[tuple[Link, DependencyPath]] = deque([(link, DependencyPath((link[0],), ()))])
    seen: set[ResolverCandidate] = set()
    chain = waiting[0][1]
    while waiting:
        (_, parent), chain = waiting.popleft()
        if parent is None:
            break
        if parent in seen:
            continue
        seen.add(parent)
        for need, grandparent in needed_by.get(parent.identifier, ()):
            if need.is_met_by(parent):
                waiting.append(((need, grandparent), _lengthened(chain, need, parent, grandparent)))
    return chain


def _lengthened(
    chain: DependencyPath,
    need: ResolverRequirement,
    pin: ResolverCandidate,
    parent: ResolverCandidate | None,
) -> DependencyPath:
    if parent is not None and parent.identifier.name == pin.identifier.name:
        # From an extra to its own project: one step to a reader, told under the extra's name.
        return chain
    return DependencyPath((need, *chain.needs), (pin, *chain.pins))
