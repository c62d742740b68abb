"""Metadata of what going back will ask for: the more versions were tried, the more."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.index.candidate import Candidate
from bootstrap.index.metadata import Metadata
from bootstrap.preparer.lookahead import Lookahead

MOST = 32
"""Of so many older versions metadata is fetched ahead, at most."""


class Foresight:
    """Notes which versions the resolver tries in turn, and begins to fetch the next ones."""

    def __init__(self, metadata: Lookahead[Candidate, Metadata]) -> None:
        self._metadata = metadata
        self._tried: dict[NormalizedName, set[Version]] = {}
        self._orders: dict[NormalizedName, list[Candidate]] = {}

    def note(self, candidate: Candidate, candidates: Sequence[Candidate]) -> None:
        """Take notice that a candidate is tried, out of all those of its project."""
        tried = self._tried.setdefault(candidate.name, set())
        tried.add(candidate.version)
        if len(tried) > 1:  # the first one most often does
            if candidate.name not in self._orders:
                self._orders[candidate.name] = oldest_first(candidates)
            order = self._orders[candidate.name]
            end = bisect_left(order, candidate.version, key=lambda each: each.version)
            for each in reversed(order[max(0, end - min(len(tried), MOST)) : end]):
                self._metadata.start(each)


def oldest_first(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the best wheel of each version that was not withdrawn."""
    best: dict[Version, Candidate] = {}
    for each in candidates:
        if each.is_wheel and each.file.yanked is None:
            best.setdefault(each.version, each)
    return sorted(best.values(), key=lambda each: each.version)
