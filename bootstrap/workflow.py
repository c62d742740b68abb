"""The main road: every room composed, in the order in which the data goes its way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from bootstrap._bundled import bundled_wheel
from bootstrap._vendor.packaging.requirements import Requirement
from bootstrap._vendor.packaging.utils import canonicalize_name
from bootstrap.config.load import expand
from bootstrap.config.model import Config
from bootstrap.handoff import Handoff, Said, handoff
from bootstrap.index.finder import Finder
from bootstrap.install.plan import InstalledDistribution
from bootstrap.install.transaction import begin, recover
from bootstrap.network.errors import UnreachableError
from bootstrap.network.session import Session
from bootstrap.network.urls import is_remote
from bootstrap.preparer.bundled import BundledPreparer
from bootstrap.preparer.preparer import Preparer
from bootstrap.report import Outcome, tell
from bootstrap.resolve.explain import ConflictError, NoCandidateError
from bootstrap.resolve.requirement import Resolution
from bootstrap.resolve.resolver import resolve
from bootstrap.target.environment import TargetEnvironment
from bootstrap.target.installed import installed_distributions
from bootstrap.target.managed import require_unmanaged
from bootstrap.target.probe import probe
from bootstrap.target.venv import made
from bootstrap.trust.children import certificate_variables
from bootstrap.trust.context import Trust, establish
from bootstrap.trust.description import anchor_lines
from bootstrap.trust.errors import TlsUnavailableError
from bootstrap.trust.policy import TrustPolicy, decide
from bootstrap.ui import Ui

Source = Preparer | BundledPreparer


def install(config: Config, environ: Mapping[str, str], ui: Ui) -> Handoff | None:
    """Install what is wanted into the target, and return the hand-off that was asked for."""
    policy = decide(config.trust)
    target = probe(config.target, ui)
    require_unmanaged(target)
    recover(target, ui, config.install)
    outcome = _outcome(config, policy, target, ui)
    tell(outcome, ui, dry_run=config.dry_run)
    if config.handoff is None or config.dry_run:
        return None
    return _handoff(config, policy, target, environ)


def _outcome(config: Config, policy: TrustPolicy, target: TargetEnvironment, ui: Ui) -> Outcome:
    """Install from the indexes, or from what is at hand where they are out of reach."""
    if config.network.offline or config.no_index:
        return _from_what_is_at_hand(config, policy, target, ui)
    try:
        with _indexes(config, policy, target, ui) as (complete, source):
            return _installed(complete, source, target, ui)
    except (UnreachableError, TlsUnavailableError) as error:
        return _in_spite_of(error, config, policy, target, ui)


def _in_spite_of(
    obstacle: UnreachableError | TlsUnavailableError,
    config: Config,
    policy: TrustPolicy,
    target: TargetEnvironment,
    ui: Ui,
) -> Outcome:
    """Do without the indexes, if that fulfils every wish; else the obstacle is the answer."""
    ui.warn(f"{obstacle}")
    near = tuple(each for each in config.index.find_links if not is_remote(each.value))
    alone = replace(
        config,
        network=replace(config.network, offline=True),
        index=replace(config.index, index_urls=(), find_links=near),
    )
    try:
        return _from_what_is_at_hand(alone, policy, target, ui)
    except (NoCandidateError, ConflictError):
        raise obstacle from None


def _from_what_is_at_hand(
    config: Config, policy: TrustPolicy, target: TargetEnvironment, ui: Ui
) -> Outcome:
    with _indexes(config, policy, target, ui) as (complete, beside):
        return _installed(complete, BundledPreparer(bundled_wheel(), beside), target, ui)


@contextmanager
def _indexes(
    config: Config, policy: TrustPolicy, target: TargetEnvironment, ui: Ui
) -> Iterator[tuple[Config, Preparer]]:
    """Open the run's one session, and look at the indexes through it.

    What requirement files on the network say completes the Config.
    """
    context = None if config.network.offline else _established(policy, ui).context
    with Session(config.network, context, policy, ui) as session:
        complete = expand(config, session.text) if config.remote_files else config
        yield complete, Preparer(session, Finder(session, complete.index, target, ui), target, ui)


def _established(policy: TrustPolicy, ui: Ui) -> Trust:
    trust = establish(policy)
    for line in anchor_lines(policy, trust.anchors):
        ui.detail(line)
    return trust


def _installed(config: Config, source: Source, target: TargetEnvironment, ui: Ui) -> Outcome:
    """Resolve and, unless this is a dry run, carry the answer out."""
    before = installed_distributions(target)
    resolution = resolve(config.wanted, target, source, before, ui)
    if config.dry_run:
        return Outcome(target, resolution, ())
    with made(target):
        return Outcome(target, resolution, _committed(config, source, resolution, target, ui))


def _committed(
    config: Config, source: Source, resolution: Resolution, target: TargetEnvironment, ui: Ui
) -> tuple[InstalledDistribution, ...]:
    """Unpack wheels while others still arrive, then change the target all at once."""
    if not resolution.to_install:
        return ()
    with begin(target, config.install, ui) as transaction:
        for _, wheel in source.arriving(resolution):
            transaction.stage(wheel)
        return transaction.commit()


def _handoff(
    config: Config, policy: TrustPolicy, target: TargetEnvironment, environ: Mapping[str, str]
) -> Handoff:
    certificates = certificate_variables(policy, config.user_cache, exported=environ.keys())
    said = Said(config.trust, config.network, config.index, certificates)
    name = canonicalize_name(Requirement(config.installer.value).name)
    return handoff(name, config.handoff or (), target, said, environ)
