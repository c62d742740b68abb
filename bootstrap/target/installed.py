"""The distributions a target holds already."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from bootstrap._vendor.packaging.requirements import Requirement
from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version


class InstalledKind(Enum):
    """How a distribution left its mark."""

    DIST_INFO = "dist-info"
    EGG_INFO_DIRECTORY = "egg-info directory"
    EGG_INFO_FILE = "egg-info file"
    EGG_LINK = "egg-link"


@dataclass(frozen=True)
class Installed:
    """One installed distribution (PEP 376, PEP 627, and what came before)."""

    name: NormalizedName
    version: Version
    location: Path
    """The directory of `sys.path` it lies in."""
    metadata_path: Path
    """Its dist-info or egg-info directory or file, or its egg-link."""
    kind: InstalledKind
    requires: tuple[Requirement, ...] = ()
    installer: str = ""
    """What INSTALLER says, or ""."""
    direct_url: str | None = None
    """The text of direct_url.json (PEP 610), if any."""
    editable: bool = False
