"""What resolvelib asks: which candidates, which dependencies, and what to look at next."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from bootstrap._vendor.packaging.specifiers import SpecifierSet
from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.resolvelib.providers import AbstractProvider
from bootstrap.resolve.candidates import CandidateProvider
from bootstrap.resolve.dependencies import Dependencies
from bootstrap.resolve.incompatible import IncompatibilityCache
from bootstrap.resolve.model import (
    PYTHON,
    UNUSABLE,
    Identifier,
    ResolverCandidate,
    ResolverRequirement,
    pins_one_version,
)

if TYPE_CHECKING:
    from bootstrap._vendor.resolvelib.structs import RequirementInformation

    Information = RequirementInformation[ResolverRequirement, ResolverCandidate]

_TROUBLESOME = 5
"""After so many conflicts an identifier is looked at before the others (pip's threshold)."""


class Provider(AbstractProvider[ResolverRequirement, ResolverCandidate, Identifier]):
    """Answers resolvelib's questions; the order of preference is pip's.

    :param order: the place of each project the user named, in the order of naming
    :param ruled_out: what need not be looked at again
    """

    def __init__(
        self,
        catalogue: CandidateProvider,
        dependencies: Dependencies,
        order: Mapping[NormalizedName, int],
        ruled_out: IncompatibilityCache,
    ) -> None:
        self._catalogue = catalogue
        self._dependencies = dependencies
        self._order = order
        self._ruled_out = ruled_out
        self.conflicts: Counter[Identifier] = Counter()

    def identify(
        self, requirement_or_candidate: ResolverRequirement | ResolverCandidate
    ) -> Identifier:
        """Return what a need or a pin is about."""
        return requirement_or_candidate.identifier

    def narrow_requirement_selection(
        self,
        identifiers: Iterable[Identifier],
        resolutions: Mapping[Identifier, ResolverCandidate],
        candidates: Mapping[Identifier, Iterator[ResolverCandidate]],  # noqa: ARG002  # resolvelib's signature
        information: Mapping[Identifier, Iterator[Information]],  # noqa: ARG002  # likewise
        backtrack_causes: Sequence[Information],
    ) -> Iterable[Identifier]:
        """Look first at what caused the last conflict, then at what causes conflicts often."""
        causes = {each.requirement.identifier for each in backtrack_causes}
        causes |= {each.parent.identifier for each in backtrack_causes if each.parent is not None}
        self.conflicts.update(each for each in causes if each not in resolutions)
        choice = list(identifiers)
        return (
            [each for each in choice if each in causes]
            or [each for each in choice if self.conflicts[each] >= _TROUBLESOME]
            or choice
        )

    def get_preference(
        self,
        identifier: Identifier,
        resolutions: Mapping[Identifier, ResolverCandidate],  # noqa: ARG002  # resolvelib's signature
        candidates: Mapping[Identifier, Iterator[ResolverCandidate]],  # noqa: ARG002  # likewise
        information: Mapping[Identifier, Iterator[Information]],
        backtrack_causes: Sequence[Information],  # noqa: ARG002  # likewise
    ) -> tuple[bool | float | Identifier, ...]:
        """Prefer what leaves the least choice: direct, pinned, bounded above, said by the user."""
        needs = [each.requirement for each in information[identifier]]
        specifiers = [each.specifier for each in needs]
        return (
            self.conflicts[identifier] < _TROUBLESOME,
            all(each.only is None for each in needs),
            not any(pins_one_version(each) for each in specifiers),
            not any(_is_bounded_above(each) for each in specifiers),
            self._order.get(identifier.name, math.inf),
            not any(specifiers),
            identifier,
        )

    def find_matches(
        self,
        identifier: Identifier,
        requirements: Mapping[Identifier, Iterator[ResolverRequirement]],
        incompatibilities: Mapping[Identifier, Iterator[ResolverCandidate]],
    ) -> Iterable[ResolverCandidate] | Callable[[], Iterable[ResolverCandidate]]:
        """Return the pins that meet all needs, best first, made only as they are looked at."""
        if identifier == PYTHON or identifier.name == UNUSABLE:
            return ()
        needs = list(requirements[identifier])
        if identifier.extra and identifier.base in requirements:
            # An extra's pin needs its base at the same version, so the base's needs count too.
            needs += requirements[identifier.base]
        excluded = {*incompatibilities[identifier], *self._ruled_out.of(identifier)}
        return self._catalogue.meeting(identifier, needs, excluded)

    def is_satisfied_by(
        self, requirement: ResolverRequirement, candidate: ResolverCandidate
    ) -> bool:
        """Tell whether a pin meets a need of the same identifier."""
        return requirement.is_met_by(candidate)

    def get_dependencies(self, candidate: ResolverCandidate) -> Iterator[ResolverRequirement]:
        """Yield what a pin needs, lazily: metadata only when a cheaper need holds."""
        return self._dependencies.of(candidate)


def _is_bounded_above(specifier: SpecifierSet) -> bool:
    return any(
        each.operator in ("<", "<=", "~=")
        or (each.operator == "==" and each.version.endswith(".*"))
        for each in specifier
    )
