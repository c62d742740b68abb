"""The candidates of one project, best first; those of a version are made when it is looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import groupby
from operator import attrgetter

from bootstrap._vendor.packaging.version import Version
from bootstrap.index.candidate import Candidate


class Candidates:
    """The candidates of one project in groups of one version each.

    A project may have thousands of files, of which only those of few versions matter: parsing the
    others took a quarter of the time that it took to resolve jupyterlab. Threads may share it.

    :param versions: of each group, best first; by `--prefer-binary` a version may have two groups
    :param make: returns the candidates of the group at a position, best first; maybe none
    """

    def __init__(
        self, versions: Sequence[Version], make: Callable[[int], Iterable[Candidate]]
    ) -> None:
        self.versions = versions
        self._make = make
        self._made: dict[int, tuple[Candidate, ...]] = {}

    @classmethod
    def of(cls, candidates: Iterable[Candidate]) -> Candidates:
        """Return candidates that are made already, best first."""
        groups = [tuple(group) for _, group in groupby(candidates, attrgetter("version"))]
        return cls([group[0].version for group in groups], groups.__getitem__)

    def __iter__(self) -> Iterator[Candidate]:
        for position in range(len(self.versions)):
            yield from self.at(position)

    def at(self, position: int) -> tuple[Candidate, ...]:
        """Return the candidates of one group."""
        made = self._made.get(position)
        if made is None:
            made = self._made.setdefault(position, tuple(self._make(position)))
        return made

    @cached_property
    def positions(self) -> Mapping[Version, Sequence[int]]:
        """The positions of the groups of each version."""
        positions: dict[Version, list[int]] = {}
        for position, version in enumerate(self.versions):
            positions.setdefault(version, []).append(position)
        return positions

    @cached_property
    def ascending(self) -> Sequence[Version]:
        """All versions, once each, the oldest first."""
        return sorted(self.positions)

    def of_version(self, version: Version) -> Iterator[Candidate]:
        """Yield the candidates of one version, best first."""
        for position in self.positions.get(version, ()):
            yield from self.at(position)

    def only(self, accepts: Callable[[Candidate], bool]) -> Candidates:
        """Return those that a function accepts."""
        return Candidates(self.versions, lambda position: filter(accepts, self.at(position)))
