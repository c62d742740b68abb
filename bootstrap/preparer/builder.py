"""What turns sources into metadata and wheels: implemented by the build room."""

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
    """A wheel made from a source, and where that came from."""

    wheel: VerifiedWheel
    direct_url: Mapping[str, Any] | None = None
    """The content of direct_url.json (PEP 610), for direct references only."""


class Builder(Protocol):
    """Builds what has no wheel, for the target."""

    @property
    def suits_target(self) -> bool:
        """Whether a source is worth being a candidate: the target can run a build."""
        ...

    def metadata(self, candidate: Candidate) -> Metadata:
        """Return a source distribution's metadata, building as little as can be."""
        ...

    def wheel(self, candidate: Candidate, expected: Hashes) -> Built:
        """Build a wheel from a source whose hashes are as expected."""
        ...

    def direct_url(self, candidate: Candidate) -> Mapping[str, Any]:
        """Return direct_url.json's content (PEP 610) for a candidate of `reference`."""
        ...

    def reference(self, requirement: InputRequirement) -> Candidate:
        """Return the candidate of a direct reference to a source: archive, directory, VCS."""
        ...

    def keep(self) -> None:
        """Let what was put into the environment for builds in place stay, whatever comes."""
        ...


class NoBuilderError(BootstrapError):
    """Only sources are there, and nothing here can build them."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(
            f"{what} is a source and not a wheel, and sources cannot be built here.",
            hint="Name a wheel, or build one elsewhere (pip wheel) and name its directory with "
            "--find-links.",
        )
