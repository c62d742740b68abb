"""Config: everything the user set, parsed once, as each package expects it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bootstrap._vendor.packaging.specifiers import SpecifierSet
from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.config.options.layers import OptionLayers, SettingRecord
from bootstrap.config.options.option import Command
from bootstrap.config.options.process import ProcessContext
from bootstrap.config.requirements.file import RequirementFile, RequirementFiles
from bootstrap.dataclasses import dataclass, field
from bootstrap.environment.settings import TargetSettings
from bootstrap.index.settings import IndexSettings
from bootstrap.install.model import InstallSettings, WarningSettings
from bootstrap.lock.read import PylockFile
from bootstrap.network.settings import NetworkSettings
from bootstrap.pep517.settings import BuildSettings
from bootstrap.provenance import Sourced
from bootstrap.resolve.requirement import InputRequirement, ResolveRequest
from bootstrap.trust.settings import TrustSettings
from bootstrap.ui import TerminalSettings

if TYPE_CHECKING:
    from bootstrap.config.kits import KitDefaults, KitFiles, PackSettings

DEFAULT_PACKAGES = frozenset({"setuptools", "wheel"})


@dataclass(frozen=True)
class Inputs:
    """What a Config is made of: `load.expand` makes it again when more files have been read."""

    process: ProcessContext
    layers: OptionLayers = field(default_factory=OptionLayers)
    requirements: tuple[InputRequirement, ...] = ()
    """Those of the command line."""
    files: RequirementFiles = field(default_factory=RequirementFiles)
    default_index: Callable[[], str] | None = None
    """None where the default index must not be used."""


@dataclass(frozen=True)
class Config:
    """The settings of one run; no package below reads argv, the environment or pip.conf."""

    command: Command
    inputs: Inputs = field(repr=False)
    target: TargetSettings
    trust: TrustSettings = field(default_factory=TrustSettings)
    network: NetworkSettings = field(default_factory=NetworkSettings)
    index: IndexSettings = field(default_factory=IndexSettings)
    no_index: bool = False
    request: ResolveRequest = field(default_factory=lambda: ResolveRequest(()))
    """What the user named, and the installer."""
    locks: tuple[PylockFile, ...] = ()
    """Locks (PEP 751): where there are any, nothing is resolved."""
    install: InstallSettings = field(default_factory=InstallSettings)
    build: BuildSettings = field(default_factory=BuildSettings)
    build_constraints: tuple[InputRequirement, ...] = ()
    builds_without_hashes: frozenset[NormalizedName] = frozenset()
    """Build requirements that need no hash even with `--require-hashes`."""
    installer: InputRequirement | None = None
    """None with `--installer none`, and for commands that install nothing."""
    requires_python: Sourced[SpecifierSet] | None = None
    """What the script of `--requirements-from-script` requires of the target."""
    default_packages: frozenset[str] = DEFAULT_PACKAGES
    """What get-pip.py also installs into a Python below 3.12 that lacks it; `--no-setuptools` and
    `--no-wheel` remove it."""
    handoff: tuple[str, ...] | None = None
    """What follows `--`; None where there is no `--`."""
    dry_run: bool = False
    log_file: Path | None = None
    """`--log`: gets every message, whatever the verbosity."""
    debug: bool = False
    """Whether errors are shown with their traceback."""
    verbosity: int = 0
    """-1 for `-q`, 2 for `-vv`."""
    report_file: str | None = None
    """`--report`: a path, or `-` for standard output."""
    lock_file: Path | None = None
    pack: PackSettings | None = None
    kit_files: KitFiles | None = None
    kit: KitDefaults | None = None
    """What the kit says that is running."""
    is_online: bool = False
    """`--online`: whether a kit may use the network."""
    urls: tuple[str, ...] = ()
    """What `doctor` examines; none: the indexes."""
    as_json: bool = False
    terminal: TerminalSettings = field(default_factory=TerminalSettings)
    """How the output looks."""
    shown_warnings: WarningSettings = field(default_factory=WarningSettings)
    """What is warned of after an installation; nothing in place of ensurepip."""
    version_check: bool = True
    """Whether to tell the user about a newer version of this program."""
    venv_command: str = field(default="", compare=False)
    """The command line that installs the same into a virtual environment."""
    warnings: tuple[str, ...] = ()
    """Warnings for the user; the run continues."""
    setting_records: tuple[SettingRecord, ...] = ()
    """All settings with their origins, highest precedence first."""

    @property
    def is_from_kit_only(self) -> bool:
        """Whether a kit is everything that is installed from: no socket is opened.

        The installer that is handed off to may use the network, unless the user says `--offline`.
        """
        return self.kit is not None and not self.is_online

    @property
    def installs_whole_kit(self) -> bool:
        """Whether everything in the kit is installed, because nothing else is named."""
        named = ("requirement", "group", "requirements_from_script")
        is_named = self.inputs.requirements or any(map(self.inputs.layers.items, named))
        is_own = self.installer is None or self.installer.origin.kind == "kit"
        return self.kit is not None and is_own and not is_named

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment variables of the caller."""
        return self.inputs.process.environ

    @property
    def user_cache(self) -> Path | None:
        """This program's directory in the user's cache, whatever `--cache-dir` is.

        The CA bundle is kept there. None where the user has no cache.
        """
        return self.inputs.process.user_cache

    @property
    def remote_files(self) -> tuple[RequirementFile, ...]:
        """Requirement files on the network, not read yet: `load.expand` reads them."""
        return self.inputs.files.remote
