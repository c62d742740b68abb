"""Find candidates and their metadata, and turn a resolution into verified wheels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from bootstrap._vendor.packaging.specifiers import SpecifierSet
from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.environment.model import TargetEnvironment
from bootstrap.index.candidate import Candidate, RejectedFile, RejectionReason
from bootstrap.index.candidates import Candidates
from bootstrap.index.finder import Finder
from bootstrap.install.model import WheelToInstall
from bootstrap.metadata.core import Metadata
from bootstrap.metadata.direct_url import direct_url_for_archive
from bootstrap.network.references import normalize_reference
from bootstrap.network.session import Session
from bootstrap.preparer.candidate_files import CandidateFiles
from bootstrap.preparer.direct_reference import is_wheel_reference, require_name, wheel_candidate
from bootstrap.preparer.prefetch import BatchPrefetcher, Prefetcher, SharedMetadata
from bootstrap.preparer.wheels import (
    DownloadInfo,
    NoBuilderError,
    UnexpectedMetadataError,
    WheelBuilder,
    built_wheel,
    expected_hashes,
    fetched_wheel,
)
from bootstrap.resolve.project_candidates import ProjectCandidates
from bootstrap.resolve.requirement import InputRequirement, Resolution, Resolved
from bootstrap.ui import Ui
from bootstrap.waiting import in_order_of_arrival

if TYPE_CHECKING:
    from typing_extensions import Self


Likely = tuple[NormalizedName, SpecifierSet, Callable[[Metadata], None]]
"""What is wanted of a project, and what to do with the metadata of its best candidate."""


class Preparer:
    """The `CandidateSource` of real runs; it prefetches in the background.

    :param builder: builds candidates that have no wheel; None: only wheels are candidates
    :param depth: how many builds wait for the wheels of this preparer
    :param source_hint: what to do where a project is not found; None where all indexes are asked
    :param fetches_early: whether wheels are fetched while others are chosen, since most of them
        will be installed
    :param shared: the metadata that preparers for other targets have read
    """

    def __init__(
        self,
        session: Session,
        finder: Finder,
        target: TargetEnvironment,
        ui: Ui,
        builder: WheelBuilder | None = None,
        *,
        depth: int = 0,
        source_hint: str | None = None,
        fetches_early: bool = False,
        shared: SharedMetadata | None = None,
    ) -> None:
        self._session = session
        self._finder = finder
        self._target = target
        self._builder = builder
        self._source_hint = source_hint
        # Work must not wait for work of its own kind, and a build waits for its requirements.
        self._kind = f"wheels {depth}" if depth else "wheels"
        self._direct: dict[str, list[Candidate]] = {}
        self._candidates: dict[NormalizedName, Candidates] = {}
        self._files = CandidateFiles(session, ui, builder)
        self._shared = shared or SharedMetadata()
        self._metadata = Prefetcher("metadata", self._find_metadata, session)
        self._older = BatchPrefetcher(self._metadata)
        self._likely = Prefetcher("likely candidates", self._fetch_likely, session)
        self._fetches_early = fetches_early

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop_prefetching()

    def stop_prefetching(self) -> None:
        """Start no further work that nobody has asked for."""
        self._likely.stop()
        self._files.stop_prefetching()
        self._metadata.stop()

    # For the resolver (`CandidateSource`)

    def candidates(self, name: NormalizedName) -> Candidates:
        """Return all candidates the target can use, best first."""
        if name not in self._candidates:
            found = self._finder.candidates(name)
            usable = found if self._can_build else found.only(lambda each: each.is_wheel)
            self._candidates[name] = usable
        return self._candidates[name]

    def rejected_files(self, name: NormalizedName) -> Sequence[RejectedFile]:
        """Return the files the target cannot use, and why."""
        found = tuple(self._finder.rejected_files(name))
        if self._can_build:
            return found
        return found + tuple(
            RejectedFile(
                source.file, source.version, RejectionReason.UNSUPPORTED, "a source distribution"
            )
            for source in self._finder.candidates(name)
            if not source.is_wheel
        )

    def metadata(self, candidate: Candidate) -> Metadata:
        """Return a candidate's metadata: from the index (PEP 658), else from the file itself.

        Raises `UnusableCandidateError`, network errors.
        """
        if self._finder.is_remote and not candidate.is_direct:
            is_first = self._older.version_tried(candidate, self.candidates(candidate.name))
            if is_first and self._fetches_early:
                self._files.start_early(candidate)
        return self._metadata(candidate)

    def direct_candidate(self, requirement: InputRequirement) -> Candidate:
        """Return the candidate of a direct reference: one for all spellings of its URL.

        Other hashes than those of the first spelling make another candidate, as in pip. Raises
        `NoBuilderError`, `UnsuitableWheelError`, `WrongReferenceError`.
        """
        url, hashes = normalize_reference(requirement.url or ""), requirement.hashes
        known = self._direct.setdefault(url, [])
        for candidate in known:
            if not hashes or hashes == candidate.file.hashes:
                require_name(requirement, candidate)
                return candidate
        if is_wheel_reference(requirement):
            known.append(wheel_candidate(requirement, self._target))
        elif self._builder is None:
            raise NoBuilderError(f"{requirement.text} ({requirement.origin})")
        else:
            known.append(self._builder.reference(requirement))
        return known[-1]

    def prefetch(
        self,
        wanted: Mapping[NormalizedName, SpecifierSet],
        follow: Callable[[Metadata], None],
    ) -> None:
        """Start to fetch pages, and the metadata of the candidates likely to be chosen."""
        if self._finder.is_remote:
            self._session.expect_more()
            self._finder.prefetch(wanted)
            for name, specifier in wanted.items():
                if not self._older.is_searching(name):
                    self._likely.start((name, specifier, follow))

    def source_hint(self) -> str | None:
        """Return what to do where a project is not found; None where all indexes are asked."""
        return self._source_hint

    def locations(self, name: NormalizedName) -> Sequence[str]:
        """Return the locations searched for a project, without credentials."""
        return self._finder.locations(name)

    def warn_about_overlaps(self, chosen: Iterable[Candidate]) -> None:
        """Warn of what was chosen from an extra index although the main one has the project."""
        self._finder.warn_about_overlaps(chosen)

    # For the workflow

    def newest_seen(self, names: Iterable[NormalizedName]) -> dict[NormalizedName, Version]:
        """Return the newest release of each project whose page was fetched."""
        return self._finder.newest_seen(names)

    def forget_pages(self, resolution: Resolution) -> None:
        """Give the memory of pages back, once all is chosen, unless builds may need more of them.

        Installing takes as much: jupyterlab's tree took 106 MB with its pages, and 92 without.
        """
        if all(each.candidate and each.candidate.is_wheel for each in resolution.to_install):
            self.stop_prefetching()
            self._likely.forget()  # each key leads to the search, and to its candidates
            self._candidates.clear()
            self._finder.forget_pages()

    def wheels(self, resolution: Resolution) -> tuple[WheelToInstall, ...]:
        """Return every wheel to install, fetched and verified, dependencies first."""
        order = {resolved.name: n for n, resolved in enumerate(resolution.distributions)}
        found = sorted(self.iter_wheels(resolution), key=lambda pair: order[pair[0]])
        return tuple(wheel for _, wheel in found)

    def iter_wheels(
        self, resolution: Resolution
    ) -> Iterator[tuple[NormalizedName, WheelToInstall]]:
        """Yield the wheels to install with their names, in the order in which they arrive.

        Raises `HashMismatchError`, `UnexpectedMetadataError`, network errors.
        """
        self.stop_prefetching()
        if len(resolution.to_install) == 1:  # one wheel needs no thread
            yield self._prepare(resolution.to_install[0])
            return
        futures = [
            self._session.submit(self._kind, self._prepare, resolved)
            for resolved in resolution.to_install
        ]
        try:
            yield from in_order_of_arrival(futures)
        finally:
            for future in futures:
                future.cancel()

    def wheel(self, resolved: Resolved) -> WheelToInstall:
        """Return one wheel, fetched or built. Raises as `iter_wheels` does."""
        return self._prepare(resolved)[1]

    def download_info(self, resolution: Resolution) -> tuple[DownloadInfo, ...]:
        """Return where each distribution to install comes from, and its metadata.

        A file without a known hash is fetched for it. Raises as `iter_wheels` does.
        """
        return tuple(self._session.in_parallel(self._download_info, resolution.to_install))

    def _download_info(self, resolved: Resolved) -> DownloadInfo:
        candidate = resolved.candidate
        assert candidate is not None  # noqa: S101  # it is to be installed
        content = self._metadata(candidate).content
        if candidate.is_direct and not candidate.is_wheel:
            return DownloadInfo(
                resolved, self._files.require_builder(candidate).direct_url(candidate), content
            )
        expected = expected_hashes(candidate, resolved)
        known = expected.allowed.get("sha256", frozenset())
        sha256 = min(known) if len(known) == 1 else self._files.wheel(candidate, expected).sha256
        return DownloadInfo(resolved, direct_url_for_archive(candidate.file.url, sha256), content)

    def _prepare(self, resolved: Resolved) -> tuple[NormalizedName, WheelToInstall]:
        candidate = resolved.candidate
        assert candidate is not None  # noqa: S101  # it is to be installed
        expected = expected_hashes(candidate, resolved)
        if candidate.is_wheel:
            wheel = self._files.wheel(candidate, expected)
            expected_metadata = self._metadata(candidate) if self._metadata.has(candidate) else None
            try:
                return resolved.name, fetched_wheel(wheel, candidate, resolved, expected_metadata)
            except UnexpectedMetadataError:
                self._files.forget_partial(candidate)
                raise
        built = self._files.require_builder(candidate).wheel(candidate, expected)
        return resolved.name, built_wheel(built, resolved, self.metadata(candidate))

    def _fetch_likely(self, wanted: Likely) -> None:
        name, limit, follow = wanted
        candidates = ProjectCandidates(self.candidates(name))
        likely = next(candidates.find_eligible([limit]), None)
        if likely is not None and likely.is_wheel:  # a source's code runs only if it is chosen
            follow(self._metadata(likely))

    def _find_metadata(self, candidate: Candidate) -> Metadata:
        def read() -> Metadata:
            return self._files.metadata(candidate, is_likely=self._older.is_likely(candidate))

        return self._shared.get(candidate.identity, read)

    @property
    def _can_build(self) -> bool:
        return self._builder is not None and self._builder.suits_target
