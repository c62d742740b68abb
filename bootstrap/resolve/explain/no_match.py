"""Why nothing can be installed for a need, told by what is there."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bootstrap._vendor.packaging.specifiers import SpecifierSet
from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.environment.model import TargetEnvironment
from bootstrap.index.candidate import Candidate, Reason, RejectedFile
from bootstrap.trust.hashes import Hashes

_SHOWN = 8

_REPLACED = (
    "Somebody replaced the file, or the hash belongs to another one. "
    "Find out which before changing it."
)


@dataclass(frozen=True)
class NoMatchReport:
    """What there is of one project, usable or not."""

    name: NormalizedName
    offered: Sequence[Candidate]
    rejected: Sequence[RejectedFile]
    locations: Sequence[str]
    target: TargetEnvironment
    hashes: Hashes = Hashes()  # noqa: RUF009  # immutable
    elsewhere: str | None = None
    """What to do for more than was looked at, where there may be more."""
    similar: Collection[str] = ()
    """Names that are known, among which a misspelt one may be found."""
    is_asked_for: bool = True
    """Whether the user asked for it, and not something else that needs it."""

    def why_nothing_meets(self, specifier: SpecifierSet) -> tuple[str, str]:
        """Return what is there instead of something that fits, and what to do next."""
        if not self.offered and not self.rejected:
            return self._unknown()
        fitting = [each for each in self.offered if _allows(specifier, each.version)]
        if fitting:
            return self._unwelcome(fitting)
        useless = [each for each in self.rejected if _allows(specifier, each.version)]
        if useless:
            return self._useless(useless)
        return self._other_versions(specifier)

    def _unknown(self) -> tuple[str, str]:
        if not self.locations:
            return (
                f"no place to look for {self.name} was given",
                "Leave out --no-index, or name a place with --index-url or --find-links.",
            )
        message = f"there is no project {self.name} on {listed(self.locations)}"
        near = difflib.get_close_matches(self.name, sorted({*self.similar} - {self.name}), n=1)
        if self.name in _PIPS_COMMANDS:
            return message, f"pip's own commands go behind two dashes: -- {self.name}"
        if self.name.endswith("-txt"):
            return message, "To install what a requirements file lists, use -r FILE."
        if near:
            return message, f"Did you mean {near[0]}?"
        other = "Check the spelling, and whether it is on another index (--index-url)."
        return message, self.elsewhere or other

    def _unwelcome(self, fitting: Sequence[Candidate]) -> tuple[str, str]:
        best = fitting[0]
        sound = [each for each in fitting if each.file.yanked is None]
        if not sound:
            reason = best.file.yanked or "no reason was given"
            return (
                f"{self.name} {best.version} was withdrawn by its authors ({reason})",
                f"If it must be this one, ask for {self.name}=={best.version}.",
            )
        found = dict.fromkeys(
            f"{algorithm}:{digest}"
            for each in sound
            for algorithm, digests in each.file.hashes.allowed.items()
            for digest in sorted(digests)
        )
        wanted = [f"{a}:{digest}" for a, all_ in self.hashes.allowed.items() for digest in all_]
        message = f"no file of {self.name} {sound[0].version} has the hash that is asked for "
        message += f"({listed(sorted(wanted))}); its files have {listed(list(found))}"
        return message, _REPLACED

    def _useless(self, useless: Sequence[RejectedFile]) -> tuple[str, str]:
        version = max(each.version for each in useless if each.version is not None)
        files = [each for each in useless if each.version == version]
        what = f"{self.name} {version} {self._described(files)}"
        way_out = _WAYS_OUT[_main_reason(files)]
        if (nearest := self._nearest(version)) is not None:
            is_older = nearest < version
            sign, which = ("<=", "newest for") if is_older else (">=", "oldest that suits")
            if self.is_asked_for:
                way_out = f"ask for {self.name}{sign}{nearest}, or {way_out}"
            return f"{what}; the {which} it is {nearest}", _hint(way_out)
        older = {each.version for each in self.rejected if each.version is not None} - {version}
        others = ", and no other version suits it either" if older else ""
        return f"{what}{others}", _hint(way_out)

    def _nearest(self, version: Version) -> Version | None:
        """Return the newest older version that suits the target, or else the oldest newer one."""
        sound = {each.version for each in self.offered if each.file.yanked is None}
        there = {each for each in sound if not each.is_prerelease} or sound
        older = [each for each in there if each < version]
        return max(older, default=min(there, default=None))

    def _described(self, files: Sequence[RejectedFile]) -> str:
        reason = _main_reason(files)
        details = list(dict.fromkeys(each.detail for each in files if each.reason is reason))
        if reason is Reason.PYTHON:
            target = self.target.markers["python_full_version"]
            return f"needs Python {listed(details)}; the target is {target}"
        if reason is Reason.TAGS:
            tag = self.target.tags[0] if self.target.tags else "none"
            sources = any(each.reason is Reason.UNSUPPORTED for each in files)
            beside = " and sources that cannot be built here" if sources else ""
            return f"has wheels only for {listed(details)}{beside}; the target's best tag is {tag}"
        if reason is Reason.FORMAT:
            return "has files only of a kind that --only-binary or --no-binary excludes"
        if reason is Reason.TOO_NEW:
            return "was uploaded after the date of --uploaded-prior-to"
        names = listed([each.file.filename for each in files if each.reason is reason])
        return f"has no wheel, only {names}" if reason is Reason.UNSUPPORTED else f"is only {names}"

    def _other_versions(self, specifier: SpecifierSet) -> tuple[str, str]:
        versions = sorted({each.version for each in self.offered}, reverse=True)
        if not versions:
            known = sorted({each.version for each in self.rejected if each.version}, reverse=True)
            message = f"no version of {self.name} meets {specifier}, "
            message += f"and none of those there are ({listed(known)}) suits the target"
            return message, self.elsewhere or "Check the version."
        early = "only pre-releases: " if all(each.is_prerelease for each in versions) else ""
        return (
            f"no version of {self.name} meets {specifier}; there are {early}{listed(versions)}",
            self.elsewhere or f"The newest is {versions[0]}.",
        )


_WAYS_OUT = {
    Reason.PYTHON: "use a Python that suits it (--python names another one)",
    Reason.TAGS: "use another Python or machine, or an index that has a wheel for this one",
    Reason.FORMAT: "change --only-binary or --no-binary for it",
    Reason.UNSUPPORTED: "name a version that has a wheel, or build one elsewhere and name its "
    "directory with --find-links",
    Reason.TOO_NEW: "move the date of --uploaded-prior-to",
    Reason.MALFORMED: "ask its authors for files that are named as the standards say",
}

_TELLING = (Reason.TOO_NEW, Reason.TAGS, Reason.PYTHON, Reason.FORMAT, Reason.UNSUPPORTED)
"""Which reason to tell where files of one version have several: that of the file that came nearest
to being used, so the order is the evaluator's, from its last question to its first."""


def _hint(way_out: str) -> str:
    return f"{way_out[0].upper()}{way_out[1:]}."


def _main_reason(files: Sequence[RejectedFile]) -> Reason:
    reasons = {each.reason for each in files}
    return next((each for each in _TELLING if each in reasons), Reason.MALFORMED)


def _allows(specifier: SpecifierSet, version: Version | None) -> bool:
    return version is not None and specifier.contains(version, prereleases=True)


def listed(things: Sequence[object]) -> str:
    """Return the first few things, and how many more there are."""
    shown = ", ".join(str(each) for each in things[:_SHOWN])
    more = len(things) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


_PIPS_COMMANDS = frozenset(
    {"cache", "check", "config", "download", "freeze", "help", "list", "show", "uninstall", "wheel"}
)
"""What people type who take this program for pip."""
