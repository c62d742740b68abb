"""A target as data and a source of candidates, for the tests of locks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bootstrap._vendor.packaging.specifiers import SpecifierSet
from bootstrap._vendor.packaging.tags import Tag, parse_tag
from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.environment.interpreter import Scheme
from bootstrap.environment.model import TargetEnvironment
from bootstrap.index.candidate import Candidate, RejectedFile
from bootstrap.index.candidates import Candidates
from bootstrap.metadata.core import Metadata
from bootstrap.resolve.requirement import InputRequirement


def a_target(
    version: str = "3.11", platform: str = "linux", tags: Sequence[str] = ("py3-none-any",)
) -> TargetEnvironment:
    """Return a target that does not exist."""
    prefix = Path("/env")
    found: list[Tag] = [each for tag in tags for each in parse_tag(tag)]
    return TargetEnvironment(
        executable=prefix / "bin" / "python",
        script_executable="/env/bin/python",
        version_info=(int(version.split(".", maxsplit=1)[0]), int(version.split(".")[1]), 0),
        implementation="cpython",
        markers={
            "implementation_name": "cpython",
            "implementation_version": f"{version}.0",
            "os_name": "nt" if platform == "win32" else "posix",
            "platform_machine": "x86_64",
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": "",
            "platform_version": "",
            "python_full_version": f"{version}.0",
            "python_version": version,
            "sys_platform": platform,
        },
        tags=tuple(found),
        scheme=Scheme(prefix, prefix, prefix, prefix, prefix),
        prefix=prefix,
        base_prefix=prefix,
        search_path=(prefix,),
    )


@dataclass
class Source:
    """A `CandidateSource` with given candidates and direct references."""

    offered: dict[str, list[Candidate]] = field(default_factory=dict)
    references: dict[str, Candidate] = field(default_factory=dict)
    asked: list[InputRequirement] = field(default_factory=list)

    def candidates(self, name: NormalizedName) -> Candidates:
        return Candidates.of(self.offered.get(name, []))

    def rejected_files(self, name: NormalizedName) -> Sequence[RejectedFile]:
        del name
        return ()

    def metadata(self, candidate: Candidate) -> Metadata:
        raise AssertionError(f"a lock needs no metadata, but that of {candidate.name} was read")

    def direct_candidate(self, requirement: InputRequirement) -> Candidate:
        self.asked.append(requirement)
        return self.references[requirement.url or ""]

    def prefetch(
        self,
        wanted: Mapping[NormalizedName, SpecifierSet],
        follow: Callable[[Metadata], None],
    ) -> None:
        """Do nothing."""

    def source_hint(self) -> str | None:
        return None

    def warn_about_overlaps(self, chosen: Iterable[Candidate]) -> None:
        raise AssertionError(f"a lock is not resolved, but {list(chosen)} was chosen")

    def locations(self, name: NormalizedName) -> Sequence[str]:
        del name
        return ()
