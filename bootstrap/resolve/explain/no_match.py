"""Why nothing can be installed for one requirement: what there is of the project instead."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from urllib.parse import urlsplit

from bootstrap._vendor.packaging.specifiers import SpecifierSet
from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.dataclasses import dataclass
from bootstrap.environment.model import TargetEnvironment
from bootstrap.index.candidate import Candidate, RejectedFile, RejectionReason
from bootstrap.limits import FILENAME_LENGTH, shorten
from bootstrap.network.urls import is_remote
from bootstrap.resolve.explain.similar_names import find_similar
from bootstrap.trust.hashes import Hashes

_MAX_LISTED = 8

_PIP_COMMANDS = frozenset(
    {"cache", "check", "config", "download", "freeze", "help", "list", "show", "uninstall", "wheel"}
)
"""What people type who take this program for pip."""
_REMEDIES = {
    RejectionReason.PYTHON: "use another Python (choose it with --python)",
    RejectionReason.TAGS: "use another Python or machine, or an index that has a wheel for this "
    "one",
    RejectionReason.FORMAT: "change --only-binary or --no-binary for it",
    RejectionReason.UNSUPPORTED: "choose a version that has a wheel, or build a wheel elsewhere "
    "and pass its directory with --find-links",
    RejectionReason.TOO_NEW: "change the date of --uploaded-prior-to",
    RejectionReason.NO_UPLOAD_TIME: "leave out --uploaded-prior-to, or use an index that gives "
    "upload times (PEP 700)",
    RejectionReason.MALFORMED: "ask its maintainers for files with valid names of at most "
    f"{FILENAME_LENGTH} characters",
    RejectionReason.LINK: "report it to the index",
}

_PRIORITY = (
    RejectionReason.LINK,
    RejectionReason.TOO_NEW,
    RejectionReason.NO_UPLOAD_TIME,
    RejectionReason.TAGS,
    RejectionReason.PYTHON,
    RejectionReason.FORMAT,
    RejectionReason.UNSUPPORTED,
    RejectionReason.MALFORMED,
)
"""Which reason counts where files of one version have several: that of the file that came nearest
to being accepted, so the order is the evaluator's, from its last check to its first."""


@dataclass(frozen=True)
class NoMatch:
    """Why no candidate satisfies a requirement, as a clause, and what to do about it."""

    reason: str
    hint: str
    is_unknown: bool = False
    """Whether no location has the project at all."""


@dataclass(frozen=True)
class NoMatchReport:
    """What the source has of one project, usable or not."""

    name: NormalizedName
    available: Sequence[Candidate]
    rejected: Sequence[RejectedFile]
    locations: Sequence[str]
    target: TargetEnvironment
    hashes: Hashes = Hashes()  # immutable
    source_hint: str | None = None
    """How to search more sources, where some were not."""
    known_names: Collection[str] = ()
    """Names of other projects, to suggest for a misspelt one."""
    has_project: Callable[[NormalizedName], bool] = lambda _name: False
    """Whether a location has a project, to suggest it."""
    is_final_only: bool = False
    """Whether `--only-final` excludes pre-releases of the project."""
    is_direct: bool = True
    """Whether the user asked for the project, and not a dependency."""

    def explain(self, specifier: SpecifierSet) -> NoMatch:
        """Return why nothing satisfies a specifier."""
        if not self.available and not self.rejected:
            return self._explain_unknown()
        matching = [
            candidate for candidate in self.available if _allows(specifier, candidate.version)
        ]
        if matching:
            return self._explain_ineligible(matching)
        rejected = [file for file in self.rejected if _allows(specifier, file.version)]
        if rejected:
            return self._explain_rejected(rejected)
        reason = f"no version of {self.name} matches {specifier}"
        versions = sorted({candidate.version for candidate in self.available}, reverse=True)
        if not versions:
            known = sorted({file.version for file in self.rejected if file.version}, reverse=True)
            if not known:
                remedy = _REMEDIES[RejectionReason.MALFORMED]
                hint = f"{remedy[0].upper()}{remedy[1:]}."
                return NoMatch(f"{self.name} {self._describe(self.rejected)}", hint)
            reason += f", and none of the others is compatible with the target: {join_few(known)}"
            return NoMatch(reason, self.source_hint or "Check the version.")
        newest = max(self._suitable_versions() or versions)
        only = "pre-releases only: " if all(version.is_prerelease for version in versions) else ""
        return NoMatch(
            f"{reason}; available: {only}{join_few(versions)}",
            self.source_hint or f"The newest version is {newest}.",
        )

    def _suitable_versions(self) -> set[Version]:
        """Return the versions to advise: no yanked ones, pre-releases if there are no others."""
        kept = {each.version for each in self.available if each.file.yanked is None}
        return {version for version in kept if not version.is_prerelease} or kept

    def _explain_unknown(self) -> NoMatch:
        if not self.locations:
            reason = f"no index or --find-links location is configured to look for {self.name}"
            hint = "Leave out --no-index, or name a location with --index-url or --find-links."
            return NoMatch(reason, hint)
        if self.name in _PIP_COMMANDS:
            hint = f"To run pip's own command, put it after two dashes: -- {self.name}"
        elif self.name.endswith("-txt"):
            hint = "To install what a requirements file lists, use -r FILE."
        elif not any(map(_looks_like_index, self.locations)):
            hint = "Check the URL of the index, which ends in /simple/ most often."
        elif similar := find_similar(self.name, self.known_names, self.has_project):
            hint = f"Did you mean {similar}?"
        else:
            other = "Check the spelling, and whether another index has it (--index-url)."
            hint = self.source_hint or other
        reason = f'no project named "{self.name}" was found in {join_few(self.locations)}'
        return NoMatch(reason, hint, is_unknown=True)

    def _explain_ineligible(self, matching: Sequence[Candidate]) -> NoMatch:
        not_yanked = [candidate for candidate in matching if candidate.file.yanked is None]
        if not not_yanked:
            best = f"{self.name} {matching[0].version}"
            yanked = matching[0].file.yanked or "no reason was given"
            return NoMatch(
                f"{best} was yanked by its maintainers ({yanked})",
                f"To install it anyway, ask for {self.name}=={matching[0].version}.",
            )
        if self.is_final_only and all(c.version.is_prerelease for c in not_yanked):
            best = f"{self.name} {not_yanked[0].version}"
            hint = "Ask for a final release, or change --only-final for it."
            return NoMatch(f"{best} is a pre-release, which --only-final excludes", hint)
        found = dict.fromkeys(
            f"{algorithm}:{digest}"
            for candidate in not_yanked
            for algorithm, digests in candidate.file.hashes.allowed.items()
            for digest in sorted(digests)
        )
        expected = sorted(
            f"{algorithm}:{digest}"
            for algorithm, digests in self.hashes.allowed.items()
            for digest in digests
        )
        return NoMatch(
            f"no file of {self.name} {not_yanked[0].version} has the expected hash "
            f"({join_few(expected)}); its files have {join_few(list(found))}",
            "The file was replaced, or the hash is that of another file. "
            "Find out which before you change the hash.",
        )

    def _explain_rejected(self, rejected: Sequence[RejectedFile]) -> NoMatch:
        version = max(file.version for file in rejected if file.version is not None)
        files = [file for file in rejected if file.version == version]
        reason = f"{self.name} {version} {self._describe(files)}"
        remedy = _REMEDIES[_main_reason(files)]
        if versions := self._suitable_versions():
            is_newer = min(versions) > version
            best, which = (min(versions), "oldest") if is_newer else (max(versions), "newest")
            reason += f"; the {which} compatible version is {best}"
            if self.is_direct:
                remedy = f"ask for {self.name}{'<=' if best < version else '>='}{best}, or {remedy}"
        elif any(file.version not in (None, version) for file in self.rejected):
            reason += ", and no other version is compatible either"
        return NoMatch(reason, f"{remedy[0].upper()}{remedy[1:]}.")

    def _describe(self, files: Sequence[RejectedFile]) -> str:
        """Return what is wrong with the files of one version."""
        reason = _main_reason(files)
        details = list(dict.fromkeys(file.detail for file in files if file.reason is reason))
        if reason is RejectionReason.PYTHON:
            target = self.target.markers["python_full_version"]
            required = join_few([*map(shorten, details)])
            return f"requires Python {required}; the target has Python {target}"
        if reason is RejectionReason.TAGS:
            tag = self.target.tags[0] if self.target.tags else "none"
            has_source = any(file.reason is RejectionReason.UNSUPPORTED for file in files)
            source = " and a source distribution that cannot be built here" if has_source else ""
            only = f"has wheels only for {join_few(details)}{source}"
            return f"{only}; the target's best tag is {tag}"
        names = join_few([shorten(file.file.filename) for file in files if file.reason is reason])
        return {
            RejectionReason.FORMAT: "has only files that --only-binary or --no-binary excludes",
            RejectionReason.TOO_NEW: "was uploaded after the date of --uploaded-prior-to",
            RejectionReason.NO_UPLOAD_TIME: "cannot be compared with the date of "
            f"--uploaded-prior-to: {join_few(details)} gives no upload times",
            RejectionReason.LINK: "has only files whose URL or hash on the index is invalid: "
            + join_few(details),
            RejectionReason.UNSUPPORTED: f"has no wheel, only {names}",
            RejectionReason.MALFORMED: f"has only files with invalid names: {names}",
        }[reason]


def join_few(things: Sequence[object]) -> str:
    """Return the first few things as text, and how many more there are."""
    shown = ", ".join(str(thing) for thing in things[:_MAX_LISTED])
    more = len(things) - _MAX_LISTED
    return f"{shown} and {more} more" if more > 0 else shown


def _main_reason(files: Sequence[RejectedFile]) -> RejectionReason:
    return min((file.reason for file in files), key=_PRIORITY.index)


def _looks_like_index(location: str) -> bool:
    """Return whether a location is on this machine, or has the path that most indexes have."""
    return not is_remote(location) or urlsplit(location).path.rstrip("/").endswith("simple")


def _allows(specifier: SpecifierSet, version: Version | None) -> bool:
    return version is not None and specifier.contains(version, prereleases=True)
