"""The bundled wheel as a candidate: what there is when no index can be asked."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from bootstrap._bundled import BundledWheel
from bootstrap._vendor.packaging.specifiers import SpecifierSet
from bootstrap._vendor.packaging.utils import NormalizedName, parse_wheel_filename
from bootstrap._vendor.packaging.version import Version
from bootstrap.index.candidate import Candidate, DistributionFile, RejectedFile
from bootstrap.install.model import WheelToInstall
from bootstrap.metadata.core import Metadata, parse_metadata
from bootstrap.metadata.direct_url import direct_url_for_archive
from bootstrap.metadata.wheel import read_metadata
from bootstrap.preparer.preparer import Preparer
from bootstrap.preparer.wheels import DownloadInfo, expected_hashes, to_install
from bootstrap.resolve.requirement import InputRequirement, Resolution, Resolved
from bootstrap.trust.hashes import Hashes, verified_bytes

_SCHEME = "bundled:"


def is_bundled(candidate: Candidate) -> bool:
    """Say whether a candidate is the bundled wheel."""
    return candidate.file.url.startswith(_SCHEME)


class BundledPreparer:
    """Offers the bundled wheel besides what another preparer knows, and reaches nothing itself.

    :param beside: a preparer over the run's other places: maybe only `--find-links`
    :param elsewhere: what to do for more than that; None where indexes are looked at, too
    """

    def __init__(
        self, bundled: BundledWheel, beside: Preparer, elsewhere: str | None = None
    ) -> None:
        self._bundled = bundled
        self._beside = beside
        self._elsewhere = elsewhere

    @cached_property
    def candidate(self) -> Candidate:
        """The bundled wheel."""
        name, version, build, _ = parse_wheel_filename(self._bundled.filename)
        hashes = Hashes.of([("sha256", self._bundled.sha256)])
        file = DistributionFile(
            self._bundled.filename, f"{_SCHEME}{self._bundled.filename}", hashes
        )
        return Candidate(name, version, file, is_wheel=True, build=build)

    def candidates(self, name: NormalizedName) -> Sequence[Candidate]:
        """Return the bundled wheel among the others, each in its place."""
        others = self._beside.candidates(name)
        if name != self.candidate.name:
            return others
        return sorted((*others, self.candidate), key=lambda each: each.version, reverse=True)

    def rejected(self, name: NormalizedName) -> Sequence[RejectedFile]:
        """Return what the other preparer rejects."""
        return self._beside.rejected(name)

    def metadata(self, candidate: Candidate) -> Metadata:
        """Return a candidate's metadata."""
        if candidate is self.candidate:
            return self._metadata
        return self._beside.metadata(candidate)

    def direct(self, requirement: InputRequirement) -> Candidate:
        """Return the candidate of a direct reference; a local one may do."""
        return self._beside.direct(requirement)

    def prefetch(self, wanted: Mapping[NormalizedName, SpecifierSet]) -> None:
        """Let the other preparer look ahead."""
        self._beside.prefetch(wanted)

    def newest_seen(self, names: Iterable[NormalizedName]) -> dict[NormalizedName, Version]:
        """Return the newest release of each project that the other preparer happened to see."""
        return self._beside.newest_seen(names)

    def elsewhere(self) -> str | None:
        """Return what to do for more than was looked at."""
        return self._elsewhere

    def locations(self) -> Sequence[str]:
        """Return where is looked."""
        return (*self._beside.locations(), f"the bundled {self._bundled.filename}")

    def wheels(self, resolution: Resolution) -> tuple[WheelToInstall, ...]:
        """Return every wheel to install, verified, dependencies first."""
        return tuple(wheel for _, wheel in self.iter_wheels(resolution))

    def iter_wheels(
        self, resolution: Resolution
    ) -> Iterator[tuple[NormalizedName, WheelToInstall]]:
        """Yield the wheels to install, each with its name."""
        for each in resolution.to_install:
            if each.candidate is self.candidate:
                yield each.name, self._verified(each)
            else:
                yield from self._beside.iter_wheels(Resolution((each,)))

    def download_info(self, resolution: Resolution) -> tuple[DownloadInfo, ...]:
        """Return where each that is to be installed comes from, and its metadata."""
        return tuple(one for each in resolution.to_install for one in self._download_info(each))

    def keep(self) -> None:
        """Let what the other preparer's builds put into the environment stay."""
        self._beside.keep()

    def _download_info(self, resolved: Resolved) -> tuple[DownloadInfo, ...]:
        if resolved.candidate is not self.candidate:
            return self._beside.download_info(Resolution((resolved,)))
        origin = direct_url_for_archive(self.candidate.file.url, self._bundled.sha256)
        return (DownloadInfo(resolved, origin, self._metadata.content),)

    @cached_property
    def _metadata(self) -> Metadata:
        filename = self._bundled.filename
        return parse_metadata(read_metadata(io.BytesIO(self._bundled.read()), filename), filename)

    def _verified(self, resolved: Resolved) -> WheelToInstall:
        expected = expected_hashes(self.candidate, resolved)
        wheel = verified_bytes(self._bundled.read(), self._bundled.filename, expected)
        return to_install(wheel, self.candidate, resolved, self._metadata)
