"""What the install room is asked to do, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.trust.hashes import VerifiedWheel


class PipScripts(Enum):
    """Which scripts pip gets (ensurepip's words: default_pip, neither, altinstall)."""

    ALL = "pip, pip3, pip3.Y"
    VERSIONED = "pip3, pip3.Y"
    FULL_VERSION = "pip3.Y"


@dataclass(frozen=True)
class WheelToInstall:
    """One verified wheel, and what its dist-info shall say of it."""

    wheel: VerifiedWheel
    requested: bool = False
    direct_url: Mapping[str, Any] | None = None
    """The content of direct_url.json (PEP 610), for direct references only."""


@dataclass(frozen=True)
class InstallSettings:
    """How to install."""

    compile: bool = False
    force: bool = False
    """`--force-reinstall`: files of another distribution may be overwritten, and it is told."""
    ignore_installed: bool = False
    """`--ignore-installed`: what is there is not uninstalled first."""
    lock_timeout: float = 600.0
    """Seconds to wait for another writer of the same environment."""
    installer_name: str = "get-installer"
    """What INSTALLER says (PEP 376)."""
    pip_scripts: PipScripts = PipScripts.ALL


@dataclass(frozen=True)
class InstalledDistribution:
    """A distribution that lies in the target."""

    name: NormalizedName
    version: Version
    metadata_directory: Path
    replaced: Version | None = None
    """The version that was there before, if any."""
    scripts: tuple[Path, ...] = ()
