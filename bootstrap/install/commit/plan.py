"""A plan: the steps of a commit, each in its turn.

New things come first, then packages change over (one instant each), then metadata, then scripts;
what is no longer wanted goes last. So a module is there before the script that imports it, and an
installer that is being replaced works at every instant.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field

from bootstrap.install.commit.steps import Step


@dataclass
class Plan:
    """Steps by their turn, and what has to be known of them."""

    made: list[Step] = field(default_factory=list)
    added: list[Step] = field(default_factory=list)
    replaced: list[Step] = field(default_factory=list)
    metadata: list[Step] = field(default_factory=list)
    scripts: list[Step] = field(default_factory=list)
    old_metadata: list[Step] = field(default_factory=list)
    removed: list[Step] = field(default_factory=list)
    dropped: list[Step] = field(default_factory=list)
    adopted: list[tuple[str, str]] = field(default_factory=list)
    """Nobody's files in a directory that is replaced, and where they are staged to stay."""
    in_the_way: dict[str, str] = field(default_factory=dict)
    """Files not ours that would be overwritten, and what is staged for their places."""
    new: set[str] = field(default_factory=set)
    """Paths that hold something new afterwards."""
    gone: set[str] = field(default_factory=set)
    """Paths whose whole content, as it is now, goes."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps in their order."""
        return (
            *self.made,
            *self.added,
            *self.replaced,
            *self.metadata,
            *self.scripts,
            *self.old_metadata,
            *self.removed,
            *self.dropped,
        )

    def is_gone(self, path: str) -> bool:
        """Whether a path goes, by itself or with a directory around it."""
        return any(each in self.gone for each in _upwards(path))

    def holds_new(self, directory: str) -> bool:
        """Whether anything new comes to lie below a directory."""
        prefix = directory + os.sep
        return any(path.startswith(prefix) for path in self.new)


def _upwards(path: str) -> Iterator[str]:
    yield path
    while (parent := os.path.dirname(path)) != path:
        yield parent
        path = parent
