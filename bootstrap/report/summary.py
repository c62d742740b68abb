"""What a run did, in a few lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.environment.model import TargetEnvironment
from bootstrap.index.bundled import is_bundled
from bootstrap.install.model import InstalledDistribution
from bootstrap.resolve.requirement import Resolution, Resolved
from bootstrap.ui import Ui


@dataclass(frozen=True)
class InstallResult:
    """What a run resolved and installed."""

    target: TargetEnvironment
    resolution: Resolution
    installed: tuple[InstalledDistribution, ...]
    seen: Mapping[NormalizedName, Version] = field(default_factory=dict)
    """The latest versions on the index of the projects of the self check."""


def print_summary(result: InstallResult, ui: Ui, *, dry_run: bool = False) -> None:
    """Print what was installed (on a dry run, what would be) and where; `-v` lists dependencies."""
    version = ".".join(map(str, result.target.version_info))
    environment = f"{result.target.scheme.data} (Python {version})"
    to_install = sorted(result.resolution.to_install, key=lambda resolved: resolved.name)
    if not to_install:
        kept = result.resolution.distributions
        named = [resolved for resolved in kept if resolved.requested is not None] or kept
        names = _join([f"{resolved.name} {resolved.version}" for resolved in named])
        ui.info(f"Nothing to do: {environment} already has {names}.")
        return
    installed = {distribution.name: distribution for distribution in result.installed}
    requested: list[str] = []
    dependencies: list[str] = []
    for resolved in to_install:
        text = _describe(resolved, None if dry_run else installed[resolved.name])
        (dependencies if resolved.requested is None else requested).append(text)
    listed = list(requested)
    if dependencies:
        noun = "dependency" if len(dependencies) == 1 else "dependencies"
        listed.append(f"{len(dependencies)} {noun}")
    verb = "Would install" if dry_run else "Installed"
    ui.info(f"{verb} {_join(listed)} into {environment}.")
    for text in dependencies:
        ui.detail(f"  {text}")


def _describe(resolved: Resolved, installed: InstalledDistribution | None) -> str:
    """Return name and version, and in parentheses the origin if it is not an index."""
    remarks = []
    if resolved.candidate is not None and is_bundled(resolved.candidate):
        remarks.append("bundled with get-installer")
    if installed is not None and installed.replaced is not None:
        is_same = installed.replaced == installed.version
        remarks.append("reinstalled" if is_same else f"replaced {installed.replaced}")
    text = f"{resolved.name} {resolved.version}"
    return f"{text} ({', '.join(remarks)})" if remarks else text


def _join(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
