"""The installer under `--require-hashes`: the bundled wheel, whose hash the build wrote down.

Nobody who lists hashes lists one for an installer that was not asked for. What the archive itself
carries is pinned by hash since it was built, so that is what is installed, or what is there
already stays if it is newer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bootstrap._bundled import BundledWheel
from bootstrap._vendor.packaging.requirements import Requirement
from bootstrap._vendor.packaging.utils import NormalizedName, parse_wheel_filename
from bootstrap.config.model import Config
from bootstrap.provenance import Origin
from bootstrap.resolve.requirement import UserRequirement, Wanted
from bootstrap.target.installed import Installed
from bootstrap.trust.hashes import Hashes


def needs_vouching(config: Config) -> bool:
    """Tell whether hashes are demanded, and the installer is one that nobody asked for."""
    return (
        config.wanted.require_hashes
        and config.installer.origin.kind == "default"
        and config.installer_requirement in config.wanted.requirements
    )


def with_vouched_installer(
    config: Config,
    wanted: Wanted,
    installed: Mapping[NormalizedName, Installed],
    bundled: BundledWheel,
) -> Wanted:
    """Return what is wanted with the installer pinned to the bundled wheel, by its hash."""
    name, version, _, _ = parse_wheel_filename(bundled.filename)
    there = None if wanted.ignore_installed else installed.get(name)
    pinned = f"{name}=={max(version, there.version) if there else version}"
    vouched = UserRequirement(
        pinned,
        Origin.default("the bundled wheel"),
        Requirement(pinned),
        hashes=Hashes.of([("sha256", bundled.sha256)]),
    )
    return replace(
        wanted,
        requirements=tuple(
            vouched if each is config.installer_requirement else each
            for each in wanted.requirements
        ),
    )
