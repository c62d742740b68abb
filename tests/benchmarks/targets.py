"""The environments that are installed into, and what is in them afterwards."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

from tests.benchmarks.model import Outcome


@dataclass(frozen=True)
class Target:
    """A virtual environment, or the place where one is to be made."""

    directory: Path

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.directory / "bin" / "python"


@dataclass(frozen=True)
class Content:
    """What a target has."""

    versions: Mapping[str, str]
    broken: tuple[str, ...] = ()
    """Distributions without RECORD, or without a file that it names."""
    has_bytecode: bool = False


def create(python: Path, directory: Path) -> Target:
    """Make a virtual environment with nothing in it."""
    subprocess.run([python, "-m", "venv", "--without-pip", directory], check=True)
    return Target(directory)


def content_of(target: Target) -> Content:
    """Read what is installed, and compare it with each RECORD."""
    sites = [str(path) for path in target.directory.glob("lib/python*/site-packages")]
    found = list(distributions(path=sites))
    return Content(
        {_normalized(each): each.version for each in found},
        tuple(_normalized(each) for each in found if not _is_whole(each)),
        any(next(Path(site).rglob("*.pyc"), None) is not None for site in sites),
    )


def problem_with(
    content: Content, before: Content, outcome: Outcome, *, compiles: bool | None
) -> str:
    """Say what is not as it must be; empty if everything is."""
    lacking = [name for name in outcome.installed if name not in content.versions]
    if lacking:
        return f"not installed: {', '.join(lacking)}"
    if len(content.versions) < outcome.at_least:
        return f"{len(content.versions)} distributions instead of {outcome.at_least} or more"
    if content.broken:
        return f"files are missing: {', '.join(content.broken)}"
    if outcome.unchanged and content.versions != before.versions:
        return "the target was changed"
    if compiles is not None and content.has_bytecode != compiles:
        return "bytecode was written" if content.has_bytecode else "no bytecode was written"
    return ""


def _normalized(distribution: Distribution) -> str:
    return distribution.metadata["Name"].replace("_", "-").replace(".", "-").lower()


def _is_whole(distribution: Distribution) -> bool:
    """Look for every file but bytecode: virtualenv's RECORD names some that is not there."""
    named = [file for file in distribution.files or () if file.suffix != ".pyc"]
    paths = [Path(str(file.locate())) for file in named if file.name != "__pycache__"]
    return bool(paths) and all(path.exists() for path in paths)
