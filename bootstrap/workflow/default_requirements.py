"""setuptools and wheel, which get-pip.py gives a Python below 3.12 that has neither.

The main job does as get-pip.py does there, so that its command lines have the same result; with
`--installer`, which get-pip.py does not know, nothing but what is named is installed. A wish, not
a requirement: where none is to be had (offline, or on an index of one's own), pip comes alone.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from bootstrap._bundled import BundledWheel
from bootstrap._vendor.packaging.requirements import Requirement
from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap.config.install_request import projects
from bootstrap.config.model import Config
from bootstrap.environment.model import TargetEnvironment
from bootstrap.errors import BootstrapError
from bootstrap.metadata.core import parse_metadata
from bootstrap.metadata.installed import Installed
from bootstrap.metadata.wheel import read_metadata
from bootstrap.provenance import Origin
from bootstrap.resolve.model import Constraint, constraints_by_name
from bootstrap.resolve.requirement import InputRequirement, ResolveRequest
from bootstrap.trust.hashes import Hashes

_WITHOUT_SEEDS = (3, 12)
_ORIGIN = Origin.default("get-pip.py's seeds")


def with_seeds(
    config: Config, target: TargetEnvironment, is_offered: Callable[[NormalizedName], bool]
) -> ResolveRequest:
    """Return what is wanted, seeds included that the target lacks and that are offered."""
    seeds = tuple(
        InputRequirement(name, _ORIGIN, Requirement(name))
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


# FOLDED from bootstrap/config/vouched.py
class NoVouchedInstallerError(BootstrapError):
    """Hashes are demanded, none is given for the installer, and the bundled one does not do."""

    def __init__(self, bundled: BundledWheel, why: str) -> None:
        self.bundled, self.why = bundled, why
        super().__init__(
            "Hashes are demanded, and none is given for pip, so only the bundled pip "
            f"{bundled.version} could be installed; {why}.",
            hint="List pip with a hash (pip==VERSION --hash=sha256:…), or say --installer none.",
        )


def needs_vouching(config: Config) -> bool:
    """Tell whether hashes are demanded, and the installer is one that nobody asked for or knows."""
    wanted, installer = config.wanted, config.installer_requirement
    if not wanted.require_hashes or installer is None or installer not in wanted.requirements:
        return False
    hashed = projects(each for each in wanted.constraints if each.hashes)
    return config.installer.origin.kind == "default" and projects([installer]).isdisjoint(hashed)


def with_vouched_installer(
    config: Config,
    wanted: ResolveRequest,
    target: TargetEnvironment,
    installed: Mapping[NormalizedName, Installed],
    bundled: BundledWheel,
) -> ResolveRequest:
    """Return what is wanted with the installed installer left alone, or else the bundled one.

    Raises `NoVouchedInstallerError` where the bundled one does not suit target or constraints.
    """
    others = [each for each in wanted.requirements if each != config.installer_requirement]
    name = canonicalize_name("pip")
    limit = constraints_by_name(wanted.constraints, target.markers).get(name, Constraint())
    there = None if wanted.ignore_installed else installed.get(name)
    if there is not None and _allows(limit, str(there.version)):
        return replace(wanted, requirements=tuple(others))
    _require_suitable(bundled, limit, wanted, target)
    pinned = f"{name}=={bundled.version}"
    vouched = InputRequirement(
        pinned,
        Origin.default("the bundled wheel"),
        Requirement(pinned),
        hashes=Hashes.of([("sha256", bundled.sha256)]),
    )
    return replace(wanted, requirements=(*others, vouched))


def _allows(limit: Constraint, version: str) -> bool:
    return not limit.references and limit.specifier.contains(version, prereleases=True)


def _require_suitable(
    bundled: BundledWheel, limit: Constraint, wanted: ResolveRequest, target: TargetEnvironment
) -> None:
    if not _allows(limit, bundled.version):
        said = ", ".join(f"{each.text} ({each.origin})" for each in limit.said)
        raise NoVouchedInstallerError(bundled, f"it is limited by the constraint {said}")
    content = read_metadata(io.BytesIO(bundled.read()), bundled.filename)
    python = parse_metadata(content, bundled.filename).requires_python
    if python is None or wanted.ignore_requires_python:
        return
    if not python.contains(target.python_version, prereleases=True):
        found = target.markers["python_full_version"]
        raise NoVouchedInstallerError(bundled, f"it needs Python {python}; the target is {found}")
