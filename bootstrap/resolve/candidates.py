"""Which pins could meet a set of needs, in order of preference, looked at one by one."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce

from bootstrap._vendor.packaging.specifiers import SpecifierSet
from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.index.candidate import Candidate
from bootstrap.metadata.installed import Installed
from bootstrap.resolve.model import (
    Constraint,
    Identifier,
    ResolverCandidate,
    ResolverRequirement,
    pins_one_version,
)
from bootstrap.resolve.requirement import InputRequirement
from bootstrap.resolve.source import CandidateSource
from bootstrap.trust.hashes import Hashes


# FOLDED from bootstrap/resolve/offer.py
class ProjectCandidates:
    """The candidates of one project, best first, and what each limit leaves of them.

    :param pre: whether pre-releases are as welcome as final releases
    """

    def __init__(self, candidates: Iterable[Candidate], *, pre: bool = False) -> None:
        self.candidates = tuple(candidates)
        self._pre = True if pre else None
        self._places: dict[Version, list[int]] = {}
        for place, each in enumerate(self.candidates):
            self._places.setdefault(each.version, []).append(place)
        self._versions = sorted(self._places)
        self._within: dict[SpecifierSet, tuple[Candidate, ...]] = {}
        self._suitable: dict[SpecifierSet, tuple[Candidate, ...]] = {}

    def within(self, specifier: SpecifierSet) -> tuple[Candidate, ...]:
        """Return all that a specifier allows, pre-releases and what was withdrawn included."""
        if specifier not in self._within:
            near = self._near(specifier)
            allowed = specifier.filter(near, prereleases=True, key=lambda each: each.version)
            self._within[specifier] = tuple(allowed)
        return self._within[specifier]

    def suitable(self, specifier: SpecifierSet) -> tuple[Candidate, ...]:
        """Return the candidates a specifier allows, several files of a version included.

        Yanked ones only where the specifier pins one version and nothing else meets it (PEP 592);
        pre-releases only where they are asked for or nothing else meets it (PEP 440).
        """
        if specifier not in self._suitable:
            within = self.within(specifier)
            sound = [each for each in within if each.file.yanked is None]
            suitable = self._welcome(sound, specifier)
            if not suitable and len(sound) < len(within) and pins_one_version(specifier):
                suitable = self._welcome(within, specifier)
            self._suitable[specifier] = suitable
        return self._suitable[specifier]

    def _welcome(
        self, candidates: Sequence[Candidate], specifier: SpecifierSet
    ) -> tuple[Candidate, ...]:
        found = specifier.filter(candidates, prereleases=self._pre, key=lambda each: each.version)
        return tuple(found)

    def _near(self, specifier: SpecifierSet) -> list[Candidate]:
        """Leave out, by a quick search, what lies beyond a specifier's bounds."""
        first, end = 0, len(self._versions)
        for each in specifier:
            if each.operator in (">=", ">", "~="):
                first = max(first, bisect_left(self._versions, Version(each.version)))
            elif each.operator == "<":
                end = min(end, bisect_left(self._versions, Version(each.version)))
        places = (place for each in self._versions[first:end] for place in self._places[each])
        return [self.candidates[place] for place in sorted(places)]


_NO_CONSTRAINT = Constraint()


@dataclass
class CandidateProvider:
    """The pins of one resolution: each is made once, so that it can be told by identity."""

    source: CandidateSource
    installed: Mapping[NormalizedName, Installed]
    constraints: Mapping[NormalizedName, Constraint]
    keeps_installed: Callable[[NormalizedName], bool]
    """Whether an installed version is preferred to a newer one."""
    vet: Callable[[InputRequirement], None] = field(default=lambda _: None)
    """Raises where a direct reference may not be looked at: looking may run its code."""
    hashes: dict[NormalizedName, Hashes] = field(default_factory=dict)
    """What the user's requirements and constraints demand of a project's files."""
    pre: bool = False
    unusable: set[ResolverCandidate] = field(default_factory=set)
    """Pins whose metadata could not be had: other files of the same version may do."""
    _pins: dict[tuple[Identifier, str], ResolverCandidate] = field(default_factory=dict)
    _offers: dict[NormalizedName, ProjectCandidates] = field(default_factory=dict)

    def pin(self, identifier: Identifier, candidate: Candidate) -> ResolverCandidate:
        """Return the one pin of a candidate under an identifier."""
        key = identifier, candidate.file.url
        if key not in self._pins:
            self._pins[key] = ResolverCandidate(identifier, candidate.version, candidate)
        return self._pins[key]

    def direct(self, reference: InputRequirement) -> Candidate:
        """Return the one candidate a direct reference names, if it may be looked at."""
        self.vet(reference)
        return self.source.direct(reference)

    def installed_pin(self, identifier: Identifier) -> ResolverCandidate | None:
        """Return the pin that stands for the installed distribution, if there is one."""
        installed = self.installed.get(identifier.name)
        if installed is None:
            return None
        return self._pins.setdefault(
            (identifier, ""), ResolverCandidate(identifier, installed.version, None)
        )

    def twin(self, pin: ResolverCandidate, identifier: Identifier) -> ResolverCandidate:
        """Return the pin of the same file under another identifier of the project."""
        if pin.candidate is not None:
            return self.pin(identifier, pin.candidate)
        return self._pins.setdefault(
            (identifier, ""), ResolverCandidate(identifier, pin.version, None)
        )

    def constraint(self, name: NormalizedName) -> Constraint:
        """Return what limits a project."""
        return self.constraints.get(name, _NO_CONSTRAINT)

    def meeting(
        self,
        identifier: Identifier,
        needs: Sequence[ResolverRequirement],
        excluded: Collection[ResolverCandidate] = (),
    ) -> Iterable[ResolverCandidate] | Callable[[], Iterable[ResolverCandidate]]:
        """Return the pins that meet all needs and the constraint, best first.

        Where a direct reference leaves one only, it comes at once; else they come one by one, as
        somebody looks at them.
        """
        only = self._only_pins(identifier, needs)
        if only:
            return [each for each in only if each not in excluded and self._fits(each, needs)]
        limit = self._limit(identifier, needs)
        return lambda: self.matches(identifier, limit, excluded)

    def can_meet(self, identifier: Identifier, needs: Sequence[ResolverRequirement]) -> bool:
        """Tell whether there is any pin that meets all needs and the constraint."""
        found = self.meeting(identifier, needs)
        return any(True for _ in (found() if callable(found) else found))

    def conceivable(
        self, identifier: Identifier, needs: Sequence[ResolverRequirement]
    ) -> list[ResolverCandidate]:
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

    def _one_each(
        self, identifier: Identifier, candidates: Iterable[Candidate]
    ) -> list[ResolverCandidate]:
        """Return the pins that stand for each version: of the first file that can be used."""
        found: dict[Version, ResolverCandidate] = {}
        for pin in (self.pin(identifier, each) for each in candidates):
            if pin not in self.unusable:
                found.setdefault(pin.version, pin)
        return list(found.values())

    def _limit(self, identifier: Identifier, needs: Iterable[ResolverRequirement]) -> SpecifierSet:
        start = self.constraint(identifier.name).specifier
        return reduce(lambda limit, need: limit & need.specifier, needs, start)

    def _only_pins(
        self, identifier: Identifier, needs: Sequence[ResolverRequirement]
    ) -> tuple[ResolverCandidate, ...]:
        """Return the pins that direct references and URL constraints leave as the only ones."""
        named = [self.twin(each.only, identifier) for each in needs if each.only is not None]
        constrained = [
            self.pin(identifier, self.direct(each))
            for each in self.constraint(identifier.name).references
        ]
        return tuple(dict.fromkeys([*named, *constrained]))

    def _fits(self, pin: ResolverCandidate, needs: Sequence[ResolverRequirement]) -> bool:
        constraint = self.constraint(pin.identifier.name)
        return (
            constraint.specifier.contains(pin.version, prereleases=True)
            and all(each.is_met_by(self.twin(pin, each.identifier)) for each in needs)
            and all(
                pin is self.pin(pin.identifier, self.direct(each)) for each in constraint.references
            )
        )

    def matches(
        self,
        identifier: Identifier,
        specifier: SpecifierSet,
        excluded: Collection[ResolverCandidate],
    ) -> Iterator[ResolverCandidate]:
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
        excluded: Collection[ResolverCandidate],
        installed: ResolverCandidate,
    ) -> Iterator[ResolverCandidate]:
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
        excluded: Collection[ResolverCandidate],
        besides: ResolverCandidate | None = None,
    ) -> Iterator[ResolverCandidate]:
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

    def _offer(self, name: NormalizedName) -> ProjectCandidates:
        if name not in self._offers:
            demanded = self.hashes.get(name, Hashes())
            fitting = (
                each
                for each in self.source.candidates(name)
                if all(demanded.intersection(each.file.hashes).allowed.values())
            )
            self._offers[name] = ProjectCandidates(fitting, pre=self.pre)
        return self._offers[name]
