"""The input and the output of a resolution: `ResolveRequest` and `Resolution`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from bootstrap._vendor.packaging.markers import InvalidMarker
from bootstrap._vendor.packaging.requirements import Requirement
from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.dataclasses import dataclass, field
from bootstrap.errors import UsageError
from bootstrap.formats.specifiers import is_true
from bootstrap.index.candidate import Candidate
from bootstrap.index.settings import FormatControl, ReleaseControl
from bootstrap.limits import shorten
from bootstrap.network.references import normalize_reference
from bootstrap.network.urls import split_fragment
from bootstrap.provenance import Origin
from bootstrap.trust.hashes import Hashes


@dataclass(frozen=True)
class InputRequirement:
    """One requirement as the user gave it, on the command line or on a line of a file."""

    text: str
    """As it was written; messages quote it."""
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

    def is_applicable(self, markers: Mapping[str, str]) -> bool:
        """Tell whether its marker is true on a target. Raises `InputMarkerError`."""
        try:
            return self.requirement is None or is_true(self.requirement.marker, markers)
        except InvalidMarker as error:
            raise InputMarkerError(self, error) from error


class InputMarkerError(UsageError):
    """The marker of a requirement of the user has no value.

    Causes: the marker asks for something that no target has, such as an extra outside of a project.

    Next: correct the part behind the semicolon, or put it into quotation marks.
    """

    def __init__(self, requirement: InputRequirement, error: InvalidMarker) -> None:
        self.requirement = requirement
        super().__init__(
            f"The marker of {shorten(requirement.text)} ({requirement.origin}) cannot be "
            f"evaluated: {error}.",
            hint="Compare versions only by ~=, and only variables that PEP 508 defines.",
        )


@dataclass(frozen=True)
class UrlRules:
    """Which URLs the requirements of packages may name; `resolve.transitive_urls` applies them."""

    transitive: bool = True
    """False with `--no-transitive-urls`: packages of an index may not name any."""
    formats: FormatControl = field(default_factory=FormatControl)
    """What `--only-binary` excludes is not built from a URL either."""
    pinned: frozenset[NormalizedName] = frozenset()
    """Projects that `--index-for` takes from one index only."""


@dataclass(frozen=True)
class ResolveRequest:
    """Everything that one resolution has to take into account."""

    requirements: tuple[InputRequirement, ...]
    constraints: tuple[InputRequirement, ...] = ()
    """They limit versions but install nothing."""
    require_hashes: bool = False
    without_hashes: frozenset[NormalizedName] = frozenset()
    """Projects exempt from `require_hashes`: build requirements that the user exempted by name."""
    no_dependencies: bool = False
    only_dependencies_of: tuple[InputRequirement, ...] = ()
    """`--only-deps`: requirements that are resolved, but not installed themselves."""
    upgrade: frozenset[NormalizedName] = frozenset()
    """Projects for which the installed version is not preferred."""
    upgrade_all: bool = False
    """`--upgrade-strategy eager`: the installed version is not preferred for any project."""
    ignore_installed: bool = False
    """`--ignore-installed`, `--force-reinstall`: resolve as if nothing were installed."""
    ignore_requires_python: bool = False
    releases: ReleaseControl = field(default_factory=ReleaseControl)
    """For which projects pre-releases count like final releases, or not at all (PEP 440)."""
    url_rules: UrlRules = field(default_factory=UrlRules)

    @property
    def urls(self) -> frozenset[str]:
        """The URLs that the user named, without fragments."""
        given = (*self.requirements, *self.constraints)
        return frozenset(split_fragment(line.url)[0] for line in given if line.url is not None)

    @cached_property
    def references(self) -> frozenset[str]:
        """The same URLs, normalized: they do not depend on how they are spelled."""
        return frozenset(map(normalize_reference, self.urls))


@dataclass(frozen=True)
class Resolved:
    """One distribution of a resolution, to be installed or kept."""

    name: NormalizedName
    version: Version
    candidate: Candidate | None
    """What to install; None where the installed version is kept."""
    extras: frozenset[str] = frozenset()
    requested: InputRequirement | None = None
    """The user's own requirement on the project, if there is one (PEP 376's REQUESTED)."""
    required_by: tuple[NormalizedName, ...] = ()
    hashes: Hashes = field(default_factory=Hashes)
    """The hashes that the user requires, besides those that the index lists."""
    position: int = field(default=0, compare=False)
    """When the resolver chose it: first what is named, then what that depends on, as in pip."""


@dataclass(frozen=True)
class Resolution:
    """The distributions that satisfy a request, dependencies before what depends on them."""

    distributions: tuple[Resolved, ...]

    @property
    def to_install(self) -> tuple[Resolved, ...]:
        """Those that are not installed yet."""
        return tuple(resolved for resolved in self.distributions if resolved.candidate is not None)

    @property
    def installation_order(self) -> tuple[NormalizedName, ...]:
        """The names of those to install, in the order in which pip installs.

        First what depends on nothing, then what depends on that only, and so on; at last what is
        left of cycles. Those of one turn are in reverse alphabetical order.
        """
        dependencies: dict[NormalizedName, set[NormalizedName]] = {
            resolved.name: set() for resolved in self.distributions
        }
        for resolved in self.distributions:
            for parent in resolved.required_by:
                if parent in dependencies:
                    dependencies[parent].add(resolved.name)
        order: list[NormalizedName] = []
        while dependencies:
            turn = {name for name, below in dependencies.items() if not below} or set(dependencies)
            order += sorted(turn, reverse=True)
            dependencies = {
                name: below - turn for name, below in dependencies.items() if name not in turn
            }
        to_install = {resolved.name for resolved in self.to_install}
        return tuple(name for name in order if name in to_install)
