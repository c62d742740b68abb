"""An index in memory, in the notation of the case files, as a `CandidateSource`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bootstrap._vendor.packaging.requirements import InvalidRequirement, Requirement
from bootstrap._vendor.packaging.specifiers import SpecifierSet
from bootstrap._vendor.packaging.tags import Tag
from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap._vendor.packaging.version import Version
from bootstrap.environment.model import Scheme, TargetEnvironment
from bootstrap.index.candidate import Candidate, DistributionFile, RejectedFile, RejectionReason
from bootstrap.index.candidates import Candidates
from bootstrap.metadata.core import Metadata
from bootstrap.metadata.installed import Installed
from bootstrap.metadata.installed_record import InstalledKind
from bootstrap.provenance import Origin
from bootstrap.resolve.requirement import InputRequirement
from bootstrap.resolve.source import UnusableCandidateError, UnusableVersionError
from bootstrap.trust.hashes import Hashes

_SUFFIXES: Mapping[str | None, str] = {"UNSUPPORTED": ".tar.gz", "MALFORMED": "-what.whl"}
Release = Mapping[str, Any]


@dataclass
class MemorySource:
    """Has what a case's `index` table lists; records what it was asked for.

    A key is `name version` (a further word tells files of one version apart) or, for a direct
    reference, `URL = name version`; a value is the list of requirements, or a table.
    """

    index: Mapping[str, Any]
    target: TargetEnvironment
    searched: Sequence[str] = ("https://index.test/simple/",)
    hint: str | None = None
    fetched: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    prefetched: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._releases: dict[str, tuple[Candidate, Release]] = {}
        self._rejected: list[RejectedFile] = []
        self._direct: dict[str, Candidate] = {}
        for key, value in self.index.items():
            self._add(key, value if isinstance(value, Mapping) else {"requires": value})

    def _add(self, key: str, release: Release) -> None:
        url, _, label = key.rpartition(" = ")
        name, version = label.split()[:2]
        file = DistributionFile(
            label.replace(" ", "-") + _SUFFIXES.get(release.get("rejected"), "-py3-none-any.whl"),
            url or f"https://files.test/{label.replace(' ', '-')}",
            hashes=_hashes(release.get("hashes", ())),
            yanked=release.get("yanked"),
            requires_python=_specifier(release.get("requires-python")),
        )
        candidate = Candidate(
            canonicalize_name(name), Version(version), file, is_wheel=True, is_direct=bool(url)
        )
        reason = self._rejection(release)
        if reason is not None:
            self._rejected.append(RejectedFile(file, candidate.version, *reason))
            return
        self._releases[file.url] = candidate, release
        if url:
            self._direct[url] = candidate

    def _rejection(self, release: Release) -> tuple[RejectionReason, str] | None:
        python = _specifier(release.get("requires-python"))
        if python is not None and not python.contains(self.target.python_version):
            return RejectionReason.PYTHON, str(python)
        if "rejected" in release:
            return RejectionReason[release["rejected"]], release.get("detail", "")
        return None

    def candidates(self, name: NormalizedName) -> Candidates:
        self.asked.append(name)
        found = [c for c, _ in self._releases.values() if c.name == name and not c.is_direct]
        return Candidates.of(sorted(found, key=lambda each: each.version, reverse=True))

    def rejected_files(self, name: NormalizedName) -> Sequence[RejectedFile]:
        return [each for each in self._rejected if each.file.filename.startswith(f"{name}-")]

    def metadata(self, candidate: Candidate) -> Metadata:
        label = f"{candidate.name} {candidate.version}"
        if label not in self.fetched:
            self.fetched.append(label)
        release = self._releases[candidate.file.url][1]
        if "broken" in release:
            raise UnusableCandidateError(release["broken"])
        if "invalid" in release:
            raise UnusableVersionError(release["invalid"])
        requires = [Requirement(each) for each in release.get("requires", ())]
        named = re.findall(r"extra\s*==\s*'([^']+)'", " ".join(release.get("requires", ())))
        return Metadata(
            candidate.name,
            candidate.version,
            requires=tuple(requires),
            requires_python=_specifier(release.get("metadata-python")),
            extras=frozenset(map(canonicalize_name, [*named, *release.get("extras", ())])),
        )

    def direct_candidate(self, requirement: InputRequirement) -> Candidate:
        assert requirement.url is not None
        return self._direct[requirement.url]

    def prefetch(
        self,
        wanted: Mapping[NormalizedName, SpecifierSet],
        follow: Callable[[Metadata], None],
    ) -> None:
        self.prefetched.update({name: str(each) for name, each in wanted.items()})
        self.follow = follow

    def source_hint(self) -> str | None:
        return self.hint

    def locations(self, name: NormalizedName) -> Sequence[str]:  # noqa: ARG002  # all the same
        return self.searched

    def warn_about_overlaps(self, chosen: Iterable[Candidate]) -> None:
        """Say nothing: there is one index."""


def make_target(python: str = "3.11.7", **markers: str) -> TargetEnvironment:
    """Return a target that does not exist."""
    nowhere = Path("/nowhere")
    major, minor, micro = map(int, python.split("."))
    return TargetEnvironment(
        executable=nowhere / "python",
        script_executable="/nowhere/python",
        version_info=(major, minor, micro),
        implementation="cpython",
        markers={
            "implementation_name": "cpython",
            "implementation_version": python,
            "os_name": "posix",
            "platform_machine": "x86_64",
            "platform_python_implementation": "CPython",
            "platform_release": "6.1",
            "platform_system": "Linux",
            "platform_version": "#1",
            "python_full_version": python,
            "python_version": f"{major}.{minor}",
            "sys_platform": "linux",
            **markers,
        },
        tags=(
            Tag(f"cp{major}{minor}", f"cp{major}{minor}", "manylinux_2_28_x86_64"),
            Tag(f"py{major}", "none", "any"),
        ),
        scheme=Scheme(nowhere, nowhere, nowhere, nowhere, nowhere),
        prefix=nowhere,
        base_prefix=nowhere,
        search_path=(nowhere,),
    )


def user_requirement(written: str | Mapping[str, Any]) -> InputRequirement:
    """Read `TEXT`, `FILE:LINE: TEXT`, or a table with `text` and options of the line."""
    options = {"text": written} if isinstance(written, str) else dict(written)
    text = options.pop("text")
    origin = Origin.option("the command line")
    if place := re.fullmatch(r"(\S+\.txt):(\d+): (.*)", text):
        origin, text = Origin.file(Path(place[1]), int(place[2])), place[3]
    hashes = _hashes(options.pop("hashes", ()))
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        extras = frozenset(options.pop("extras", ()))
        url = options.pop("url", text)
        return InputRequirement(text, origin, None, url, extras=extras, hashes=hashes, **options)
    return InputRequirement(text, origin, requirement, requirement.url, hashes=hashes, **options)


def make_installed(written: str | Mapping[str, Any]) -> Installed:
    """Read `NAME VERSION`, or a table with `is` and fields of `Installed`."""
    options = {"is": written} if isinstance(written, str) else dict(written)
    name, version = options.pop("is").split()
    requires = tuple(Requirement(each) for each in options.pop("requires", ()))
    place = Path("/nowhere")
    return Installed(
        canonicalize_name(name),
        Version(version),
        place,
        place / f"{name}-{version}.dist-info",
        InstalledKind.DIST_INFO,
        requires,
        **options,
    )


def _specifier(text: str | None) -> SpecifierSet | None:
    return None if text is None else SpecifierSet(text)


def _hashes(pairs: Sequence[str]) -> Hashes:
    return Hashes.of((algorithm, digest) for algorithm, digest in (p.split(":") for p in pairs))
