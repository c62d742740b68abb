"""Which candidates of one project a specifier allows; found as far as somebody looks at them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from operator import attrgetter

from bootstrap._vendor.packaging.specifiers import SpecifierSet
from bootstrap._vendor.packaging.version import Version
from bootstrap._vendor.resolvelib.structs import build_iter_view
from bootstrap.index.candidate import Candidate
from bootstrap.index.candidates import Candidates
from bootstrap.resolve.model import pins_one_version

_VERSION: Callable[[Candidate], Version] = attrgetter("version")


class ProjectCandidates:
    """The candidates of one project, best first, and what each specifier leaves of them.

    For one thread.

    :param pre: whether pre-releases count like final releases; None: where nothing else matches
    """

    def __init__(self, candidates: Candidates, *, pre: bool | None = None) -> None:
        self.candidates = candidates
        self._pre = pre
        self._matching: dict[tuple[str, ...], Iterable[Candidate]] = {}
        self._eligible: dict[tuple[str, ...], Iterable[Candidate]] = {}

    def find_matching(self, specifier: SpecifierSet) -> Iterable[Candidate]:
        """Return all that a specifier allows, including pre-releases and yanked files."""
        key = tuple(map(str, specifier))  # hashing a specifier takes longer
        known = self._matching.get(key)
        if known is None:
            view = build_iter_view(lambda: self._iter_matching(specifier))
            known = self._matching[key] = view
        return known

    def find_eligible(self, specifier: SpecifierSet) -> Iterable[Candidate]:
        """Return the candidates that a specifier allows, including all files of a version.

        Yanked files only where the specifier pins one version and nothing else matches (PEP 592),
        pre-releases only where they are requested or nothing else matches (PEP 440).
        """
        key = tuple(map(str, specifier))
        known = self._eligible.get(key)
        if known is None:
            matching = self.find_matching(specifier)
            known = build_iter_view(lambda: self._iter_final(specifier, _not_yanked(matching)))
            if pins_one_version(specifier) and not known:
                known = build_iter_view(lambda: self._iter_final(specifier, matching))
            self._eligible[key] = known
        return known

    def _iter_matching(self, specifier: SpecifierSet) -> Iterator[Candidate]:
        # Before each version is compared, leave out by a binary search what is out of bounds.
        ascending, versions = self.candidates.ascending, self.candidates.versions
        first, end = 0, len(ascending)
        for clause in specifier:
            if clause.operator in (">=", ">", "~="):
                first = max(first, bisect_left(ascending, Version(clause.version)))
            elif clause.operator == "<":
                end = min(end, bisect_left(ascending, Version(clause.version)))
        positions = map(self.candidates.positions.__getitem__, ascending[first:end])
        nearby = sorted(chain.from_iterable(positions))
        found = specifier.filter(nearby, prereleases=True, key=versions.__getitem__)
        return chain.from_iterable(map(self.candidates.at, found))

    def _iter_final(
        self, specifier: SpecifierSet, matching: Iterable[Candidate]
    ) -> Iterator[Candidate]:
        return specifier.filter(matching, self._pre, key=_VERSION)


def _not_yanked(candidates: Iterable[Candidate]) -> Iterator[Candidate]:
    return (candidate for candidate in candidates if candidate.file.yanked is None)
