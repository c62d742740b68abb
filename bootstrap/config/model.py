"""Config: everything the user said, parsed once, in the words of the rooms it goes to."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.config.options.option import Command
from bootstrap.config.options.process import Surroundings
from bootstrap.config.requirements.file import RequirementFile
from bootstrap.environment.settings import TargetSettings
from bootstrap.index.settings import IndexSettings
from bootstrap.install.model import InstallSettings
from bootstrap.lock.read import LockFile
from bootstrap.network.settings import NetworkSettings
from bootstrap.pep517.settings import BuildSettings
from bootstrap.provenance import Origin, Sourced
from bootstrap.resolve.requirement import InputRequirement, ResolveRequest
from bootstrap.trust.settings import TrustSettings


@dataclass(frozen=True)
class Said:
    """One value with the place it was said: what `-v` and `doctor` show."""

    name: str
    value: str
    """Without passwords."""
    origin: Origin
    in_force: bool = True
    """False where a stronger voice overruled it."""

    def __str__(self) -> str:
        overruled = "" if self.in_force else ", overruled"
        return f"{self.name} {self.value} (by {self.origin}{overruled})"


@dataclass(frozen=True)
class Config:
    """One run's settings; no room below reads argv, the environment or a configuration file."""

    command: Command
    target: TargetSettings
    trust: TrustSettings
    network: NetworkSettings
    index: IndexSettings
    wanted: ResolveRequest
    install: InstallSettings
    surroundings: Surroundings = field(repr=False)
    """What `load.expand` goes on from; no other room looks at it."""
    build: BuildSettings = field(default_factory=BuildSettings)
    installer: Sourced[str] = field(default_factory=lambda: Sourced("pip", Origin.default()))
    """The real installer's requirement, or "none"."""
    installer_requirement: InputRequirement | None = None
    """The same, parsed; None with "none" (and for commands that install nothing)."""
    handoff: tuple[str, ...] | None = None
    """What follows `--`; None where there is no `--`."""
    dry_run: bool = False
    verbosity: int = 0
    """-1 for `-q`, 2 for `-vv`."""
    report_file: str | None = None
    """`--report`: a path, or `-` for standard output."""
    lock_file: Path | None = None
    output_file: Path | None = None
    """`pack -o`."""
    urls: tuple[str, ...] = ()
    """What `doctor` shall look at; none: the indexes."""
    verify_file: Path | None = None
    """What `verify` shall check; None: the .pyz itself."""
    as_json: bool = False
    version_check: bool = True
    """Whether the self check may speak."""
    seeds: frozenset[Literal["setuptools", "wheel"]] = frozenset({"setuptools", "wheel"})
    """What get-pip.py installs, too, into a Python below 3.12 that lacks it; `--no-setuptools` and
    `--no-wheel` take it out."""
    build_constraints: tuple[InputRequirement, ...] = ()
    builds_without_hashes: frozenset[NormalizedName] = frozenset()
    """Build requirements that need no hash though `--require-hashes` holds."""
    user_cache: Path | None = None
    """This program's directory in the user's cache, whatever `--cache-dir` says: the stable place
    of the CA bundle. None where nobody has one."""
    named: tuple[InputRequirement, ...] = ()
    """What the user named, on the command line and in files; `wanted` has the installer, too."""
    upgrade: bool = True
    """Whether named projects are brought to their newest version: see `config.wanted`."""
    eager: bool = False
    """`--upgrade-strategy eager`."""
    no_index: bool = False
    no_require_hashes: bool = False
    remote_files: tuple[RequirementFile, ...] = ()
    """Requirement files on the network, not yet read: `load.expand` completes the Config."""
    locks: tuple[LockFile, ...] = ()
    """Locks (PEP 751): where there are any, nothing is resolved."""
    into_a_venv: str = field(default="", compare=False)
    """What to type to have the same in a virtual environment."""
    notices: tuple[str, ...] = ()
    """What the user should hear though the run goes on."""
    said: tuple[Said, ...] = ()
    """The strongest voice first."""
