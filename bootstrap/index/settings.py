"""What the index room wants to be told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from bootstrap.location import Location


class IndexStrategy(Enum):
    """How several indexes are weighed."""

    BEST = "best"
    """pip's rule: the best version, wherever it lies."""
    FIRST = "first"
    """The first index that knows the project: a protection against dependency confusion."""


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
    """Where candidates may come from, and which are welcome."""

    index_urls: tuple[Location, ...] = ()
    """The main index first, then the extra ones; none with `--no-index`."""
    find_links: tuple[Location, ...] = ()
    """Local directories, files, file: URLs or pages with links."""
    strategy: IndexStrategy = IndexStrategy.BEST
    shared_names: frozenset[str] = frozenset()
    """Normalised names that may be served by unrelated indexes (PEP 708's way out)."""
    formats: FormatControl = field(default_factory=FormatControl)
    prefer_binary: bool = False
    uploaded_prior_to: datetime | None = None
