"""The bundled wheel as a location: a candidate that needs no page, no file and no network."""

from __future__ import annotations

from bootstrap._bundled import BundledWheel
from bootstrap._vendor.packaging.utils import NormalizedName, parse_wheel_filename
from bootstrap.environment.model import TargetEnvironment
from bootstrap.index.candidate import Candidate, DistributionFile
from bootstrap.trust.hashes import Hashes


class BundledLocation:
    """Lists the wheel inside the .pyz.

    The wheel is part of this program, so the settings for files of others (`--no-binary`,
    `--uploaded-prior-to`) do not exclude it.
    """

    def __init__(self, wheel: BundledWheel, target: TargetEnvironment) -> None:
        name, version, build, tags = parse_wheel_filename(wheel.filename)
        hashes = Hashes.of([("sha256", wheel.sha256)])
        url = f"bundled:{wheel.filename}"
        file = DistributionFile(wheel.filename, url, hashes, bundled=wheel)
        rank = min((target.tag_ranks[tag] for tag in tags if tag in target.tag_ranks), default=0)
        self._candidate = Candidate(name, version, file, is_wheel=True, tag_rank=rank, build=build)

    def __str__(self) -> str:
        return f"the bundled {self._candidate.file.filename}"

    def candidates(self, name: NormalizedName) -> tuple[Candidate, ...]:
        """Return the bundled wheel, if it is of this project."""
        return (self._candidate,) if name == self._candidate.name else ()


def is_bundled(candidate: Candidate) -> bool:
    """Return whether a candidate is the bundled wheel."""
    return candidate.file.bundled is not None
