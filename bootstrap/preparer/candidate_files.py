"""Fetch the files of candidates, each once, and read metadata from them."""

from __future__ import annotations

from typing import BinaryIO

from bootstrap.index.candidate import Candidate
from bootstrap.index.simple import fetch_metadata
from bootstrap.install.wheel_rules import WheelRefusedError
from bootstrap.metadata.core import Metadata, MetadataError, parse_metadata
from bootstrap.network.files import open_local_file
from bootstrap.network.session import Session
from bootstrap.preparer.lazy_wheel import LazyWheels
from bootstrap.preparer.prefetch import Prefetcher, is_fetched_early
from bootstrap.preparer.wheels import NoBuilderError, WheelBuilder, fetch
from bootstrap.resolve.source import UnusableCandidateError, UnusableVersionError
from bootstrap.trust.hashes import Hashes, VerifiedWheel
from bootstrap.ui import Ui


class CandidateFiles:
    """Fetches the files of candidates, and reads metadata from as little of them as possible.

    :param builder: builds candidates that have no wheel; None: only wheels are candidates
    """

    def __init__(self, session: Session, ui: Ui, builder: WheelBuilder | None) -> None:
        self._session = session
        self._ui = ui
        self._builder = builder
        self._fetched: dict[str, VerifiedWheel] = {}
        self._lazy_wheels = LazyWheels(session)
        self._early = Prefetcher("early wheels", self._fetch_early, session)

    def stop_prefetching(self) -> None:
        """Start no further wheel that nobody has asked for."""
        self._early.stop()

    def start_early(self, candidate: Candidate) -> None:
        """Fetch a wheel in the background before it is certain that it is installed, if allowed."""
        if is_fetched_early(candidate):
            self._early.start(candidate)

    def wheel(self, candidate: Candidate, expected: Hashes) -> VerifiedWheel:
        """Return a wheel; one that was fetched before is neither fetched nor hashed again.

        Raises `HashMismatchError`, network errors.
        """
        url = candidate.file.url
        known = self._fetched.get(url)
        if known is None and self._early.has(candidate):
            known = self._early(candidate)
        if known is not None and expected.is_met_by(known.sha256):
            return known
        wheel = fetch(candidate, expected, self._session)
        if candidate.file.bundled is None:
            self._fetched[url] = wheel
        return wheel

    def metadata(self, candidate: Candidate, *, is_likely: bool) -> Metadata:
        """Return a candidate's metadata: from the index (PEP 658), else from the file itself.

        Raises `UnusableCandidateError`, `UnusableVersionError`, network errors.

        :param is_likely: whether the candidate will probably be chosen, and its wheel installed
        """
        try:
            if candidate.is_wheel:
                offered = fetch_metadata(candidate, self._session, self._ui)
                found = offered or self._read_metadata(candidate, is_likely=is_likely)
            else:  # PKG-INFO need not hold for the wheel, also where an index offers it
                found = self.require_builder(candidate).metadata(candidate)
        except WheelRefusedError as error:
            raise UnusableCandidateError(str(error), hint=error.hint) from error
        except MetadataError as error:
            raise UnusableVersionError(str(error), hint=error.hint) from error
        if (found.name, found.version) != (candidate.name, candidate.version):
            raise UnusableCandidateError(
                f"The metadata of {candidate.file.filename} is of {found.name} {found.version}"
            )
        return found

    def forget_partial(self, candidate: Candidate) -> None:
        """Forget the part of a wheel that its metadata was read from: the whole differs."""
        self._lazy_wheels.forget(candidate)

    def require_builder(self, candidate: Candidate) -> WheelBuilder:
        """Return what builds a candidate without a wheel. Raises `NoBuilderError`."""
        if self._builder is None:
            raise NoBuilderError(candidate.file.filename)
        return self._builder

    def _fetch_early(self, candidate: Candidate) -> VerifiedWheel:
        return fetch(candidate, candidate.file.hashes, self._session)

    def _read_metadata(self, candidate: Candidate, *, is_likely: bool) -> Metadata:
        """Read METADATA from the wheel, of which only that part is fetched where possible."""
        file = candidate.file
        content = None
        if not file.bundled:
            content = self._lazy_wheels.read_metadata(candidate, is_likely=is_likely)
        if content is None:
            from bootstrap.install.wheel.wheel import read_metadata

            with self._open(candidate) as stream:
                content = read_metadata(stream, file.filename)
        return parse_metadata(content, file.filename, self._ui)

    def _open(self, candidate: Candidate) -> BinaryIO:
        """Open a wheel for its metadata, which the wheel to be installed is compared with."""
        file = candidate.file
        if file.bundled or file.hashes or file.is_remote:
            return self.wheel(candidate, file.hashes).open()
        return open_local_file(file.url)
