"""What is offered of one project: asked again and again, each time for other limits."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from bootstrap._vendor.packaging.specifiers import SpecifierSet
from bootstrap._vendor.packaging.version import Version
from bootstrap.index.candidate import Candidate
from bootstrap.resolve.need import pins_one_version


class Offer:
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
