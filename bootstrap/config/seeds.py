"""setuptools and wheel, which get-pip.py gives a Python below 3.12 that has neither.

The main job does as get-pip.py does there, so that its command lines have the same result; with
`--installer`, which get-pip.py does not know, nothing but what is named is installed. A wish, not
a requirement: where none is to be had (offline, or on an index of one's own), pip comes alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from bootstrap._vendor.packaging.requirements import Requirement
from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap.config.model import Config
from bootstrap.config.wanted import projects
from bootstrap.environment.environment import TargetEnvironment
from bootstrap.provenance import Origin
from bootstrap.resolve.requirement import UserRequirement, Wanted

_WITHOUT_SEEDS = (3, 12)
_ORIGIN = Origin.default("get-pip.py's seeds")


def with_seeds(
    config: Config, target: TargetEnvironment, is_offered: Callable[[NormalizedName], bool]
) -> Wanted:
    """Return what is wanted, seeds included that the target lacks and that are offered."""
    seeds = tuple(
        UserRequirement(name, _ORIGIN, Requirement(name))
        for name in _lacking(config, target)
        if is_offered(name)
    )
    return replace(config.wanted, requirements=(*config.wanted.requirements, *seeds))


def _lacking(config: Config, target: TargetEnvironment) -> Iterator[NormalizedName]:
    if config.installer.origin.kind != "default" or target.version_info >= _WITHOUT_SEEDS:
        return
    if config.wanted.require_hashes:  # nobody gave one for them
        return
    named = projects(config.wanted.requirements)
    for name in map(canonicalize_name, sorted(config.seeds)):
        if name not in named and not _is_importable(name, target):
            yield name


def _is_importable(name: str, target: TargetEnvironment) -> bool:
    """Say whether the target could import it, wherever it lies: that is what get-pip.py asks."""
    path = target.interpreter.path if target.interpreter else target.search_path
    return any(Path(entry, name, "__init__.py").is_file() for entry in path)
