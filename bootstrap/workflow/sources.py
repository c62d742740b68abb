"""The sources of a run: its session, and where candidates and wheels come from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from bootstrap._bundled import bundled_wheel
from bootstrap.config.load import expand
from bootstrap.config.model import Config
from bootstrap.dataclasses import dataclass, replace
from bootstrap.handoff.variables import build_variables
from bootstrap.index.finder import Finder
from bootstrap.index.locations import BundledLocation, ContainedLocation
from bootstrap.install.scheme_paths import SchemePaths
from bootstrap.install.vcs_src import Repositories, src_directory
from bootstrap.lock.packages import locked_urls
from bootstrap.network.session import Session
from bootstrap.network.urls import is_server_reference
from bootstrap.preparer.build_requirements import BuildRules
from bootstrap.preparer.preparer import Preparer
from bootstrap.preparer.source_builder import BuildTools, SourceBuilder, open_build_tools
from bootstrap.workflow.context import RunContext
from bootstrap.workflow.default_requirements import needs_bundled_installer

_LOCAL_ONLY_HINT = (
    "Only the bundled pip and the locations of --find-links were searched: name a directory of "
    "wheels for this Python with --find-links, or leave out --offline and --no-index."
)


@dataclass(frozen=True)
class Sources:
    """What one run installs from."""

    preparer: Preparer
    repositories: Repositories
    """The repositories of editable requirements; they stay only if the transaction commits."""


@contextmanager
def open_session(run: RunContext) -> Iterator[Session]:
    """Open the run's one session. Its TLS context is made with the first connection.

    A run that finds installed what was asked for connects to nothing, and imports no `ssl`.
    """
    settings = replace(run.config.network, named_urls=tuple(named_urls(run.config)))
    certificates = run.certificates
    with Session(
        settings,
        certificates.open_context,
        run.policy,
        run.ui,
        certificates.open_client_context,
    ) as session:
        yield session


def named_urls(config: Config) -> Iterator[str]:
    """Yield the remote URLs that the user, or a file of this machine, named.

    What a requirement file or a lock from the network names is not the user's word.
    """
    yield from config.urls
    files = (file.location for file in config.remote_files)
    locks = (lock.location for lock in config.locks)
    index = config.index
    indexes = (*index.index_urls, *index.find_links, *index.index_for.values())
    for location in (*indexes, *files, *locks):
        if location.is_remote:
            yield location.value
    yield from filter(is_server_reference, config.request.urls)
    for lock in config.locks:
        if not lock.location.is_remote:
            yield from filter(is_server_reference, locked_urls(lock))


def read_remote_files(run: RunContext, session: Session) -> RunContext:
    """Return the run with a Config that the requirement files on the network have completed."""
    if not run.config.remote_files:
        return run
    config = expand(run.config, session.get_text)
    for warning in config.warnings:
        if warning not in run.config.warnings:
            run.ui.warn(warning, code="configuration")
    return replace(run, config=config)


def _contained_wheels(run: RunContext, *, is_bundled_used: bool) -> ContainedLocation | None:
    bundled = BundledLocation(bundled_wheel(), run.target) if is_bundled_used else None
    if run.kit is None:
        return bundled
    from bootstrap.kit.opening import KitLocation

    return KitLocation(run.kit, run.target, bundled)


@contextmanager
def open_sources(run: RunContext, session: Session) -> Iterator[Sources]:
    """Open the indexes, find-links and (where it may be used) the bundled wheel, and the builder.

    The bundled wheel is a candidate where no index is asked, and where hashes are required and
    only its own is known.
    """
    config, target, ui = run.config, run.target, run.ui
    is_bundled_used = run.is_local_only or needs_bundled_installer(config)
    finder = Finder(
        session,
        config.index,
        target,
        ui,
        ignore_requires_python=config.request.ignore_requires_python,
        bundled=_contained_wheels(run, is_bundled_used=is_bundled_used),
    )
    locked_later = SchemePaths(target.scheme).lock_paths()
    repositories = Repositories(
        src_directory(target), ui, config.install.lock_timeout, locked_later
    )

    def open_tools() -> AbstractContextManager[BuildTools]:
        forwarded = build_variables(
            run.forwarded_settings, config.environ, target.prefix / "no-index"
        )
        settings = replace(
            config.build,
            environ=config.environ,
            variables=forwarded,
            cache_directory=config.network.cache_directory,
        )
        rules = BuildRules(
            config.build_constraints,
            config.request.require_hashes,
            config.builds_without_hashes,
            config.request.releases,
            config.request.url_rules,
            config.install.strict_record,
        )
        return open_build_tools(session, finder, target, rules, settings, repositories, ui)

    hint = _LOCAL_ONLY_HINT if run.is_local_only else None
    with ExitStack() as stack:
        stack.callback(repositories.end)
        builder = stack.enter_context(SourceBuilder(open_tools, target, config.request))
        early = not config.dry_run
        preparer = Preparer(
            session, finder, target, ui, builder, source_hint=hint, fetches_early=early
        )
        yield Sources(stack.enter_context(preparer), repositories)
