"""Where candidates and their metadata come from: the resolver's interface to everything else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from bootstrap._vendor.packaging.specifiers import SpecifierSet
from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.dataclasses import dataclass, field, replace
from bootstrap.errors import BootstrapError
from bootstrap.index.candidate import Candidate, RejectedFile
from bootstrap.index.candidates import Candidates
from bootstrap.metadata.core import Metadata
from bootstrap.resolve.requirement import InputRequirement


class UnusableCandidateError(BootstrapError):
    """One candidate cannot be used; others of its project may be.

    Causes: its metadata is invalid, or its build failed.

    Next: ask for another version:
        python3 get-installer.pyz --venv demo 'NAME<VERSION'
    """


class UnusableVersionError(UnusableCandidateError):
    """No file of a version can be used: the metadata of one is invalid, and they have the same.

    Causes: a file of this release has metadata that breaks the rules.

    Next: ask for another version, and tell the project:
        python3 get-installer.pyz --venv demo 'NAME<VERSION'

    As in pip, its source distribution is not built instead: the error of that build would hide the
    reason.
    """


class CandidateSource(Protocol):
    """What could be installed; implemented by the preparer."""

    def candidates(self, name: NormalizedName) -> Candidates:
        """Return all candidates of a project for the target, best first (version, then file)."""
        ...

    def rejected_files(self, name: NormalizedName) -> Sequence[RejectedFile]:
        """Return the files that the target cannot use, and why. Called to explain a failure."""
        ...

    def metadata(self, candidate: Candidate) -> Metadata:
        """Return a candidate's metadata, fetched in the cheapest way.

        Raises `UnusableCandidateError` where other candidates may be tried instead.
        """
        ...

    def direct_candidate(self, requirement: InputRequirement) -> Candidate:
        """Return the candidate of a direct reference (PEP 508 URL, path, file: URL)."""
        ...

    def prefetch(
        self,
        wanted: Mapping[NormalizedName, SpecifierSet],
        follow: Callable[[Metadata], None],
    ) -> None:
        """Start to fetch what is needed for some projects; returns at once, and never raises.

        :param follow: called in another thread with the metadata of each likely candidate; it may
            prefetch more
        """
        ...

    def source_hint(self) -> str | None:
        """Return how to search more sources; None where all were searched."""
        ...

    def locations(self, name: NormalizedName) -> Sequence[str]:
        """Return the locations searched for a project, without credentials, for messages."""
        ...

    def warn_about_overlaps(self, chosen: Iterable[Candidate]) -> None:
        """Warn of what was chosen from an extra index although the main one has the project."""
        ...


MAX_NEW_METADATA = 60
"""For how many candidates a trial may read metadata that was not read before. A trial resolves a
variation of a request in order to explain a failure, while the user waits for the message."""


class UnknownMetadataError(BootstrapError):
    """A trial needs the metadata of a source that was not built, or of too many candidates.

    Causes: to look for a way out of a conflict, too much would have to be built or fetched.

    Next: limit the versions of the projects in the message.
    """

    def __init__(self, candidate: Candidate) -> None:
        self.candidate = candidate
        super().__init__(f"The metadata of {candidate.file.filename} is not read in a trial.")


@dataclass(frozen=True)
class MetadataReader:
    """Reads metadata from a source, and records of which candidates, so that trials read little."""

    source: CandidateSource
    is_trial: bool = False
    """Whether to refuse what is slow or runs code that the request itself does not lead to."""
    known: set[Candidate] = field(default_factory=set)
    new: set[Candidate] = field(default_factory=set)
    """The candidates whose metadata this trial was the first to read."""

    def for_trial(self) -> MetadataReader:
        """Return the reader for one trial."""
        return replace(self, is_trial=True, new=set())

    def read(self, candidate: Candidate) -> Metadata:
        """Return a candidate's metadata.

        Raises `UnknownMetadataError`, and what the source raises.
        """
        if self.is_trial and candidate not in self.known:
            self.new.add(candidate)
            if not candidate.is_wheel or len(self.new) > MAX_NEW_METADATA:
                raise UnknownMetadataError(candidate)
        self.known.add(candidate)
        return self.source.metadata(candidate)
