"""Builds wheels from sources: candidates and direct references become PEP 517 build requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Any

from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap.dataclasses import dataclass, replace
from bootstrap.environment.model import TargetEnvironment
from bootstrap.index.candidate import Candidate, DistributionFile
from bootstrap.index.finder import Finder
from bootstrap.install.vcs_src import Repositories
from bootstrap.metadata.core import Metadata
from bootstrap.metadata.direct_url import (
    direct_url_for_archive,
    direct_url_for_commit,
    direct_url_for_directory,
)
from bootstrap.network.files import Workspace
from bootstrap.network.session import Session
from bootstrap.network.urls import split_fragment
from bootstrap.pep517.isolation import can_build
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
from bootstrap.preparer.build_requirements import BuildRules
from bootstrap.preparer.wheels import Built
from bootstrap.resolve.model import constraints_by_name
from bootstrap.resolve.requirement import InputRequirement, ResolveRequest
from bootstrap.resolve.source import UnusableCandidateError
from bootstrap.signals import StoppedError
from bootstrap.trust.hashes import Hashes, check
from bootstrap.ui import Ui

if TYPE_CHECKING:
    from typing_extensions import Self

    from bootstrap.pep517.builder import Builder as BuildFrontend
    from bootstrap.preparer.source_fetcher import SourceFetcher


@dataclass(frozen=True)
class BuildTools:
    """What all builds of a run share."""

    frontend: BuildFrontend
    fetcher: SourceFetcher


class SourceBuilder:
    """The `WheelBuilder` of real runs; it opens its tools when it is first used.

    :param open_tools: returns the tools as a context, which is left when the builder is
    :param request: its hashes and config settings hold before any code of a project is run
    :param chain: the builds that need what this builder builds, outermost first
    """

    def __init__(
        self,
        open_tools: Callable[[], AbstractContextManager[BuildTools]],
        target: TargetEnvironment,
        request: ResolveRequest,
        chain: BuildChain | None = None,
    ) -> None:
        self._open_tools = open_tools
        self._target = target
        self._options = ProjectOptions.of(request, target.markers)
        self._chain = chain or BuildChain()
        self._stack = ExitStack()
        self._lock = Lock()
        self._tools: BuildTools | None = None
        self._is_closed = False
        self._requests: dict[tuple[NormalizedName, tuple[object, ...]], BuildRequest] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            self._is_closed = True
        self._stack.__exit__(kind, error, trace)

    @property
    def suits_target(self) -> bool:
        """Whether the target can run a build."""
        return can_build(self._target)

    def metadata(self, candidate: Candidate) -> Metadata:
        """Return a source's metadata, building as little as possible.

        Raises `UnusableCandidateError` for an index's file that is not what its name says, and
        what the build raises.
        """
        from bootstrap.pep517.project import MetadataMismatchError

        try:
            return self._opened().frontend.metadata(self._request(candidate))
        except MetadataMismatchError as error:
            raise UnusableCandidateError(str(error), hint=error.hint) from error

    def wheel(self, candidate: Candidate, expected: Hashes) -> Built:
        """Build a wheel, or return the one that was built before.

        Raises `HashMismatchError`, and what the build raises.
        """
        request, tools = self._request(candidate), self._opened()
        source = request.source
        if isinstance(source, SdistFile):  # more hashes may be required than when it was fetched
            with source.path.open("rb") as stream:
                check(stream, source.filename, expected)
        if isinstance(source, VcsCheckout) and request.editable:
            from bootstrap.pep517.git import parse_vcs_url

            url = parse_vcs_url(candidate.file.url)
            moved = tools.fetcher.clones.place(source, url, candidate.name)
            request = replace(request, source=moved)
        direct_url = _direct_url(request.source, candidate.file.url)
        wheel = tools.frontend.wheel(request)
        return Built(wheel, direct_url if candidate.is_direct else None)

    def direct_url(self, candidate: Candidate) -> Mapping[str, Any]:
        """Return direct_url.json's content (PEP 610) for a candidate of `reference`."""
        source = self._request(candidate).source
        if isinstance(source, VcsCheckout) and source.editable:  # where `wheel` would put it
            source = replace(source, path=self._opened().fetcher.clones.path(candidate.name))
        return _direct_url(source, candidate.file.url)

    def reference(self, requirement: InputRequirement) -> Candidate:
        """Return the candidate of a direct reference; its metadata gives name and version.

        Raises what fetching it and reading its metadata raise.
        """
        url, _ = split_fragment(requirement.url or "")
        given = requirement.requirement
        name = canonicalize_name(given.name) if given else None
        demanded = self._options.hashes.get(name, Hashes()) if name else Hashes()
        tools = self._opened()
        source = tools.fetcher.reference(requirement, requirement.hashes.intersection(demanded))
        settings = config_settings(requirement.config_settings)
        request = BuildRequest(source, name, config_settings=settings, chain=self._chain)
        metadata = tools.frontend.metadata(request)
        candidate = Candidate(
            metadata.name,
            metadata.version,
            DistributionFile(str(source), url, requirement.hashes),
            is_wheel=False,
            is_direct=True,
            origin=_direct_url(source, url),
        )
        self._requests[candidate.name, candidate.identity] = request
        return candidate

    def _request(self, candidate: Candidate) -> BuildRequest:
        """Return the build request of a candidate; its source is fetched once."""
        key = candidate.name, candidate.identity
        with self._lock:
            known = self._requests.get(key)
        if known is not None:
            return known
        demanded = self._options.hashes.get(candidate.name, Hashes())
        expected = candidate.file.hashes.intersection(demanded)
        source = self._opened().fetcher.archive(candidate.file, expected)
        settings = self._options.config_settings.get(candidate.name, ())
        request = BuildRequest(source, candidate.name, candidate.version, settings, self._chain)
        with self._lock:
            return self._requests.setdefault(key, request)

    def _opened(self) -> BuildTools:
        with self._lock:
            if self._is_closed:
                raise StoppedError
            if self._tools is None:
                self._tools = self._stack.enter_context(self._open_tools())
            return self._tools


@dataclass(frozen=True)
class ProjectOptions:
    """pip's per-requirement options that matter before any code of a project is run."""

    hashes: Mapping[NormalizedName, Hashes]
    config_settings: Mapping[NormalizedName, ConfigSettings]

    @classmethod
    def of(cls, request: ResolveRequest, markers: Mapping[str, str]) -> ProjectOptions:
        """Collect them from the requirements and constraints whose markers hold."""
        constraints = constraints_by_name(request.constraints, markers)
        hashes = {name: constraint.hashes for name, constraint in constraints.items()}
        settings: dict[NormalizedName, ConfigSettings] = {}
        for item in request.requirements:
            if item.requirement is not None and item.is_applicable(markers):
                name = canonicalize_name(item.requirement.name)
                hashes[name] = hashes.get(name, Hashes()).intersection(item.hashes)
                settings[name] = config_settings(item.config_settings)
        return cls(hashes, settings)


@contextmanager
def open_build_tools(  # noqa: PLR0917  # seven things of one run, each of its own type
    session: Session,
    finder: Finder,
    target: TargetEnvironment,
    rules: BuildRules,
    settings: BuildSettings,
    repositories: Repositories,
    ui: Ui,
) -> Iterator[BuildTools]:
    """Open what builds need: they use the session, indexes and settings of the run.

    At the end, child processes are stopped and what was unpacked or made for builds is removed.
    """
    # Imported here: most runs build nothing.
    from bootstrap.pep517.builder import Builder as BuildFrontend
    from bootstrap.preparer.build_requirements import EngineBuildRequirements
    from bootstrap.preparer.editable_clones import EditableClones
    from bootstrap.preparer.source_fetcher import SourceFetcher

    workspace = Workspace(settings.cache_directory)

    def build_for(request: ResolveRequest, chain: BuildChain) -> SourceBuilder:
        return SourceBuilder(lambda: nullcontext(tools), target, request, chain)

    requirements = EngineBuildRequirements(session, finder, rules, build_for, ui)
    directory = workspace.new_path("builds")
    directory.mkdir()
    try:
        frontend = BuildFrontend(target, requirements, settings, directory=directory, ui=ui)
        clones = EditableClones(frontend.git, repositories, settings.exists_actions)
        tools = BuildTools(frontend, SourceFetcher(session, frontend.git, workspace, clones))
        with frontend:
            yield tools
    finally:
        if settings.keep_directories:
            ui.info(f"The directories of builds are kept (--no-clean): {directory.parents[1]}")
        else:
            workspace.remove()


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
    return direct_url_for_archive(url, source.sha256, source.subdirectory)
