"""Pins that no answer can hold: learned once, so that going back never meets them again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from bootstrap.resolve.candidates import CandidateProvider
from bootstrap.resolve.explain.dependency_path import Link
from bootstrap.resolve.model import (
    PYTHON,
    UNUSABLE,
    Identifier,
    ResolverCandidate,
    ResolverRequirement,
)


@dataclass
class IncompatibilityCache:
    """Remembers which pins clash with what the user said, whatever else is chosen.

    The user's own needs hold for as long as an attempt runs. A pin that needs what they forbid, or
    what only pins that are ruled out could meet, is therefore in no answer.

    :param said: the user's own needs
    """

    catalogue: CandidateProvider
    said: Sequence[ResolverRequirement]
    _causes: defaultdict[Identifier, dict[ResolverCandidate, tuple[Link, ...]]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    _behind: dict[Link, list[ResolverCandidate]] = field(default_factory=dict)
    """Which pins, ruled out before, would have met the needs that were found to clash."""
    _plain: set[Link] = field(default_factory=set)
    """The needs that clash by themselves."""

    def of(self, identifier: Identifier) -> Collection[ResolverCandidate]:
        """Return the pins of an identifier that are ruled out."""
        return self._causes[identifier].keys()

    def note(self, pin: ResolverCandidate, clash: Sequence[Link]) -> None:
        """Take notice that a pin was rejected, since its needs clash with others, and judge it."""
        self._trace_back(clash)
        identifier = clash[0][0].identifier
        own: list[Link] = [(need, parent) for need, parent in clash if parent is pin]
        said: list[Link] = [(each, None) for each in self._said_of(identifier)]
        if own and identifier.name != UNUSABLE and self._is_hopeless(identifier, own + said):
            self._causes[pin.identifier][pin] = (*own, *said)

    def explained(self, causes: Iterable[Link]) -> tuple[Link, ...]:
        """Return the causes of a failure, and for pins ruled out before what had ruled them out."""
        found: dict[Link, None] = {}
        waiting, seen = [*causes], set[Link]()
        while waiting:
            link = waiting.pop(0)
            if link not in seen:
                seen.add(link)
                pins = self._behind.get(link, ())
                waiting += [each for pin in pins for each in self._causes[pin.identifier][pin]]
                if link in self._plain or not pins:
                    found[link] = None
        return tuple(found)

    def _trace_back(self, clash: Sequence[Link]) -> None:
        out = self.of(clash[0][0].identifier)
        pins = [pin for pin in out if all(need.is_met_by(pin) for need, _ in clash)]
        for link in clash:
            self._behind.setdefault(link, []).extend(pins)
        if not pins:
            self._plain.update(clash)

    def _said_of(self, identifier: Identifier) -> list[ResolverRequirement]:
        return [each for each in self.said if each.identifier in (identifier, identifier.base)]

    def _is_hopeless(self, identifier: Identifier, links: Iterable[Link]) -> bool:
        if identifier == PYTHON:
            return True
        out = self.of(identifier)
        pins = self.catalogue.conceivable(identifier, [need for need, _ in links])
        return all(pin in out for pin in pins)
