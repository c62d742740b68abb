"""The settings for finding candidates."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

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


def _covers(names: frozenset[str], others: frozenset[str], name: str) -> bool:
    return name in names or (":all:" in names and name not in others)


@dataclass(frozen=True)
class IndexSettings:
    """Where candidates may come from, and which files are allowed."""

    index_urls: tuple[Location, ...] = ()
    """The main index first, then the extra ones; empty with `--no-index`."""
    find_links: tuple[Location, ...] = ()
    """Local directories, files, file: URLs or pages with links."""
    strategy: IndexStrategy = IndexStrategy.BEST
    shared_names: frozenset[str] = frozenset()
    """Normalised names that unrelated indexes may have (an exception to PEP 708)."""
    formats: FormatControl = field(default_factory=FormatControl)
    prefer_binary: bool = False
    uploaded_prior_to: datetime | None = None
