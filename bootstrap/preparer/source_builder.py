"""From candidates and direct references to orders for the build room."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Any

from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap.environment.model import TargetEnvironment
from bootstrap.index.candidate import Candidate, DistributionFile
from bootstrap.index.finder import Finder
from bootstrap.install.vcs_src import Repositories, repositories_of
from bootstrap.metadata.core import Metadata
from bootstrap.metadata.direct_url import (
    direct_url_for_archive,
    direct_url_for_commit,
    direct_url_for_directory,
)
from bootstrap.network.session import Session
from bootstrap.network.urls import split_fragment
from bootstrap.network.workspace import Workspace
from bootstrap.pep517.builder import Builder as BuildRoom
from bootstrap.pep517.isolation import can_build
from bootstrap.pep517.project import MetadataMismatchError
from bootstrap.pep517.settings import BuildSettings
from bootstrap.pep517.source import (
    BuildChain,
    BuildRequest,
    ConfigSettings,
    SdistFile,
    Source,
    SourceTree,
    VcsCheckout,
    config_settings,
)
from bootstrap.preparer.build_requirements import BuildRules, EngineBuildRequirements
from bootstrap.preparer.builder import Builder, Built
from bootstrap.preparer.source_fetcher import Checkouts, Sources
from bootstrap.resolve.dependencies import applies
from bootstrap.resolve.model import constraints_by_name
from bootstrap.resolve.requirement import InputRequirement, ResolveRequest
from bootstrap.resolve.source import UnusableCandidateError
from bootstrap.signals import StoppedError
from bootstrap.trust.hashes import Hashes, check
from bootstrap.ui import Ui

if TYPE_CHECKING:
    from typing_extensions import Self


@dataclass(frozen=True)
class Demands:
    """What the user said of projects by name that matters before any of their code is run."""

    hashes: Mapping[NormalizedName, Hashes]
    settings: Mapping[NormalizedName, ConfigSettings]

    @classmethod
    def of(cls, wanted: ResolveRequest, markers: Mapping[str, str]) -> Demands:
        """Gather it from requirements and constraints, as far as their markers hold."""
        constraints = constraints_by_name(wanted.constraints, markers)
        hashes = {name: each.hashes for name, each in constraints.items()}
        settings: dict[NormalizedName, ConfigSettings] = {}
        for each in wanted.requirements:
            if each.requirement is not None and applies(each.requirement, markers):
                name = canonicalize_name(each.requirement.name)
                hashes[name] = hashes.get(name, Hashes()).intersection(each.hashes)
                settings[name] = config_settings(each.config_settings)
        return cls(hashes, settings)


@dataclass(frozen=True)
class Order:
    """An order, and where its source came from."""

    order: BuildRequest
    requirement: InputRequirement | None = None
    """The direct reference, if it is one."""

    @property
    def url(self) -> str:
        """The URL of a direct reference."""
        return (self.requirement.url or "") if self.requirement else ""


class SourceBuilder:
    """The preparer's `Builder` on top of the build room.

    :param chain: what is being built, for whose sake all of this is ordered
    """

    suits_target = True

    def __init__(
        self, room: BuildRoom, sources: Sources, demands: Demands, chain: BuildChain
    ) -> None:
        self._room = room
        self._sources = sources
        self._demands = demands
        self._chain = chain
        self._lock = Lock()
        self._orders: dict[tuple[NormalizedName, str], Order] = {}

    def metadata(self, candidate: Candidate) -> Metadata:
        """Return a source's metadata, building as little as can be.

        Raises `UnusableCandidateError` for an index's file that is another than its name says, and
        whatever the build raises.
        """
        try:
            return self._room.metadata(self._ordered(candidate).order)
        except MetadataMismatchError as error:
            raise UnusableCandidateError(str(error), hint=error.hint) from error

    def wheel(self, candidate: Candidate, expected: Hashes) -> Built:
        """Build a wheel, or take the one that was built before.

        Raises `HashMismatchError`, and whatever the build raises.
        """
        ordered = self._ordered(candidate)
        order = ordered.order
        if isinstance(order.source, SdistFile):
            with order.source.path.open("rb") as stream:
                check(stream, order.source.filename, expected)
        if isinstance(order.source, VcsCheckout) and order.editable:
            place = self._sources.settled(order.source, ordered.url, candidate.name)
            order = replace(order, source=place)
        wheel = self._room.wheel(order)
        return Built(wheel, _direct_url(order.source, ordered.url) if ordered.url else None)

    def direct_url(self, candidate: Candidate) -> Mapping[str, Any]:
        """Return what direct_url.json says of a direct reference (PEP 610)."""
        ordered = self._ordered(candidate)
        return _direct_url(ordered.order.source, ordered.url)

    def reference(self, requirement: InputRequirement) -> Candidate:
        """Return the candidate of a direct reference; its metadata tells name and version.

        Raises what fetching it and asking for its metadata raise.
        """
        bare, _ = split_fragment(requirement.url or "")
        said = requirement.requirement
        name = canonicalize_name(said.name) if said else None
        demanded = self._demands.hashes.get(name, Hashes()) if name else Hashes()
        source = self._sources.reference(requirement, requirement.hashes.intersection(demanded))
        settings = config_settings(requirement.config_settings)
        order = BuildRequest(source, name, config_settings=settings, chain=self._chain)
        metadata = self._room.metadata(order)
        self._orders[metadata.name, bare] = Order(order, requirement)
        file = DistributionFile(str(source), bare, requirement.hashes)
        return Candidate(
            metadata.name,
            metadata.version,
            file,
            is_wheel=False,
            is_direct=True,
            origin=_direct_url(source, requirement.url or ""),
        )

    def keep(self) -> None:
        """Let what was put into the environment for builds in place stay, whatever comes."""
        self._sources.keep()

    def _ordered(self, candidate: Candidate) -> Order:
        key = candidate.name, candidate.file.url
        with self._lock:
            known = self._orders.get(key)
        if known is None:
            known = self._order(candidate)
            with self._lock:
                known = self._orders.setdefault(key, known)
        return known

    def _order(self, candidate: Candidate) -> Order:
        demanded = self._demands.hashes.get(candidate.name, Hashes())
        expected = candidate.file.hashes.intersection(demanded)
        source = self._sources.archive(candidate.file, expected)
        settings = self._demands.settings.get(candidate.name, ())
        return Order(BuildRequest(source, candidate.name, candidate.version, settings, self._chain))


def _direct_url(source: Source, url: str) -> Mapping[str, Any]:
    """Return direct_url.json's content (PEP 610)."""
    if isinstance(source, SourceTree):
        return direct_url_for_directory(source.path, editable=source.editable)
    if isinstance(source, VcsCheckout):
        if source.editable:  # PEP 610: by now it is a local directory
            return direct_url_for_directory(source.path / source.subdirectory, editable=True)
        return direct_url_for_commit(
            source.url, source.commit, source.requested, source.subdirectory
        )
    return direct_url_for_archive(split_fragment(url)[0], source.sha256, source.subdirectory)


# FOLDED from bootstrap/preparer/building.py
@contextmanager
def building(  # noqa: PLR0917  # seven things of one run, each of its own type
    session: Session,
    finder: Finder,
    target: TargetEnvironment,
    wanted: ResolveRequest,
    rules: BuildRules,
    settings: BuildSettings,
    ui: Ui,
) -> Iterator[SourceBuilder]:
    """Open the build room for one run: everything in it goes by what the run goes by.

    At the end, what still runs is ended and what was unpacked or made for builds is removed.
    """
    workspace = Workspace(settings.cache_directory)

    def builds(wanted: ResolveRequest, chain: BuildChain) -> SourceBuilder:
        return SourceBuilder(room, sources, Demands.of(wanted, target.markers), chain)

    requirements = EngineBuildRequirements(session, finder, rules, builds, ui)
    directory = workspace.new_path("builds")
    directory.mkdir()
    try:
        room = BuildRoom(target, requirements, settings, directory=directory, ui=ui)
        repositories = Repositories(repositories_of(target), ui)
        with Checkouts(repositories, room.git) as checkouts, room:
            sources = Sources(session, room, workspace, checkouts)
            yield builds(wanted, BuildChain())
    finally:
        workspace.remove()


# FOLDED from bootstrap/preparer/on_demand.py
class BuilderOnDemand:
    """A `Builder` that opens another one when it is first asked, and closes it at the end.

    :param begin: returns the other one, as a context
    """

    def __init__(
        self, begin: Callable[[], AbstractContextManager[Builder]], target: TargetEnvironment
    ) -> None:
        self._begin = begin
        self._target = target
        self._stack = ExitStack()
        self._lock = Lock()
        self._builder: Builder | None = None
        self._is_over = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            self._is_over = True
        self._stack.__exit__(kind, error, trace)

    @property
    def suits_target(self) -> bool:
        """Whether the target can run a build."""
        return can_build(self._target)

    def metadata(self, candidate: Candidate) -> Metadata:
        """Return a source distribution's metadata."""
        return self._opened().metadata(candidate)

    def wheel(self, candidate: Candidate, expected: Hashes) -> Built:
        """Build a wheel from a source whose hashes are as expected."""
        return self._opened().wheel(candidate, expected)

    def direct_url(self, candidate: Candidate) -> Mapping[str, Any]:
        """Return what direct_url.json says of a direct reference to a source."""
        return self._opened().direct_url(candidate)

    def reference(self, requirement: InputRequirement) -> Candidate:
        """Return the candidate of a direct reference to a source."""
        return self._opened().reference(requirement)

    def keep(self) -> None:
        """Let what was put into the environment for builds in place stay, if there were any."""
        if self._builder is not None:
            self._builder.keep()

    def _opened(self) -> Builder:
        with self._lock:
            if self._is_over:
                raise StoppedError
            if self._builder is None:
                self._builder = self._stack.enter_context(self._begin())
            return self._builder
