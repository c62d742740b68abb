"""The input and the result of an installation."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.dataclasses import dataclass
from bootstrap.provenance import Origin
from bootstrap.trust.hashes import VerifiedWheel


class PipScripts(Enum):
    """The scripts that pip gets (ensurepip: default_pip, no option, altinstall)."""

    ALL = "pip, pip3, pip3.Y"
    VERSIONED = "pip3, pip3.Y"
    FULL_VERSION = "pip3.Y"


@dataclass(frozen=True)
class WheelToInstall:
    """One verified wheel, and what its dist-info records about it."""

    wheel: VerifiedWheel
    requested: bool = False
    direct_url: Mapping[str, Any] | None = None
    """The content of direct_url.json (PEP 610), for direct references only."""
    is_built: bool = False
    """Whether we built it from source."""


@dataclass(frozen=True)
class InstallSettings:
    """The settings of an installation."""

    compile: bool = False
    force: bool = False
    """`--force-reinstall`: files of another distribution may be overwritten, with a warning."""
    ignore_installed: bool = False
    """`--ignore-installed`: the installed version is not uninstalled first."""
    keep_existing: bool = False
    """`--target` without `--upgrade`: nothing that is there is replaced."""
    strict_record: Origin | None = None
    """Where `--strict-record` is set, if it is: a RECORD that does not match is refused."""
    lock_timeout: float = 600.0
    """Seconds to wait for another writer of the same environment."""
    installer_name: str = "get-installer"
    """The content of INSTALLER (PEP 376)."""
    pip_scripts: PipScripts = PipScripts.ALL


@dataclass(frozen=True)
class InstalledDistribution:
    """A distribution that was installed into the target."""

    name: NormalizedName
    version: Version
    metadata_directory: Path
    replaced: Version | None = None
    """The version that was installed before, if any."""
    scripts: tuple[Path, ...] = ()
    console_scripts: tuple[Path, ...] = ()
    """Those made for entry points."""


@dataclass(frozen=True)
class WarningSettings:
    """The warnings after an installation, with the options that silence it; none by default."""

    conflicts: bool = False
    """What is installed and does not fit together; not with `--no-warn-conflicts`, `--no-deps`."""
    script_location: bool = False
    """Scripts off PATH; not with `--no-warn-script-location`, `--target`, `--prefix`."""
    root_user: bool = False
    """Root installs outside a virtual environment; not with `--root-user-action ignore`."""
    search_path: str = ""
    """PATH of the caller."""
    shell: str = ""
    """SHELL of the caller: for what it would type."""
