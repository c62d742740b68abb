"""The installer where hashes are demanded: what is there, or the bundled wheel by its hash.

Nobody who lists hashes lists one for an installer that was not asked for. One that is installed
stays, whatever its version, since nothing is fetched for it. Else it is the wheel that the archive
itself carries, which is pinned by hash since the archive was built.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace

from bootstrap._bundled import BundledWheel
from bootstrap._vendor.packaging.requirements import Requirement
from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap.config.model import Config
from bootstrap.config.wanted import projects
from bootstrap.environment.environment import TargetEnvironment
from bootstrap.environment.installed import Installed
from bootstrap.errors import BootstrapError
from bootstrap.index.metadata import parse_metadata
from bootstrap.preparer.wheel_metadata import read_metadata
from bootstrap.provenance import Origin
from bootstrap.resolve.constraint import Constraint, constraints_by_name
from bootstrap.resolve.requirement import UserRequirement, Wanted
from bootstrap.trust.hashes import Hashes


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
    wanted: Wanted,
    target: TargetEnvironment,
    installed: Mapping[NormalizedName, Installed],
    bundled: BundledWheel,
) -> Wanted:
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
    vouched = UserRequirement(
        pinned,
        Origin.default("the bundled wheel"),
        Requirement(pinned),
        hashes=Hashes.of([("sha256", bundled.sha256)]),
    )
    return replace(wanted, requirements=(*others, vouched))


def _allows(limit: Constraint, version: str) -> bool:
    return not limit.references and limit.specifier.contains(version, prereleases=True)


def _require_suitable(
    bundled: BundledWheel, limit: Constraint, wanted: Wanted, target: TargetEnvironment
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
