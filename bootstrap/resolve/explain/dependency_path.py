"""Why something is required: the path from the user's requirement to one dependency, as text."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bootstrap.dataclasses import dataclass
from bootstrap.resolve.model import Identifier, ResolverCandidate, ResolverRequirement
from bootstrap.resolve.requirement import InputRequirement

if TYPE_CHECKING:
    from bootstrap.resolve.model import Information


@dataclass(frozen=True)
class DependencyPath:
    """The requirements from the user's own to the last one, and the candidates between them."""

    requirements: tuple[ResolverRequirement, ...]
    candidates: tuple[ResolverCandidate, ...]

    @property
    def is_direct(self) -> bool:
        """Whether the last requirement is the user's own."""
        return not self.candidates

    @property
    def sort_key(self) -> tuple[int, bool, str]:
        """Puts first what is shortest to read."""
        return len(self.candidates), not self.requirements[0].is_pinned, str(self)

    def __str__(self) -> str:
        """Return a clause about the last requirement, with its reason in brackets."""
        root, last = self.requirements[0], self.requirements[-1]
        if self.is_direct:
            return self._request
        if len(self.candidates) == 1 and root.is_pinned:
            return f"{self._request}, which requires {last.text}"
        return f"{self.candidates[-1]} requires {last.text} ({self.reason})"

    @property
    def reason(self) -> str:
        """Why the last candidate is required."""
        between = zip(self.candidates, self.requirements[1:-1], strict=False)
        steps = [f"{candidate} requires {requirement.text}" for candidate, requirement in between]
        return "; ".join([self._request, *steps])

    @property
    def _request(self) -> str:
        root = self.requirements[0]
        return f"you asked for {quote(root.requested) if root.requested else root.text}"


def quote(line: InputRequirement) -> str:
    """Return a requirement as the user wrote it, and where."""
    return f"{line.text} ({line.origin})"


def find_shortest_path(
    required_by: Mapping[Identifier, Sequence[Information]], cause: Information
) -> DependencyPath:
    """Return the shortest path from the user to a requirement.

    :param required_by: all requirements on each identifier, with their parents
    """
    requirement, parent = cause
    path = DependencyPath((requirement,), ())
    waiting = deque([(parent, path)])
    seen: set[ResolverCandidate] = set()
    while waiting:
        candidate, path = waiting.popleft()
        if candidate is None:
            break
        if candidate in seen:
            continue
        seen.add(candidate)
        for requirement, parent in required_by.get(candidate.identifier, ()):
            if not requirement.is_satisfied_by(candidate):
                continue
            longer = path
            # From an extra to its own project is no step to a reader.
            if parent is None or parent.identifier.name != candidate.identifier.name:
                requirements = (requirement, *path.requirements)
                longer = DependencyPath(requirements, (candidate, *path.candidates))
            waiting.append((parent, longer))
    return path
