"""What the user named, and what a resolution answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bootstrap._vendor.packaging.requirements import Requirement
from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.index.candidate import Candidate
from bootstrap.provenance import Origin
from bootstrap.trust.hashes import Hashes


@dataclass(frozen=True)
class InputRequirement:
    """One requirement as the user named it, on the command line or on a line of a file."""

    text: str
    """As it was typed; messages quote it."""
    origin: Origin
    requirement: Requirement | None
    """None for a local path or URL without a name: its metadata will tell."""
    url: str | None = None
    """A direct reference: `name @ URL`, a URL, or a local path as an absolute file: URL."""
    extras: frozenset[str] = frozenset()
    """Of a local path or URL without a name (`./project[extra]`)."""
    editable: bool = False
    hashes: Hashes = field(default_factory=Hashes)
    config_settings: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.text, self.origin))


@dataclass(frozen=True)
class ResolveRequest:
    """All that is asked of one resolution."""

    requirements: tuple[InputRequirement, ...]
    constraints: tuple[InputRequirement, ...] = ()
    """They limit versions but install nothing."""
    require_hashes: bool = False
    without_hashes: frozenset[NormalizedName] = frozenset()
    """Projects that need none even so: build requirements the user waived it for by name."""
    no_dependencies: bool = False
    upgrade: frozenset[NormalizedName] = frozenset()
    """Named projects for which an installed version is not preferred."""
    upgrade_all: bool = False
    """`--upgrade-strategy eager`: nor for their dependencies."""
    ignore_installed: bool = False
    """`--ignore-installed`, `--force-reinstall`: as if nothing were there yet."""
    ignore_requires_python: bool = False
    pre: bool = False
    """`--pre`: pre-releases are as welcome as final releases (PEP 440)."""


@dataclass(frozen=True)
class Resolved:
    """One distribution of the answer: fetched from `candidate`, or kept as it is installed."""

    name: NormalizedName
    version: Version
    candidate: Candidate | None
    """None: the installed version stays."""
    extras: frozenset[str] = frozenset()
    requested: InputRequirement | None = None
    """The user's own requirement, where the user named it (PEP 376's REQUESTED)."""
    required_by: tuple[NormalizedName, ...] = ()
    hashes: Hashes = field(default_factory=Hashes)
    """What the user demands of the file, besides what the index says of it."""


@dataclass(frozen=True)
class Resolution:
    """Every distribution the target will hold of what was wanted, dependencies first."""

    distributions: tuple[Resolved, ...]

    @property
    def to_install(self) -> tuple[Resolved, ...]:
        """Those that are not there yet."""
        return tuple(each for each in self.distributions if each.candidate is not None)
