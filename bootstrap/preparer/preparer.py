"""The preparer: knows what could be installed, and turns what was chosen into verified wheels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import as_completed
from types import TracebackType
from typing import TYPE_CHECKING

from bootstrap._vendor.packaging.specifiers import SpecifierSet
from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.environment.model import TargetEnvironment
from bootstrap.index.candidate import Candidate, Reason, RejectedFile
from bootstrap.index.finder import Finder
from bootstrap.index.metadata import fetch_metadata
from bootstrap.install.model import WheelToInstall
from bootstrap.metadata.core import Metadata, MetadataError, parse_metadata
from bootstrap.metadata.direct_url import direct_url_for_archive
from bootstrap.metadata.wheel import MalformedWheelError, read_metadata
from bootstrap.network.session import Session
from bootstrap.preparer.builder import Builder, NoBuilderError
from bootstrap.preparer.direct_reference import is_wheel_reference, wheel_candidate
from bootstrap.preparer.lazy_wheel import read_remote_metadata
from bootstrap.preparer.prefetch import Foresight, Lookahead
from bootstrap.preparer.wheels import (
    DownloadInfo,
    built_to_install,
    expected_hashes,
    fetch,
    to_install,
)
from bootstrap.resolve.requirement import InputRequirement, Resolution, Resolved
from bootstrap.resolve.source import UnusableCandidateError
from bootstrap.ui import Ui

if TYPE_CHECKING:
    from typing_extensions import Self


class Preparer:
    """The `CandidateSource` of real runs; looks ahead in the background.

    :param builder: builds what has no wheel; without one, only wheels are candidates
    :param depth: how many builds wait for what this one prepares
    """

    def __init__(
        self,
        session: Session,
        finder: Finder,
        target: TargetEnvironment,
        ui: Ui,
        builder: Builder | None = None,
        *,
        depth: int = 0,
    ) -> None:
        self._session = session
        self._finder = finder
        self._target = target
        self._ui = ui
        self._builder = builder
        # Work may not wait for its own kind, and a build waits for what it requires.
        self._kind = f"wheels {depth}" if depth else "wheels"
        self._direct: dict[str, Candidate] = {}
        self._metadata = Lookahead("metadata", self._fetch_metadata, session)
        self._foresight = Foresight(self._metadata)
        self._likely = Lookahead("likely candidates", self._fetch_likely, session)
        self._is_remote = finder.is_remote

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop_looking_ahead()

    def stop_looking_ahead(self) -> None:
        """Begin nothing more of what nobody asked for yet."""
        self._likely.stop()
        self._metadata.stop()

    # What the resolver asks (CandidateSource)

    def candidates(self, name: NormalizedName) -> Sequence[Candidate]:
        """Return all candidates the target can use, best first."""
        found = self._finder.candidates(name)
        return found if self._builds else tuple(each for each in found if each.is_wheel)

    def rejected(self, name: NormalizedName) -> Sequence[RejectedFile]:
        """Return the files the target cannot use, and why."""
        found = tuple(self._finder.rejected(name))
        if self._builds:
            return found
        return found + tuple(
            RejectedFile(each.file, each.version, Reason.UNSUPPORTED, "a source distribution")
            for each in self._finder.candidates(name)
            if not each.is_wheel
        )

    def metadata(self, candidate: Candidate) -> Metadata:
        """Return a candidate's metadata: PEP 658, else from the file itself.

        Raises `UnusableCandidateError`, network errors.
        """
        if self._is_remote and not candidate.is_direct:
            self._foresight.note(candidate, self.candidates(candidate.name))
        return self._metadata(candidate)

    def direct(self, requirement: InputRequirement) -> Candidate:
        """Return the one candidate a direct reference names.

        Raises `NoBuilderError`, `UnsuitableWheelError`, `WrongReferenceError`.
        """
        url = requirement.url or ""
        if url not in self._direct:
            self._direct[url] = self._read_reference(requirement)
        return self._direct[url]

    def prefetch(self, wanted: Mapping[NormalizedName, SpecifierSet]) -> None:
        """Begin to fetch pages, and the metadata of what will likely be chosen from them."""
        if self._is_remote:
            self._finder.prefetch(wanted)
            for each in wanted.items():
                self._likely.start(each)

    def elsewhere(self) -> str | None:
        """Return None: every place that was given is looked at."""
        return None

    def locations(self) -> Sequence[str]:
        """Return where is looked, without credentials."""
        return self._finder.locations()

    # What the workflow asks

    def newest_seen(self, names: Iterable[NormalizedName]) -> dict[NormalizedName, Version]:
        """Return the newest release of each project that the run happened to see."""
        return self._finder.newest_seen(names)

    def wheels(self, resolution: Resolution) -> tuple[WheelToInstall, ...]:
        """Return every wheel to install, fetched and verified, dependencies first."""
        order = {each.name: place for place, each in enumerate(resolution.distributions)}
        found = sorted(self.iter_wheels(resolution), key=lambda pair: order[pair[0]])
        return tuple(wheel for _, wheel in found)

    def iter_wheels(
        self, resolution: Resolution
    ) -> Iterator[tuple[NormalizedName, WheelToInstall]]:
        """Yield the wheels to install, each with its name, as they arrive.

        Raises `HashMismatchError`, `MalformedWheelError`, network errors.
        """
        self.stop_looking_ahead()
        begun = [
            self._session.begin(self._kind, self._prepared, each) for each in resolution.to_install
        ]
        try:
            for each in as_completed(begun):
                yield each.result()
        finally:
            for each in begun:
                each.cancel()

    def download_info(self, resolution: Resolution) -> tuple[DownloadInfo, ...]:
        """Return where each that is to be installed comes from, and its metadata.

        What has no hash yet is fetched for it. Raises as `iter_wheels` does.
        """
        return tuple(self._session.in_parallel(self._download_info, resolution.to_install))

    def keep(self) -> None:
        """Let what builds put into the environment stay: what was built there is installed."""
        if self._builder is not None:
            self._builder.keep()

    def _download_info(self, resolved: Resolved) -> DownloadInfo:
        candidate = resolved.candidate
        assert candidate is not None  # noqa: S101  # only what is to be installed comes here
        content = self._metadata(candidate).content
        if candidate.is_direct and not candidate.is_wheel:
            return DownloadInfo(resolved, self._building(candidate).direct_url(candidate), content)
        expected = expected_hashes(candidate, resolved)
        known = expected.allowed.get("sha256", frozenset())
        sha256 = min(known) if len(known) == 1 else fetch(candidate, expected, self._session).sha256
        return DownloadInfo(resolved, direct_url_for_archive(candidate.file.url, sha256), content)

    def _prepared(self, resolved: Resolved) -> tuple[NormalizedName, WheelToInstall]:
        candidate = resolved.candidate
        assert candidate is not None  # noqa: S101  # only what is to be installed comes here
        expected = expected_hashes(candidate, resolved)
        if candidate.is_wheel:
            wheel = fetch(candidate, expected, self._session)
            promised = self._metadata(candidate) if self._metadata.has(candidate) else None
            return resolved.name, to_install(wheel, candidate, resolved, promised)
        built = self._building(candidate).wheel(candidate, expected)
        return resolved.name, built_to_install(built, resolved, self.metadata(candidate))

    def _read_reference(self, requirement: InputRequirement) -> Candidate:
        if is_wheel_reference(requirement):
            return wheel_candidate(requirement, self._target)
        if self._builder is None:
            raise NoBuilderError(f"{requirement.text} ({requirement.origin})")
        return self._builder.reference(requirement)

    def _fetch_likely(self, wanted: tuple[NormalizedName, SpecifierSet]) -> None:
        name, limit = wanted
        sound = [each for each in self.candidates(name) if each.file.yanked is None]
        likely = next(iter(limit.filter(sound, key=lambda each: each.version)), None)
        if likely is not None and likely.is_wheel:  # a source's code runs only where it is chosen
            self._metadata(likely)

    def _fetch_metadata(self, candidate: Candidate) -> Metadata:
        try:
            found = self._offered_metadata(candidate) or self._own_metadata(candidate)
        except (MalformedWheelError, MetadataError) as error:
            raise UnusableCandidateError(str(error), hint=error.hint) from error
        if (found.name, found.version) != (candidate.name, candidate.version):
            raise UnusableCandidateError(
                f"{candidate.file.filename} says that it is {found.name} {found.version}"
            )
        return found

    def _offered_metadata(self, candidate: Candidate) -> Metadata | None:
        """Return what the index shows of a wheel; a source's PKG-INFO need not hold."""
        if not candidate.is_wheel:
            return None
        return fetch_metadata(candidate, self._session, self._ui)

    def _own_metadata(self, candidate: Candidate) -> Metadata:
        if not candidate.is_wheel:
            return self._building(candidate).metadata(candidate)
        filename = candidate.file.filename
        content = read_remote_metadata(candidate.file, self._session)
        if content is None:
            with fetch(candidate, candidate.file.hashes, self._session).open() as stream:
                content = read_metadata(stream, filename)
        return parse_metadata(content, filename, self._ui)

    @property
    def _builds(self) -> bool:
        return self._builder is not None and self._builder.suits_target

    def _building(self, candidate: Candidate) -> Builder:
        if self._builder is None:
            raise NoBuilderError(candidate.file.filename)
        return self._builder
