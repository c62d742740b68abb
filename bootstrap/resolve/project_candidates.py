"""Which candidates of one project some specifiers allow; found as far as somebody looks at them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from operator import attrgetter

from bootstrap._vendor.packaging.specifiers import SpecifierSet
from bootstrap._vendor.packaging.version import Version
from bootstrap.index.candidate import Candidate
from bootstrap.index.candidates import Candidates
from bootstrap.resolve.model import pins_one_version

_VERSION: Callable[[Candidate], Version] = attrgetter("version")
_ANY = SpecifierSet()


class ProjectCandidates:
    """The candidates of one project, best first, and what specifiers leave of them.

    What a specifier allows is kept as an integer with a bit for each version, so that what several
    allow together takes an `&`. A search through old versions of two projects meets the same
    specifiers in tens of thousands of pairs, of which nearly all have nothing in common.

    :param pre: whether pre-releases count like final releases; None: where nothing else matches
    """

    def __init__(self, candidates: Candidates, *, pre: bool | None = None) -> None:
        self.candidates = candidates
        self._pre = pre
        self._allowed: dict[int, tuple[SpecifierSet, int]] = {}
        """By a specifier's identity, since hashing takes longer; with it, so that it stays."""

    def has_match(self, specifiers: Iterable[SpecifierSet]) -> bool:
        """Tell whether there is a version that all specifiers allow; maybe it has no candidates."""
        return self._positions(specifiers) != 0

    def find_matching(self, specifiers: Iterable[SpecifierSet]) -> Iterator[Candidate]:
        """Yield all that the specifiers allow, including pre-releases and yanked files."""
        positions = _iter_bits(self._positions(specifiers))
        return chain.from_iterable(map(self.candidates.at, positions))

    def find_eligible(self, specifiers: Sequence[SpecifierSet]) -> Iterator[Candidate]:
        """Yield the candidates that the specifiers allow, including all files of a version.

        Yanked files only where a specifier pins one version and nothing else matches (PEP 592),
        pre-releases only where they are requested or nothing else matches (PEP 440).
        """
        pre = self._pre
        if pre is None and any(specifier.prereleases for specifier in specifiers):
            pre = True
        matching = self.find_matching(specifiers)
        not_yanked = (candidate for candidate in matching if candidate.file.yanked is None)
        is_any_found = False
        for candidate in _ANY.filter(not_yanked, pre, key=_VERSION):
            is_any_found = True
            yield candidate
        if not is_any_found and any(map(pins_one_version, specifiers)):
            yield from _ANY.filter(self.find_matching(specifiers), pre, key=_VERSION)

    def _positions(self, specifiers: Iterable[SpecifierSet]) -> int:
        """Return the positions of the versions that all specifiers allow, as bits."""
        positions = (1 << len(self.candidates.versions)) - 1
        for specifier in specifiers:
            known = self._allowed.get(id(specifier))
            if known is None:
                known = self._allowed[id(specifier)] = specifier, self._find_allowed(specifier)
            positions &= known[1]
        return positions

    def _find_allowed(self, specifier: SpecifierSet) -> int:
        # Before each version is compared, leave out by a binary search what is out of bounds.
        versions = self.candidates.ascending
        first, end = 0, len(versions)
        for clause in specifier:
            if clause.operator in (">=", ">", "~="):
                first = max(first, bisect_left(versions, Version(clause.version)))
            elif clause.operator == "<":
                end = min(end, bisect_left(versions, Version(clause.version)))
        allowed = 0
        for version in specifier.filter(versions[first:end], prereleases=True):
            for position in self.candidates.positions[version]:
                allowed |= 1 << position
        return allowed


def _iter_bits(number: int) -> Iterator[int]:
    """Yield the positions of the bits that are set, the lowest first."""
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest
