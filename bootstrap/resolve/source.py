"""Where candidates and their metadata come from: the resolver's only door to the outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from bootstrap._vendor.packaging.specifiers import SpecifierSet
from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.errors import BootstrapError
from bootstrap.index.candidate import Candidate, RejectedFile
from bootstrap.index.metadata import Metadata
from bootstrap.resolve.requirement import UserRequirement


class CandidateSource(Protocol):
    """Knows what could be installed; implemented by the preparer."""

    def candidates(self, name: NormalizedName) -> Sequence[Candidate]:
        """Return all candidates the target can use, best first (version, then file)."""
        ...

    def rejected(self, name: NormalizedName) -> Sequence[RejectedFile]:
        """Return the files the target cannot use, and why; asked for only when it matters."""
        ...

    def metadata(self, candidate: Candidate) -> Metadata:
        """Return a candidate's metadata, fetched in the cheapest way.

        Raises `UnusableCandidateError` where another candidate may do instead.
        """
        ...

    def direct(self, requirement: UserRequirement) -> Candidate:
        """Return the one candidate a direct reference names (PEP 508 URL, path, file: URL)."""
        ...

    def prefetch(self, wanted: Mapping[NormalizedName, SpecifierSet]) -> None:
        """Hear which projects will be asked for soon; must return at once and never raise."""
        ...

    def elsewhere(self) -> str | None:
        """Return what to do for more than was looked at; None where nothing was held back."""
        ...

    def locations(self) -> Sequence[str]:
        """Return where is looked, in words fit for a message (no credentials)."""
        ...


class UnusableCandidateError(BootstrapError):
    """One candidate cannot be used, though others of its project may be."""
