"""What one run found and changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.environment.environment import TargetEnvironment
from bootstrap.install.plan import InstalledDistribution
from bootstrap.resolve.requirement import Resolution


@dataclass(frozen=True)
class Outcome:
    """What one run found and changed."""

    target: TargetEnvironment
    resolution: Resolution
    installed: tuple[InstalledDistribution, ...]
    seen: Mapping[NormalizedName, Version] = field(default_factory=dict)
    """The newest releases that were seen of what the self check asks about."""
