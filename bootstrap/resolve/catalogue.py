"""Which pins could meet a set of needs, in order of preference, looked at one by one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce

from bootstrap._vendor.packaging.specifiers import SpecifierSet
from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.environment.installed import Installed
from bootstrap.index.candidate import Candidate
from bootstrap.resolve.constraint import Constraint
from bootstrap.resolve.need import Identifier, Need, Pin
from bootstrap.resolve.offer import Offer
from bootstrap.resolve.requirement import UserRequirement
from bootstrap.resolve.source import CandidateSource
from bootstrap.trust.hashes import Hashes

_NO_CONSTRAINT = Constraint()


@dataclass
class Catalogue:
    """The pins of one resolution: each is made once, so that it can be told by identity."""

    source: CandidateSource
    installed: Mapping[NormalizedName, Installed]
    constraints: Mapping[NormalizedName, Constraint]
    keeps_installed: Callable[[NormalizedName], bool]
    """Whether an installed version is preferred to a newer one."""
    vet: Callable[[UserRequirement], None] = field(default=lambda _: None)
    """Raises where a direct reference may not be looked at: looking may run its code."""
    hashes: dict[NormalizedName, Hashes] = field(default_factory=dict)
    """What the user's requirements and constraints demand of a project's files."""
    pre: bool = False
    unusable: set[Pin] = field(default_factory=set)
    """Pins whose metadata could not be had: other files of the same version may do."""
    _pins: dict[tuple[Identifier, str], Pin] = field(default_factory=dict)
    _offers: dict[NormalizedName, Offer] = field(default_factory=dict)

    def pin(self, identifier: Identifier, candidate: Candidate) -> Pin:
        """Return the one pin of a candidate under an identifier."""
        key = identifier, candidate.file.url
        if key not in self._pins:
            self._pins[key] = Pin(identifier, candidate.version, candidate)
        return self._pins[key]

    def direct(self, reference: UserRequirement) -> Candidate:
        """Return the one candidate a direct reference names, if it may be looked at."""
        self.vet(reference)
        return self.source.direct(reference)

    def installed_pin(self, identifier: Identifier) -> Pin | None:
        """Return the pin that stands for the installed distribution, if there is one."""
        installed = self.installed.get(identifier.name)
        if installed is None:
            return None
        return self._pins.setdefault((identifier, ""), Pin(identifier, installed.version, None))

    def twin(self, pin: Pin, identifier: Identifier) -> Pin:
        """Return the pin of the same file under another identifier of the project."""
        if pin.candidate is not None:
            return self.pin(identifier, pin.candidate)
        return self._pins.setdefault((identifier, ""), Pin(identifier, pin.version, None))

    def constraint(self, name: NormalizedName) -> Constraint:
        """Return what limits a project."""
        return self.constraints.get(name, _NO_CONSTRAINT)

    def meeting(
        self, identifier: Identifier, needs: Sequence[Need], excluded: Collection[Pin] = ()
    ) -> Iterable[Pin] | Callable[[], Iterable[Pin]]:
        """Return the pins that meet all needs and the constraint, best first.

        Where a direct reference leaves one only, it comes at once; else they come one by one, as
        somebody looks at them.
        """
        only = self._only_pins(identifier, needs)
        if only:
            return [each for each in only if each not in excluded and self._fits(each, needs)]
        limit = self._limit(identifier, needs)
        return lambda: self.matches(identifier, limit, excluded)

    def can_meet(self, identifier: Identifier, needs: Sequence[Need]) -> bool:
        """Tell whether there is any pin that meets all needs and the constraint."""
        found = self.meeting(identifier, needs)
        return any(True for _ in (found() if callable(found) else found))

    def conceivable(self, identifier: Identifier, needs: Sequence[Need]) -> list[Pin]:
        """Return every pin that meets the needs and may be chosen, were there further needs, too.

        Further needs may let in a pre-release or what was yanked, where nothing else is left.
        """
        only = self._only_pins(identifier, needs)
        if only:
            return [each for each in only if self._fits(each, needs)]
        limit = self._limit(identifier, needs)
        within = self._offer(identifier.name).within(limit)
        sound = [each for each in within if each.file.yanked is None]
        found = [*self._one_each(identifier, sound), *self._one_each(identifier, within)]
        installed = self.installed_pin(identifier)
        if installed is not None and limit.contains(installed.version, prereleases=True):
            found.append(installed)
        return found

    def _one_each(self, identifier: Identifier, candidates: Iterable[Candidate]) -> list[Pin]:
        """Return the pins that stand for each version: of the first file that can be used."""
        found: dict[Version, Pin] = {}
        for pin in (self.pin(identifier, each) for each in candidates):
            if pin not in self.unusable:
                found.setdefault(pin.version, pin)
        return list(found.values())

    def _limit(self, identifier: Identifier, needs: Iterable[Need]) -> SpecifierSet:
        start = self.constraint(identifier.name).specifier
        return reduce(lambda limit, need: limit & need.specifier, needs, start)

    def _only_pins(self, identifier: Identifier, needs: Sequence[Need]) -> tuple[Pin, ...]:
        """Return the pins that direct references and URL constraints leave as the only ones."""
        named = [self.twin(each.only, identifier) for each in needs if each.only is not None]
        constrained = [
            self.pin(identifier, self.direct(each))
            for each in self.constraint(identifier.name).references
        ]
        return tuple(dict.fromkeys([*named, *constrained]))

    def _fits(self, pin: Pin, needs: Sequence[Need]) -> bool:
        constraint = self.constraint(pin.identifier.name)
        return (
            constraint.specifier.contains(pin.version, prereleases=True)
            and all(each.is_met_by(self.twin(pin, each.identifier)) for each in needs)
            and all(
                pin is self.pin(pin.identifier, self.direct(each)) for each in constraint.references
            )
        )

    def matches(
        self, identifier: Identifier, specifier: SpecifierSet, excluded: Collection[Pin]
    ) -> Iterator[Pin]:
        """Yield the pins a specifier allows, best first, as pip orders them.

        The index is asked only when the installed distribution does not do.
        """
        installed = self.installed_pin(identifier)
        if installed is not None:
            fits = specifier.contains(installed.version, prereleases=True)
            installed = installed if fits and installed not in excluded else None
        if installed is not None and self.keeps_installed(identifier.name):
            yield installed
            yield from self._others(identifier, specifier, excluded, besides=installed)
        elif installed is not None:
            yield from self._with_installed(identifier, specifier, excluded, installed)
        else:
            yield from self._others(identifier, specifier, excluded)

    def _with_installed(
        self,
        identifier: Identifier,
        specifier: SpecifierSet,
        excluded: Collection[Pin],
        installed: Pin,
    ) -> Iterator[Pin]:
        waiting = True
        for pin in self._others(identifier, specifier, excluded, besides=installed):
            if waiting and pin.version < installed.version:
                yield installed
                waiting = False
            yield pin
        if waiting:
            yield installed

    def _others(
        self,
        identifier: Identifier,
        specifier: SpecifierSet,
        excluded: Collection[Pin],
        besides: Pin | None = None,
    ) -> Iterator[Pin]:
        seen = set() if besides is None else {besides.version}
        for candidate in self._offer(identifier.name).suitable(specifier):
            if candidate.version in seen:
                continue
            pin = self.pin(identifier, candidate)
            if pin not in excluded and pin not in self.unusable:
                yield pin
            # Other files of a version say the same: only where one cannot be used the next may do.
            if pin not in self.unusable:
                seen.add(candidate.version)

    def offered(self, name: NormalizedName) -> tuple[Candidate, ...]:
        """Return what the source offers of a project and the user's hashes do not rule out."""
        return self._offer(name).candidates

    def _offer(self, name: NormalizedName) -> Offer:
        if name not in self._offers:
            demanded = self.hashes.get(name, Hashes())
            fitting = (
                each
                for each in self.source.candidates(name)
                if all(demanded.intersection(each.file.hashes).allowed.values())
            )
            self._offers[name] = Offer(fitting, pre=self.pre)
        return self._offers[name]
