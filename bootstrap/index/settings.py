"""The settings for finding candidates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.dataclasses import dataclass, field, replace
from bootstrap.location import Location


class IndexStrategy(Enum):
    """Which of several indexes a project is taken from."""

    BEST = "best"
    """pip's rule: the best version of all indexes."""
    FIRST = "first"
    """The first index that has the project: protects against dependency confusion."""


@dataclass(frozen=True)
class FormatControl:
    """`--only-binary` and `--no-binary`; names are normalised, `:all:` is kept as it is."""

    only_binary: frozenset[str] = frozenset()
    no_binary: frozenset[str] = frozenset()

    def allows_sdist(self, name: str) -> bool:
        """Whether a source distribution of the project may be used."""
        return not _covers(self.only_binary, self.no_binary, name)

    def allows_wheel(self, name: str) -> bool:
        """Whether a wheel of the project may be used."""
        return not _covers(self.no_binary, self.only_binary, name)


@dataclass(frozen=True)
class ReleaseControl:
    """`--all-releases` and `--only-final`; names are normalised, `:all:` is kept as it is."""

    all_releases: frozenset[str] = frozenset()
    only_final: frozenset[str] = frozenset()

    def allows_pre(self, name: str) -> bool | None:
        """Whether pre-releases count like final releases; None: only where nothing else matches."""
        if _covers(self.all_releases, self.only_final, name):
            return True
        return False if _covers(self.only_final, self.all_releases, name) else None


PRE = ReleaseControl(frozenset({":all:"}))
"""`--pre`."""


def _covers(names: frozenset[str], others: frozenset[str], name: str) -> bool:
    return name in names or (":all:" in names and name not in others)


@dataclass(frozen=True)
class IndexSettings:
    """Where candidates may come from, and which files are allowed."""

    index_urls: tuple[Location, ...] = ()
    """The main index first, then the extra ones; empty with `--no-index`."""
    find_links: tuple[Location, ...] = ()
    """Local directories, files, file: URLs or pages with links."""
    index_for: Mapping[NormalizedName, Location] = field(default_factory=dict)
    """`--index-for`: the one location that a project's files are taken from."""
    strategy: IndexStrategy = IndexStrategy.BEST
    shared_names: frozenset[str] = frozenset()
    """Normalised names that unrelated indexes may have (an exception to PEP 708)."""
    ignored_statuses: frozenset[int] = frozenset()
    """HTTP status codes that mean, besides 404, that an index does not have a project."""
    formats: FormatControl = field(default_factory=FormatControl)
    prefer_binary: bool = False
    refresh: frozenset[str] = frozenset()
    """Projects (`:all:` for all) whose pages are not taken from a cache (`--refresh-package`)."""
    uploaded_prior_to: datetime | None = None

    @property
    def all_indexes(self) -> tuple[Location, ...]:
        """Every index that the user named, each URL once."""
        by_url = {index.url: index for index in (*self.index_urls, *self.index_for.values())}
        return tuple(by_url.values())

    def only_local(self) -> IndexSettings:
        """Return the settings without the locations that need the network."""
        return replace(
            self,
            index_urls=tuple(url for url in self.index_urls if not url.is_remote),
            find_links=tuple(link for link in self.find_links if not link.is_remote),
        )
