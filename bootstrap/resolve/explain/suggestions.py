"""Which of the user's requirements cause a failure, and which one change would solve it.

Found by resolving variations of the request, within limits on rounds, time and metadata.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from copy import copy
from typing import TYPE_CHECKING

from bootstrap._vendor.packaging.specifiers import SpecifierSet
from bootstrap._vendor.packaging.utils import canonicalize_name
from bootstrap._vendor.resolvelib.resolvers import (
    ResolutionImpossible,
    ResolutionTooDeep,
    Result,
)
from bootstrap.dataclasses import dataclass, field, replace
from bootstrap.errors import BootstrapError
from bootstrap.index.settings import PRE, ReleaseControl
from bootstrap.resolve.context import ResolverContext
from bootstrap.resolve.explain.dependency_path import quote
from bootstrap.resolve.model import Identifier
from bootstrap.resolve.requirement import InputRequirement, ResolveRequest

if TYPE_CHECKING:
    from bootstrap.resolve.backjumping import RawResult
    from bootstrap.resolve.model import Information


@dataclass(frozen=True)
class ResolutionFailure:
    """A request without a solution, and the requirements at which the search ended."""

    context: ResolverContext
    causes: Sequence[Information]


@dataclass(frozen=True)
class RequestChange:
    """One change of the request that makes a solution possible."""

    requirement: InputRequirement | None
    """The requirement to relax or the constraint to remove; None: allow pre-releases."""
    relaxed: InputRequirement | None
    """What to ask for instead; None: remove it."""
    outcome: str
    """What would be installed then of the project in question."""

    def __str__(self) -> str:
        if self.requirement is None:
            return f"allow pre-releases with --pre ({self.outcome})"
        line = quote(self.requirement)
        if self.relaxed is None:
            return f"remove the constraint {line}; then {self.outcome} can be used"
        return f"relax {line} to {self.relaxed.text}; then {self.outcome} can be used"


class _LimitError(Exception):
    """The limit of all trials together is reached."""


@dataclass
class RelaxationSearch:
    """Resolves variations of a request, within limits."""

    rounds: int = 3000
    """How many rounds all trials together may take."""
    rounds_each: int = 150
    seconds: float = 10.0
    """After how long no further trial is started: the user waits for the message."""
    is_complete: bool = True
    """Whether every trial so far ended with a solution or a conflict."""
    _started: float = field(default_factory=time.monotonic)

    def minimize(self, failure: ResolutionFailure) -> ResolutionFailure:
        """Leave out, one by one, the requirements and constraints that do not cause a failure."""
        request = failure.context.request
        try:
            # From the last to the first: of two causes that could stand alone, the first is kept.
            for line in (*reversed(request.constraints), *reversed(request.requirements)):
                smaller = _without(failure.context.request, line)
                outcome = self._try(failure.context.with_request(smaller))
                failure = outcome if isinstance(outcome, ResolutionFailure) else failure
        except _LimitError:
            self.is_complete = False
        return failure

    def find_changes(
        self, context: ResolverContext, causes: ResolveRequest
    ) -> Iterator[RequestChange]:
        """Yield each single change that gives a request a solution.

        :param causes: the requirements and constraints of the request that cause the failure
        """
        try:
            for line in causes.requirements:
                yield from self._relax(context, line)
            for line in causes.constraints:
                outcome = self._try(context.with_request(_without(context.request, line)))
                if isinstance(outcome, Result) and line.requirement is not None:
                    yield RequestChange(line, None, _describe(outcome, line.requirement.name))
            if context.request.releases == ReleaseControl():
                outcome = self._try(context.with_request(replace(context.request, releases=PRE)))
                if isinstance(outcome, Result):
                    chosen = outcome.mapping.values()
                    pre_releases = [
                        str(candidate) for candidate in chosen if candidate.version.is_prerelease
                    ]
                    yield RequestChange(None, None, ", ".join(pre_releases))
        except _LimitError:
            self.is_complete = False

    def _relax(self, context: ResolverContext, line: InputRequirement) -> Iterator[RequestChange]:
        requirement = line.requirement
        if requirement is None or not (requirement.specifier or line.url):
            return
        bare = copy(requirement)
        bare.specifier, bare.url, bare.marker = SpecifierSet(), None, None
        relaxed = replace(line, text=str(bare), requirement=bare, url=None)
        request = context.request
        changed = tuple(relaxed if other is line else other for other in request.requirements)
        outcome = self._try(context.with_request(replace(request, requirements=changed)))
        if isinstance(outcome, Result):
            yield RequestChange(line, relaxed, _describe(outcome, requirement.name))

    def _try(self, context: ResolverContext) -> RawResult | ResolutionFailure | None:
        """Search for a solution; return None where a limit or another error ends the search."""
        if self.rounds <= 0 or time.monotonic() - self._started > self.seconds:
            raise _LimitError
        try:
            return context.search(min(self.rounds, self.rounds_each))
        except ResolutionImpossible as error:
            return ResolutionFailure(context, context.incompatible.expand_causes(error.causes))
        except (ResolutionTooDeep, BootstrapError):
            self.is_complete = False
            return None
        finally:
            self.rounds -= context.reporter.rounds + 1


def _without(request: ResolveRequest, line: InputRequirement) -> ResolveRequest:
    return replace(
        request,
        requirements=tuple(other for other in request.requirements if other is not line),
        constraints=tuple(other for other in request.constraints if other is not line),
    )


def _describe(result: RawResult, name: str) -> str:
    candidate = result.mapping.get(Identifier(canonicalize_name(name)))
    return str(candidate) if candidate is not None else "everything else"
