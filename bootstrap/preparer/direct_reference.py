"""Direct references: one candidate named by URL or path (PEP 508, PEP 610)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from bootstrap._vendor.packaging.utils import (
    InvalidWheelFilename,
    canonicalize_name,
)
from bootstrap.environment.model import TargetEnvironment
from bootstrap.errors import BootstrapError
from bootstrap.formats.filenames import parse_wheel_filename
from bootstrap.index.candidate import Candidate, DistributionFile
from bootstrap.resolve.requirement import InputRequirement
from bootstrap.resolve.source import UnusableCandidateError


class UnsuitableWheelError(UnusableCandidateError):
    """The wheel that was named is not for the target.

    Causes: its file name names another Python, operating system or machine.

    Next: look at the tags in the file's name; choose the Python that it is for, or another file:
        python3 get-installer.pyz --python 3.12 FILE.whl
    """

    def __init__(self, filename: str, tags: Iterable[str], best: str) -> None:
        self.filename, self.tags = filename, tuple(tags)
        super().__init__(
            f"{filename} does not fit the target: it is for {', '.join(self.tags)}, and "
            f"the target's best tag is {best}.",
            hint="Name the wheel for this platform and Python, or let the index choose one.",
        )


class WrongReferenceError(BootstrapError):
    """A direct reference is not what it should be: its name, kind or hash differs.

    Causes: the file or repository behind `NAME @ URL` is another project, or was changed since its
    hash was written.

    Next: check the URL and the hash; do not change the hash before you know why it differs.
    """

    def __init__(self, requirement: InputRequirement, found: str, expected: str) -> None:
        self.requirement, self.found, self.expected = requirement, found, expected
        super().__init__(
            f"{requirement.text} ({requirement.origin}) cannot be used: "
            f"expected {expected}, found {found}.",
            hint="Correct the name or the URL.",
        )


def is_wheel_reference(requirement: InputRequirement) -> bool:
    """Return whether a direct reference is to a wheel; anything else has to be built."""
    return not requirement.editable and _filename(requirement.url or "").endswith(".whl")


def wheel_candidate(requirement: InputRequirement, target: TargetEnvironment) -> Candidate:
    """Return the candidate of a reference to a wheel, by its file name alone.

    Raises `UnsuitableWheelError`, `WrongReferenceError`.
    """
    url = requirement.url or ""
    filename = _filename(url)
    try:
        name, version, build, tags = parse_wheel_filename(filename)
    except InvalidWheelFilename as error:
        raise WrongReferenceError(requirement, filename, "a wheel's file name") from error
    given = requirement.requirement
    if given is not None and canonicalize_name(given.name) != name:
        raise WrongReferenceError(requirement, name, given.name)
    ranks = [target.tag_ranks[tag] for tag in tags if tag in target.tag_ranks]
    if not ranks:
        best = str(target.tags[0]) if target.tags else "none"
        raise UnsuitableWheelError(filename, sorted(map(str, tags)), best)
    file = DistributionFile(filename, url.partition("#")[0], hashes=requirement.hashes)
    return Candidate(
        name, version, file, is_wheel=True, tag_rank=min(ranks), build=build, is_direct=True
    )


def require_name(requirement: InputRequirement, candidate: Candidate) -> None:
    """Raise `WrongReferenceError` where a requirement names another project."""
    given = requirement.requirement
    if given is not None and canonicalize_name(given.name) != candidate.name:
        raise WrongReferenceError(requirement, candidate.name, given.name)


def _filename(url: str) -> str:
    return PurePosixPath(unquote(urlsplit(url).path)).name
