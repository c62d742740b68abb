"""Where candidates and their metadata come from: the resolver's only door to the outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from bootstrap._vendor.packaging.specifiers import SpecifierSet
from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.errors import BootstrapError
from bootstrap.index.candidate import Candidate, RejectedFile
from bootstrap.metadata.core import Metadata
from bootstrap.resolve.requirement import InputRequirement


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

    def direct(self, requirement: InputRequirement) -> Candidate:
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


# FOLDED from bootstrap/resolve/recall.py
NEW_IN_A_TRIAL = 60
"""How many candidates' metadata one trial may ask for: somebody waits for the message."""


class UnknownMetadataError(BootstrapError):
    """A trial came to a source nobody has built yet, or to too many candidates."""

    def __init__(self, candidate: Candidate) -> None:
        self.candidate = candidate
        super().__init__(f"{candidate.file.filename} is more than a trial may look at.")


@dataclass(frozen=True)
class RecordingSource:
    """Passes on what it is asked, and remembers whose metadata are known."""

    source: CandidateSource
    known: set[Candidate] = field(default_factory=set)
    is_trial: bool = False
    """Whether to refuse what takes long, or runs code that the user's words do not lead to."""
    fresh: set[Candidate] = field(default_factory=set)
    """What this trial was the first to ask for."""

    def on_trial(self) -> RecordingSource:
        """Return the same for trials."""
        return replace(self, is_trial=True, fresh=set())

    def candidates(self, name: NormalizedName) -> Sequence[Candidate]:
        """Return all candidates."""
        return self.source.candidates(name)

    def rejected(self, name: NormalizedName) -> Sequence[RejectedFile]:
        """Return the files the target cannot use."""
        return self.source.rejected(name)

    def metadata(self, candidate: Candidate) -> Metadata:
        """Return a candidate's metadata.

        Raises `UnknownMetadataError`, and what the source does.
        """
        if self.is_trial and candidate not in self.known:
            self.fresh.add(candidate)
            if not candidate.is_wheel or len(self.fresh) > NEW_IN_A_TRIAL:
                raise UnknownMetadataError(candidate)
        self.known.add(candidate)
        return self.source.metadata(candidate)

    def direct(self, requirement: InputRequirement) -> Candidate:
        """Return the candidate of a direct reference."""
        return self.source.direct(requirement)

    def prefetch(self, wanted: Mapping[NormalizedName, SpecifierSet]) -> None:
        """Pass on what will be wanted; trials may end soon."""
        if not self.is_trial:
            self.source.prefetch(wanted)

    def elsewhere(self) -> str | None:
        """Return what to do for more than was looked at."""
        return self.source.elsewhere()

    def locations(self) -> Sequence[str]:
        """Return where is looked."""
        return self.source.locations()
