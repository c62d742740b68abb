"""The interface of what builds wheels from sources: implemented by `SourceBuilder`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bootstrap.errors import BootstrapError
from bootstrap.index.candidate import Candidate
from bootstrap.metadata.core import Metadata
from bootstrap.resolve.requirement import InputRequirement
from bootstrap.trust.hashes import Hashes, VerifiedWheel


@dataclass(frozen=True)
class Built:
    """A wheel built from a source, and where the source came from."""

    wheel: VerifiedWheel
    direct_url: Mapping[str, Any] | None = None
    """The content of direct_url.json (PEP 610), for direct references only."""


class WheelBuilder(Protocol):
    """Builds sources for the target."""

    @property
    def suits_target(self) -> bool:
        """Whether the target can run a build, so that sources are candidates."""
        ...

    def metadata(self, candidate: Candidate) -> Metadata:
        """Return a source distribution's metadata, building as little as possible."""
        ...

    def wheel(self, candidate: Candidate, expected: Hashes) -> Built:
        """Build a wheel from a source that has the expected hashes."""
        ...

    def direct_url(self, candidate: Candidate) -> Mapping[str, Any]:
        """Return direct_url.json's content (PEP 610) for a candidate of `reference`."""
        ...

    def reference(self, requirement: InputRequirement) -> Candidate:
        """Return the candidate of a direct reference to an archive, directory or repository."""
        ...


class NoBuilderError(BootstrapError):
    """A source was named where only wheels can be installed."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(
            f"{what} is a source and not a wheel, and sources cannot be built here.",
            hint="Name a wheel, or build one elsewhere (pip wheel) and name its directory with "
            "--find-links.",
        )
