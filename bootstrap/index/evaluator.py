"""Judging one file for one target: a candidate, or why not."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.environment.model import TargetEnvironment
from bootstrap.index.candidate import Candidate, DistributionFile, Reason, RejectedFile
from bootstrap.index.filename import Format, ParsedName, parse_filename, tags_of
from bootstrap.index.page import FileEntry
from bootstrap.index.settings import IndexSettings
from bootstrap.network.urls import MalformedUrlError


@dataclass(frozen=True)
class Rejection:
    """Why an entry is no candidate; told to the user only when it matters."""

    entry: FileEntry
    version: Version | None
    reason: Reason
    detail: str = ""

    def told(self) -> RejectedFile:
        """Return it for a message: a URL that makes no sense does no harm there."""
        file = DistributionFile(self.entry.filename, self.entry.url, index_url=self.entry.index_url)
        with suppress(MalformedUrlError):
            file = self.entry.described()
        return RejectedFile(file, self.version, self.reason, self.detail)


class Evaluator:
    """Knows the target and what is welcome; judges entries by their names and attributes."""

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
        self._fits: dict[str, bool] = {}
        self._ranks: dict[str, int | None] = {}

    def judge(self, entry: FileEntry, name: NormalizedName) -> Candidate | Rejection | None:
        """Return a candidate, or why the file is none; None where it is another project's."""
        parsed = parse_filename(entry.filename, name)
        if parsed is None:
            return None
        if parsed.version is None:
            return Rejection(entry, None, Reason.MALFORMED, entry.filename)
        rejected = self._rejected(entry, name, parsed)
        if rejected is not None:
            reason, detail = rejected
            return Rejection(entry, parsed.version, reason, detail)
        return self._candidate(entry, name, parsed, parsed.version)

    def _rejected(
        self, entry: FileEntry, name: NormalizedName, parsed: ParsedName
    ) -> tuple[Reason, str] | None:
        """Return the first reason against a file; the wrong Python explains more than its tags."""
        if parsed.format is Format.INSTALLER:
            return Reason.UNSUPPORTED, parsed.format.value
        if not self._is_allowed(name, parsed.format):
            return Reason.FORMAT, parsed.format.value
        if not self._suits_python(entry):
            return Reason.PYTHON, str(entry.said["requires-python"])
        if parsed.format is Format.WHEEL and self._rank(parsed.tag) is None:
            return Reason.TAGS, parsed.tag
        return self._too_new(entry)

    def _is_allowed(self, name: NormalizedName, kind: Format) -> bool:
        formats = self._settings.formats
        return formats.allows_wheel(name) if kind is Format.WHEEL else formats.allows_sdist(name)

    def _suits_python(self, entry: FileEntry) -> bool:
        text = entry.said.get("requires-python")
        if not text or not isinstance(text, str) or self._ignore_requires_python:
            return True
        if text not in self._fits:
            wanted = entry.requires_python
            python = self._target.python_version
            self._fits[text] = wanted is None or wanted.contains(python, prereleases=True)
        return self._fits[text]

    def _rank(self, tag: str) -> int | None:
        """Return the rank of the best tag of a set on the target, or None."""
        if tag not in self._ranks:
            known = self._target.tag_ranks
            self._ranks[tag] = min((known[t] for t in tags_of(tag) if t in known), default=None)
        return self._ranks[tag]

    def _too_new(self, entry: FileEntry) -> tuple[Reason, str] | None:
        limit = self._settings.uploaded_prior_to
        if limit is None:
            return None
        uploaded = entry.upload_time
        if uploaded is not None and uploaded < limit:
            return None
        return Reason.TOO_NEW, uploaded.isoformat() if uploaded else "its index does not say when"

    def _candidate(
        self, entry: FileEntry, name: NormalizedName, parsed: ParsedName, version: Version
    ) -> Candidate | Rejection:
        try:
            file = entry.described()
        except MalformedUrlError as error:
            return Rejection(entry, version, Reason.MALFORMED, str(error))
        if parsed.format is Format.SDIST:
            return Candidate(name, version, file, is_wheel=False)
        rank = self._rank(parsed.tag) or 0
        return Candidate(name, version, file, True, rank, parsed.build)  # noqa: FBT003  # is_wheel


def best_first(candidates: list[Candidate], *, prefer_binary: bool) -> tuple[Candidate, ...]:
    """Sort: newest version, then wheels by tag and build number, then source distributions.

    With `--prefer-binary` every wheel comes before every source distribution, as in pip. Equals
    stay in the order of their indexes.
    """

    def key(candidate: Candidate) -> tuple[bool, Version, bool, int, tuple[object, ...]]:
        binary_first = prefer_binary and candidate.is_wheel
        rank = -candidate.tag_rank
        return binary_first, candidate.version, candidate.is_wheel, rank, candidate.build

    # reverse=True keeps the order of equals, as sorting does.
    return tuple(sorted(candidates, key=key, reverse=True))
