"""Evaluating one file for one target: a candidate, or why it is not one; and sorting candidates."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.dataclasses import dataclass
from bootstrap.environment.model import TargetEnvironment
from bootstrap.index.candidate import (
    Candidate,
    DistributionFile,
    RejectedFile,
    RejectionReason,
)
from bootstrap.index.candidates import Candidates
from bootstrap.index.filename import (
    WHEEL,
    FileFormat,
    ParsedName,
    find_version,
    parse_filename,
    parse_tags,
)
from bootstrap.index.page import FileEntry
from bootstrap.index.settings import IndexSettings
from bootstrap.network.urls import MalformedUrlError
from bootstrap.redaction import redact
from bootstrap.trust.digests import InvalidDigestError


@dataclass(frozen=True)
class Rejection:
    """Why an entry is not a candidate; its file is parsed only if a message needs it."""

    entry: FileEntry
    version: Version | None
    reason: RejectionReason
    detail: str = ""

    def parse(self) -> RejectedFile:
        """Return the rejected file; an invalid URL is kept as it is, and an invalid hash is not."""
        file = DistributionFile(self.entry.filename, self.entry.url, index_url=self.entry.index_url)
        with suppress(MalformedUrlError, InvalidDigestError):
            file = self.entry.parse()
        return RejectedFile(file, self.version, self.reason, self.detail)


class Evaluator:
    """Evaluates entries for a target and settings, by their names and attributes."""

    def __init__(
        self,
        target: TargetEnvironment,
        settings: IndexSettings,
        *,
        ignore_requires_python: bool = False,
    ) -> None:
        self._target = target
        self._settings = settings
        self._ignore_requires_python = ignore_requires_python
        self._allows_python: dict[str, bool] = {}
        self._ranks: dict[str, int | None] = {}

    def select(
        self,
        entries: Iterable[FileEntry],
        name: NormalizedName,
        bundled: Iterable[Candidate] = (),
    ) -> Candidates:
        """Return the candidates of a project among the files of its pages, and the bundled ones.

        Best first, as `sort_candidates` sorts all of them. Of a file only the version is read now;
        it is judged when a candidate of its version is asked for.
        """
        binary_first = self._settings.prefer_binary
        groups: dict[tuple[bool, Version], list[FileEntry | Candidate]] = {}
        for entry in entries:
            version = find_version(entry.filename, name)
            if version is not None:
                key = binary_first and entry.filename.endswith(WHEEL), version
                groups.setdefault(key, []).append(entry)
        for candidate in bundled:
            groups.setdefault((binary_first, candidate.version), []).append(candidate)
        keys = sorted(groups, reverse=True)

        def make(position: int) -> Iterable[Candidate]:
            results = (
                each if isinstance(each, Candidate) else self.evaluate(each, name)
                for each in groups[keys[position]]
            )
            found = [result for result in results if isinstance(result, Candidate)]
            return sort_candidates(found, prefer_binary=binary_first)

        return Candidates([version for _, version in keys], make)

    def evaluate(self, entry: FileEntry, name: NormalizedName) -> Candidate | Rejection | None:
        """Return a candidate, or why the file is not one; None if it is of another project."""
        parsed = parse_filename(entry.filename, name)
        if parsed is None:
            return None
        if parsed.version is None:
            return Rejection(entry, None, RejectionReason.MALFORMED)
        entry = entry.read()
        rejected = self._find_rejection(entry, name, parsed)
        if rejected is not None:
            return Rejection(entry, parsed.version, *rejected)
        try:
            file = entry.parse()
        except (MalformedUrlError, InvalidDigestError) as error:
            return Rejection(entry, parsed.version, RejectionReason.LINK, str(error))
        is_wheel = parsed.format is FileFormat.WHEEL
        rank = (self._rank(parsed.tag) or 0) if is_wheel else 0
        return Candidate(name, parsed.version, file, is_wheel, rank, parsed.build)

    def _find_rejection(
        self, entry: FileEntry, name: NormalizedName, parsed: ParsedName
    ) -> tuple[RejectionReason, str] | None:
        """Return the first reason against a file, with its detail.

        A wrong Python comes before wrong tags: it explains more.
        """
        formats = self._settings.formats
        is_wheel = parsed.format is FileFormat.WHEEL
        if parsed.format is FileFormat.INSTALLER:
            return RejectionReason.UNSUPPORTED, parsed.format.value
        if not (formats.allows_wheel(name) if is_wheel else formats.allows_sdist(name)):
            return RejectionReason.FORMAT, parsed.format.value
        if not self._is_python_allowed(entry):
            return RejectionReason.PYTHON, str(entry.attributes["requires-python"])
        if is_wheel and self._rank(parsed.tag) is None:
            return RejectionReason.TAGS, parsed.tag
        return self._find_upload_rejection(entry)

    def _find_upload_rejection(self, entry: FileEntry) -> tuple[RejectionReason, str] | None:
        """Return what `--uploaded-prior-to` has against a file; a local one was never uploaded."""
        limit = self._settings.uploaded_prior_to
        if limit is None or not entry.is_remote:
            return None
        uploaded = entry.upload_time
        if uploaded is None:
            return RejectionReason.NO_UPLOAD_TIME, redact(entry.index_url)
        return (RejectionReason.TOO_NEW, uploaded.isoformat()) if uploaded >= limit else None

    def _is_python_allowed(self, entry: FileEntry) -> bool:
        text = entry.attributes.get("requires-python")
        if not text or not isinstance(text, str) or self._ignore_requires_python:
            return True
        if text not in self._allows_python:
            specifier = entry.requires_python
            python = self._target.python_version
            allowed = specifier is None or specifier.contains(python, prereleases=True)
            self._allows_python[text] = allowed
        return self._allows_python[text]

    def _rank(self, tag_set: str) -> int | None:
        """Return the rank of the best tag of a set for the target; None if none is compatible."""
        if tag_set not in self._ranks:
            ranks = self._target.tag_ranks
            found = (ranks[tag] for tag in parse_tags(tag_set) if tag in ranks)
            self._ranks[tag_set] = min(found, default=None)
        return self._ranks[tag_set]


def sort_candidates(candidates: list[Candidate], *, prefer_binary: bool) -> tuple[Candidate, ...]:
    """Sort, best first: newest version, then wheels by tag and build number, then sdists.

    With `--prefer-binary` every wheel comes before every source distribution, as in pip. Equal
    ones stay in the order of their indexes.
    """

    def key(candidate: Candidate) -> tuple[bool, Version, bool, int, tuple[object, ...]]:
        binary_first = prefer_binary and candidate.is_wheel
        rank = -candidate.tag_rank
        return binary_first, candidate.version, candidate.is_wheel, rank, candidate.build

    return tuple(sorted(candidates, key=key, reverse=True))
