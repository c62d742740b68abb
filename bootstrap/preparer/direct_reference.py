"""Direct references: one candidate named by URL or path (PEP 508, PEP 610)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from bootstrap._vendor.packaging.requirements import Requirement
from bootstrap._vendor.packaging.utils import (
    InvalidWheelFilename,
    canonicalize_name,
    parse_wheel_filename,
)
from bootstrap.environment.model import TargetEnvironment
from bootstrap.errors import BootstrapError
from bootstrap.index.candidate import Candidate, DistributionFile
from bootstrap.metadata.direct_url import direct_url_for_archive
from bootstrap.network.urls import redact
from bootstrap.resolve.requirement import InputRequirement


class UnsuitableWheelError(BootstrapError):
    """A wheel was named that the target cannot use."""

    def __init__(self, filename: str, tags: Iterable[str], best: str) -> None:
        self.filename, self.tags = filename, tuple(tags)
        super().__init__(
            f"{filename} is not for the target: it is for {', '.join(self.tags)}; "
            f"the target's best tag is {best}.",
            hint="Name the wheel for this platform and Python, or let the index choose one.",
        )


class WrongReferenceError(BootstrapError):
    """A direct reference is to something else than it says."""

    def __init__(self, requirement: InputRequirement, found: str, expected: str) -> None:
        self.requirement, self.found, self.expected = requirement, found, expected
        super().__init__(
            f"{redact(requirement.text)} ({requirement.origin}) is not what it is said to be: "
            f"expected {expected}, found {found}.",
            hint="Correct the name or the URL.",
        )


def is_wheel_reference(requirement: InputRequirement) -> bool:
    """Tell whether a direct reference is to a wheel; anything else has to be built."""
    return not requirement.editable and _filename(requirement.url or "").endswith(".whl")


def wheel_candidate(requirement: InputRequirement, target: TargetEnvironment) -> Candidate:
    """Return the candidate a reference to a wheel names, by its file name alone.

    Raises `UnsuitableWheelError`, `WrongReferenceError`.
    """
    url = requirement.url or ""
    filename = _filename(url)
    try:
        name, version, build, tags = parse_wheel_filename(filename)
    except InvalidWheelFilename as error:
        raise WrongReferenceError(requirement, filename, "a wheel's file name") from error
    _check_name(requirement.requirement, name, requirement)
    ranks = [target.tag_ranks[tag] for tag in tags if tag in target.tag_ranks]
    if not ranks:
        best = str(target.tags[0]) if target.tags else "none"
        raise UnsuitableWheelError(filename, sorted(map(str, tags)), best)
    file = DistributionFile(filename, url.partition("#")[0], hashes=requirement.hashes)
    return Candidate(
        name, version, file, is_wheel=True, tag_rank=min(ranks), build=build, is_direct=True
    )


def _check_name(said: Requirement | None, found: str, requirement: InputRequirement) -> None:
    if said is not None and canonicalize_name(said.name) != found:
        raise WrongReferenceError(requirement, found, said.name)


def _filename(url: str) -> str:
    return PurePosixPath(unquote(urlsplit(url).path)).name


def direct_url(candidate: Candidate, sha256: str) -> Mapping[str, Any]:
    """Return the content of direct_url.json for a wheel, without credentials (PEP 610)."""
    return direct_url_for_archive(candidate.file.url, sha256)
