"""Trials: which of the user's words are to blame for a failure, and which one change would do."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bootstrap._vendor.packaging.specifiers import SpecifierSet
from bootstrap._vendor.packaging.utils import canonicalize_name
from bootstrap._vendor.resolvelib.resolvers import ResolutionImpossible, ResolutionTooDeep
from bootstrap.errors import BootstrapError
from bootstrap.resolve.context import RawResult, ResolverContext
from bootstrap.resolve.explain.dependency_path import said
from bootstrap.resolve.model import Identifier
from bootstrap.resolve.requirement import InputRequirement, ResolveRequest

if TYPE_CHECKING:
    from bootstrap.resolve.explain.dependency_path import Link

    Causes = Sequence[Link]


@dataclass(frozen=True)
class Failure:
    """An attempt that has no answer, and the needs resolvelib stopped at."""

    attempt: ResolverContext
    causes: Causes


@dataclass(frozen=True)
class Change:
    """One change of the user's words that makes an answer possible."""

    requirement: InputRequirement | None
    """The requirement to relax or the constraint to drop; None: to allow pre-releases."""
    relaxed: InputRequirement | None
    """What to ask for instead; None: leave it out."""
    outcome: str
    """What would be installed then of the project in question."""

    def __str__(self) -> str:
        if self.requirement is None:
            return f"allow pre-releases with --pre ({self.outcome})"
        place = said(self.requirement)
        if self.relaxed is None:
            return f"drop the constraint {place}; then {self.outcome} fits"
        return f"relax {place} to {self.relaxed.text}; then {self.outcome} fits"


class UndecidedError(Exception):
    """One trial came to no end; never leaves this module."""


class OutOfEffortError(Exception):
    """The trials have taken enough rounds, or time; never leaves this module."""


@dataclass
class RelaxationSearch:
    """Resolves variations of what was wanted, within a bounded effort."""

    rounds: int = 3000
    """How many rounds all trials together may take."""
    rounds_each: int = 150
    seconds: float = 10.0
    """After how long no further trial is begun: somebody waits for the message."""
    is_complete: bool = True
    """Whether every trial so far was decided."""
    _begin: float = field(default_factory=time.monotonic)

    def blame(self, failure: Failure) -> Failure:
        """Leave out, one by one, the words without which it fails all the same."""
        try:
            for each in _statements(failure.attempt.wanted):
                fewer = _without(failure.attempt.wanted, each)
                outcome = self._decided(failure.attempt.again(fewer))
                failure = outcome if isinstance(outcome, Failure) else failure
        except OutOfEffortError:
            self.is_complete = False
        return failure

    def changes(self, whole: ResolverContext, blamed: ResolveRequest) -> Iterator[Change]:
        """Yield each single change of the blamed words that gives the whole an answer."""
        try:
            for each in blamed.requirements:
                yield from self._relaxing(whole, each)
            for each in blamed.constraints:
                yield from self._dropping(whole, each)
            if not whole.wanted.pre:
                yield from self._with_pre(whole)
        except OutOfEffortError:
            self.is_complete = False

    def _relaxing(self, whole: ResolverContext, each: InputRequirement) -> Iterator[Change]:
        requirement = each.requirement
        if requirement is None or not (requirement.specifier or each.url):
            return
        bare = copy(requirement)
        bare.specifier, bare.url, bare.marker = SpecifierSet(), None, None
        relaxed = replace(each, text=str(bare), requirement=bare, url=None)
        changed = tuple(relaxed if one is each else one for one in whole.wanted.requirements)
        found = self._decided(whole.again(replace(whole.wanted, requirements=changed)))
        if isinstance(found, RawResult):
            yield Change(each, relaxed, _outcome_of(found, requirement.name))

    def _dropping(self, whole: ResolverContext, each: InputRequirement) -> Iterator[Change]:
        found = self._decided(whole.again(_without(whole.wanted, each)))
        if isinstance(found, RawResult) and each.requirement is not None:
            yield Change(each, None, _outcome_of(found, each.requirement.name))

    def _with_pre(self, whole: ResolverContext) -> Iterator[Change]:
        found = self._decided(whole.again(replace(whole.wanted, pre=True)))
        if isinstance(found, RawResult):
            early = [f"{pin}" for pin in found.mapping.values() if pin.version.is_prerelease]
            yield Change(None, None, ", ".join(early))

    def _decided(self, attempt: ResolverContext) -> RawResult | Failure | None:
        """Return what comes of an attempt; None where that remains open."""
        try:
            return self._outcome(attempt)
        except UndecidedError:
            self.is_complete = False
            return None

    def _outcome(self, attempt: ResolverContext) -> RawResult | Failure:
        if self.rounds <= 0 or time.monotonic() - self._begin > self.seconds:
            raise OutOfEffortError
        try:
            return attempt.run(min(self.rounds, self.rounds_each))
        except ResolutionImpossible as error:
            return Failure(attempt, attempt.ruled_out.explained(error.causes))
        except (ResolutionTooDeep, BootstrapError) as error:
            raise UndecidedError from error
        finally:
            self.rounds -= attempt.reporter.rounds + 1


def _statements(wanted: ResolveRequest) -> Iterator[InputRequirement]:
    # From the last to the first: of two that are equally to blame, what was said first is told.
    yield from reversed(wanted.constraints)
    yield from reversed(wanted.requirements)


def _without(wanted: ResolveRequest, statement: InputRequirement) -> ResolveRequest:
    return replace(
        wanted,
        requirements=tuple(each for each in wanted.requirements if each is not statement),
        constraints=tuple(each for each in wanted.constraints if each is not statement),
    )


def _outcome_of(found: RawResult, name: str) -> str:
    pin = found.mapping.get(Identifier(canonicalize_name(name)))
    return str(pin) if pin is not None else "everything else"
