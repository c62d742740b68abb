"""Metadata of what going back will ask for: the more versions were tried, the more."""

from __future__ import annotations

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

    def note(self, candidate: Candidate, candidates: Sequence[Candidate]) -> None:
        """Take notice that a candidate is tried, out of all those of its project."""
        tried = self._tried.setdefault(candidate.name, set())
        tried.add(candidate.version)
        if len(tried) > 1:  # the first one most often does
            for each in next_versions(candidates, candidate, min(len(tried), MOST)):
                self._metadata.start(each)


def next_versions(
    candidates: Sequence[Candidate], after: Candidate, count: int
) -> Sequence[Candidate]:
    """Return the wheels of the next older versions, one for each version."""
    best: dict[Version, Candidate] = {}
    for each in candidates:
        if each.is_wheel and each.file.yanked is None and each.version < after.version:
            best.setdefault(each.version, each)
    return list(best.values())[:count]
