"""The candidates of one project, and which of them a specifier allows."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from itertools import chain

from bootstrap._vendor.packaging.specifiers import SpecifierSet
from bootstrap._vendor.packaging.version import Version
from bootstrap.index.candidate import Candidate
from bootstrap.resolve.model import pins_one_version


class ProjectCandidates:
    """The candidates of one project, best first, and what each specifier leaves of them.

    :param pre: whether pre-releases count like final releases; None: where nothing else matches
    """

    def __init__(self, candidates: Iterable[Candidate], *, pre: bool | None = None) -> None:
        self.candidates = tuple(candidates)
        self._pre = pre
        self._positions: dict[Version, list[int]] = {}
        for position, candidate in enumerate(self.candidates):
            self._positions.setdefault(candidate.version, []).append(position)
        self._versions = sorted(self._positions)
        self._matching: dict[tuple[str, ...], tuple[Candidate, ...]] = {}
        self._eligible: dict[tuple[str, ...], tuple[Candidate, ...]] = {}

    def find_matching(self, specifier: SpecifierSet) -> tuple[Candidate, ...]:
        """Return all that a specifier allows, including pre-releases and yanked files."""
        key = tuple(map(str, specifier))  # hashing a specifier takes longer
        known = self._matching.get(key)
        if known is None:
            # Before each version is compared, leave out by a binary search what is out of bounds.
            first, end = 0, len(self._versions)
            for clause in specifier:
                if clause.operator in (">=", ">", "~="):
                    first = max(first, bisect_left(self._versions, Version(clause.version)))
                elif clause.operator == "<":
                    end = min(end, bisect_left(self._versions, Version(clause.version)))
            positions = (self._positions[version] for version in self._versions[first:end])
            nearby = [self.candidates[n] for n in sorted(chain.from_iterable(positions))]
            known = self._matching[key] = self._filter(nearby, specifier, pre=True)
        return known

    def find_eligible(self, specifier: SpecifierSet) -> tuple[Candidate, ...]:
        """Return the candidates that a specifier allows, including all files of a version.

        Yanked files only where the specifier pins one version and nothing else matches (PEP 592),
        pre-releases only where they are requested or nothing else matches (PEP 440).
        """
        key = tuple(map(str, specifier))
        known = self._eligible.get(key)
        if known is None:
            matching = self.find_matching(specifier)
            not_yanked = [candidate for candidate in matching if candidate.file.yanked is None]
            known = self._filter(not_yanked, specifier, pre=self._pre)
            if not known and pins_one_version(specifier):
                known = self._filter(matching, specifier, pre=self._pre)
            self._eligible[key] = known
        return known

    @staticmethod
    def _filter(
        candidates: Iterable[Candidate], specifier: SpecifierSet, *, pre: bool | None
    ) -> tuple[Candidate, ...]:
        return tuple(specifier.filter(candidates, pre, key=lambda candidate: candidate.version))
