"""Looking ahead: what likely candidates require is fetched before the search comes to it.

The search asks for one project after another. With 30 ms to the index it waited for most of them:
1.3 s for poetry's tree, whose longest chain of dependencies takes 0.3 s.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from bootstrap._vendor.packaging.markers import InvalidMarker
from bootstrap._vendor.packaging.specifiers import SpecifierSet
from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap.dataclasses import dataclass, field
from bootstrap.formats.specifiers import is_true
from bootstrap.metadata.core import Metadata
from bootstrap.resolve.model import Constraint, ResolverRequirement
from bootstrap.resolve.source import CandidateSource


@dataclass
class LookAhead:
    """Lets the source prefetch for requirements, and for what their likely candidates require.

    That is followed in the source's threads, once for each project, and without what is installed:
    the search knows better what becomes of that. Nothing here decides anything.
    """

    source: CandidateSource
    installed: Collection[NormalizedName]
    constraint: Callable[[NormalizedName], Constraint]
    markers: Mapping[str, str]
    follows: bool = True
    """Whether to look any further than the requirements that the search has met."""
    _limits: dict[NormalizedName, SpecifierSet] = field(default_factory=dict)
    """What the user's requirements allow: the others will have to fit them."""
    _extras: dict[NormalizedName, frozenset[str]] = field(default_factory=dict)
    _followed: set[NormalizedName] = field(default_factory=set)

    def limit(self, requirements: Iterable[ResolverRequirement]) -> None:
        """Take requirements that hold for the whole search; the user's before any prefetching."""
        for requirement in requirements:
            name = requirement.identifier.name
            self._limits[name] = self._limit(name) & requirement.specifier
            if requirement.fixed_candidate is not None:
                self._followed.add(name)

    def prefetch(self, requirements: Iterable[ResolverRequirement]) -> None:
        """Start to fetch what these requirements will need."""
        wanted: dict[NormalizedName, SpecifierSet] = {}
        for requirement in requirements:
            name, extra = requirement.identifier
            wanted[name] = requirement.specifier & self._limit(name)
            self._add_extras(name, {extra} - {""})
        if wanted:
            self.source.prefetch(wanted, self._follow)

    def stop(self) -> None:
        """Follow nothing any more."""
        self.follows = False

    def _follow(self, metadata: Metadata) -> None:
        """Prefetch what a candidate requires, which is likely to be chosen; in another thread."""
        if not self.follows or metadata.name in self._followed:
            return
        self._followed.add(metadata.name)
        extras = ("", *self._extras.get(metadata.name, ()))
        wanted: dict[NormalizedName, SpecifierSet] = {}
        for requirement in metadata.requires:
            name = canonicalize_name(requirement.name)
            if requirement.url is not None or name in self.installed or name in self._followed:
                continue
            try:
                applies = any(is_true(requirement.marker, self.markers, each) for each in extras)
            except InvalidMarker:
                continue  # the search will say so
            if applies and not self.constraint(name).sources:
                self._add_extras(name, map(canonicalize_name, requirement.extras))
                wanted[name] = wanted.get(name, self._limit(name)) & requirement.specifier
        if wanted and self.follows:
            self.source.prefetch(wanted, self._follow)

    def _limit(self, name: NormalizedName) -> SpecifierSet:
        return self._limits.get(name, self.constraint(name).specifier)

    def _add_extras(self, name: NormalizedName, extras: Iterable[str]) -> None:
        self._extras[name] = self._extras.get(name, frozenset()).union(extras)
