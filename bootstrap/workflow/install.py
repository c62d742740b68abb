"""The main road: every room composed, in the order in which the data goes its way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bootstrap import self_check
from bootstrap._bundled import bundled_wheel
from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.config.model import Config
from bootstrap.environment.managed import require_unmanaged
from bootstrap.environment.pth_file import announce, mended, require_visible
from bootstrap.environment.venv import made
from bootstrap.handoff.command import installer_name, require_runnable
from bootstrap.handoff.handoff import Handoff, handoff
from bootstrap.install.model import InstalledDistribution
from bootstrap.install.transaction import begin, recover
from bootstrap.lock.errors import NotAtHandError
from bootstrap.lock.resolve import LockContext, fixed
from bootstrap.metadata.installed import Installed, installed_distributions
from bootstrap.network.errors import OfflineError, UnreachableError
from bootstrap.report.documents import OutputPaths
from bootstrap.report.summary import Outcome, tell
from bootstrap.resolve.explain.conflict import ConflictError, NoCandidateError
from bootstrap.resolve.requirement import Resolution, ResolveRequest
from bootstrap.resolve.resolver import resolve
from bootstrap.resolve.result import lacking
from bootstrap.trust.errors import TlsUnavailableError
from bootstrap.ui import Ui
from bootstrap.workflow.context import RunContext, create_context
from bootstrap.workflow.default_requirements import (
    needs_vouching,
    with_seeds,
    with_vouched_installer,
)
from bootstrap.workflow.sources import Source, is_local_only, open_sources, without_the_network


def install(config: Config, environ: Mapping[str, str], ui: Ui) -> Handoff | None:
    """Install what is wanted into the target, and return the hand-off that was asked for."""
    run = create_context(config, environ, ui)
    _require_fitness(run)
    if not config.dry_run:
        recover(run.target, ui, config.install)
    outcome = _fulfilled(run)
    tell(outcome, ui, dry_run=config.dry_run)
    if config.version_check:
        self_check.check(outcome.seen, ui)
    if config.handoff is None or config.installer_requirement is None or config.dry_run:
        return None
    installer = installer_name(config.installer_requirement, outcome.resolution)
    return handoff(installer, config.handoff, run.target, run.said, environ)


def _require_fitness(run: RunContext) -> None:
    """Refuse what would come to nothing in the end, before anything is done."""
    require_unmanaged(run.target, run.config.into_a_venv)
    require_visible(run.target, fix=run.config.target.fix_pth)
    if run.config.handoff is not None:
        require_runnable(run.target)


def _fulfilled(run: RunContext) -> Outcome:
    """Install from the indexes, or from what is at hand where they are out of reach."""
    if run.config.network.offline:
        return _supplied(without_the_network(run))
    try:
        return _supplied(run)
    except (UnreachableError, TlsUnavailableError) as error:
        return _in_spite_of(error, run)


def _in_spite_of(obstacle: UnreachableError | TlsUnavailableError, run: RunContext) -> Outcome:
    """Do without the indexes, if that fulfils every wish; else the obstacle is the answer."""
    try:
        outcome = _supplied(without_the_network(run))
    except (NoCandidateError, ConflictError, NotAtHandError, OfflineError):
        raise obstacle from None
    run.ui.warn(f"{obstacle} What was at hand did instead.")
    return outcome


def _supplied(run: RunContext) -> Outcome:
    with open_sources(run) as (complete, source):
        outcome = _installed(complete, source)
        if is_local_only(complete.config):  # what lies at hand says nothing of what is newest
            return outcome
        return replace(outcome, seen=source.newest_seen(self_check.PROJECTS))


def _installed(run: RunContext, source: Source) -> Outcome:
    """Decide and, unless this is a dry run, carry it out."""
    config = run.config
    whole, resolution = _decided(run, source)
    places = OutputPaths(config.lock_file, config.report_file)
    with places.gather(source, run.target, whole, resolution) as documents:
        if config.dry_run:
            announce(run.target, run.ui)
            outcome = Outcome(run.target, resolution, ())
        else:
            with made(run.target, run.ui), mended(run.target, run.ui):
                outcome = Outcome(run.target, resolution, _committed(run, source, resolution))
        documents.write()
    return outcome


def _decided(run: RunContext, source: Source) -> tuple[Resolution, Resolution]:
    """Return all that shall be there, as locks say or as is resolved, and what is yet to come."""
    config, target = run.config, run.target
    before = installed_distributions(target)
    if config.locks:
        whole = fixed(config.locks, config.wanted, _terms(run, source), before)
    elif config.lock_file is not None:  # a lock knows nothing of what one target happens to hold
        whole = resolve(_wanted(run, source, {}), target, source, {}, run.ui)
    else:
        whole = resolve(_wanted(run, source, before), target, source, before, run.ui)
        return whole, whole
    return whole, whole if config.wanted.ignore_installed else lacking(whole, before)


def _terms(run: RunContext, source: Source) -> LockContext:
    config = run.config
    return LockContext(
        run.target,
        source,
        config.index.formats,
        require_hashes=config.wanted.require_hashes,
        is_offline=config.network.offline or config.no_index,
    )


def _wanted(
    run: RunContext, source: Source, before: Mapping[NormalizedName, Installed]
) -> ResolveRequest:
    """Return what is wanted of this target, with what get-pip.py would give it besides."""

    def is_offered(name: NormalizedName) -> bool:
        return any(each.is_wheel for each in source.candidates(name))

    wanted = with_seeds(run.config, run.target, is_offered)
    if needs_vouching(run.config):
        wanted = with_vouched_installer(run.config, wanted, run.target, before, bundled_wheel())
    return wanted


def _committed(
    run: RunContext, source: Source, resolution: Resolution
) -> tuple[InstalledDistribution, ...]:
    """Unpack wheels while others still arrive, then change the target all at once."""
    if not resolution.to_install:
        return ()
    with begin(run.target, run.config.install, run.ui, source.keep) as transaction:
        for _, wheel in source.iter_wheels(resolution):
            transaction.stage(wheel)
        return transaction.commit()
