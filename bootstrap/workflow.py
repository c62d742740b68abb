"""The main road: every room composed, in the order in which the data goes its way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import partial

from bootstrap import self_check
from bootstrap._bundled import bundled_wheel
from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.config.load import expand
from bootstrap.config.model import Config
from bootstrap.config.seeds import with_seeds
from bootstrap.doctor.report import DoctorReport, diagnose
from bootstrap.handoff.command import installer_name
from bootstrap.handoff.handoff import Handoff, handoff
from bootstrap.handoff.said import Said
from bootstrap.handoff.variables import build_variables
from bootstrap.index.finder import Finder
from bootstrap.install.plan import InstalledDistribution
from bootstrap.install.transaction import begin, recover
from bootstrap.lock.errors import NotAtHandError
from bootstrap.lock.fixed import Terms, fixed
from bootstrap.network.errors import UnreachableError
from bootstrap.network.session import Session
from bootstrap.network.urls import is_remote, redacted
from bootstrap.network.wire.proxies import proxy_for
from bootstrap.preparer.build_rules import BuildRules
from bootstrap.preparer.builder import Builder
from bootstrap.preparer.bundled import BundledPreparer
from bootstrap.preparer.on_demand import BuilderOnDemand
from bootstrap.preparer.preparer import Preparer
from bootstrap.report.documents import Places
from bootstrap.report.outcome import Outcome
from bootstrap.report.summary import tell
from bootstrap.resolve.answer import lacking
from bootstrap.resolve.explain import ConflictError, NoCandidateError
from bootstrap.resolve.requirement import Resolution, Wanted
from bootstrap.resolve.resolver import resolve
from bootstrap.target.environment import TargetEnvironment
from bootstrap.target.installed import installed_distributions
from bootstrap.target.managed import require_unmanaged
from bootstrap.target.probe import probe
from bootstrap.target.venv import made
from bootstrap.trust.children import ChildCertificates, child_certificates
from bootstrap.trust.context import Trust, establish
from bootstrap.trust.description import anchor_lines
from bootstrap.trust.errors import TlsUnavailableError
from bootstrap.trust.policy import TrustPolicy, decide
from bootstrap.ui import Ui

Source = Preparer | BundledPreparer


@dataclass(frozen=True)
class Run:
    """What every step of one run goes by."""

    config: Config
    policy: TrustPolicy
    target: TargetEnvironment
    certificates: ChildCertificates
    ui: Ui


def install(config: Config, environ: Mapping[str, str], ui: Ui) -> Handoff | None:
    """Install what is wanted into the target, and return the hand-off that was asked for."""
    run = _begun(config, environ, ui)
    require_unmanaged(run.target)
    recover(run.target, ui, config.install)
    outcome = _outcome(run)
    tell(outcome, ui, dry_run=config.dry_run)
    if config.version_check:
        self_check.check(outcome.seen, ui)
    if config.handoff is None or config.installer_requirement is None or config.dry_run:
        return None
    installer = installer_name(config.installer_requirement, outcome.resolution)
    return handoff(installer, config.handoff, run.target, _said(run), environ)


def examine(config: Config, environ: Mapping[str, str], ui: Ui) -> DoctorReport:
    """Look at the servers that a run would speak with, and at what decides about trust."""
    return diagnose(
        _servers(config, ui),
        decide(config.trust),
        proxy_for=partial(proxy_for, settings=config.network),
        environ=environ,
        settings=map(str, config.said),
        timeout=config.network.timeout,
    )


def _servers(config: Config, ui: Ui) -> tuple[str, ...]:
    """Return the URLs to look at: those that were named, or else the indexes."""
    urls = config.urls or tuple(given.value for given in config.index.index_urls)
    if urls and config.network.offline:
        ui.warn("No server is looked at, since this run is offline.")
        return ()
    if config.urls:
        return urls
    encrypted = tuple(url for url in urls if url.startswith("https:"))
    for url in set(urls).difference(encrypted):
        ui.warn(f"{redacted(url)} has no certificate to look at: it is not reached by https.")
    return encrypted


def _begun(config: Config, environ: Mapping[str, str], ui: Ui) -> Run:
    for said in config.said:
        ui.detail(f"Said: {said}")
    policy = decide(config.trust)
    certificates = child_certificates(
        policy, config.user_cache, exported=environ.keys(), note=ui.detail
    )
    return Run(config, policy, probe(config.target, ui), certificates, ui)


def _outcome(run: Run) -> Outcome:
    """Install from the indexes, or from what is at hand where they are out of reach."""
    if run.config.network.offline:
        return _from_what_is_at_hand(replace(run, config=_without_the_network(run.config)))
    if run.config.no_index:
        return _from_what_is_at_hand(run)
    try:
        with _indexes(run) as (complete, source):
            outcome = _installed(complete, source)
            return replace(outcome, seen=source.newest_seen(self_check.PROJECTS))
    except (UnreachableError, TlsUnavailableError) as error:
        return _in_spite_of(error, run)


def _in_spite_of(obstacle: UnreachableError | TlsUnavailableError, run: Run) -> Outcome:
    """Do without the indexes, if that fulfils every wish; else the obstacle is the answer."""
    run.ui.warn(f"{obstacle}")
    try:
        return _from_what_is_at_hand(replace(run, config=_without_the_network(run.config)))
    except (NoCandidateError, ConflictError, NotAtHandError):
        raise obstacle from None


def _without_the_network(config: Config) -> Config:
    """Return the same, looking only at what lies on this machine."""
    urls, links = config.index.index_urls, config.index.find_links
    index = replace(
        config.index,
        index_urls=tuple(each for each in urls if not is_remote(each.value)),
        find_links=tuple(each for each in links if not is_remote(each.value)),
    )
    return replace(config, network=replace(config.network, offline=True), index=index)


def _from_what_is_at_hand(run: Run) -> Outcome:
    with _indexes(run) as (complete, beside):
        return _installed(complete, BundledPreparer(bundled_wheel(), beside))


@contextmanager
def _indexes(run: Run) -> Iterator[tuple[Run, Preparer]]:
    """Open the run's one session, and look at the indexes through it.

    What requirement files on the network say completes the run's Config.
    """
    config, ui = run.config, run.ui
    context = None if config.network.offline else _established(run).context
    with Session(config.network, context, run.policy, ui) as session:
        if config.remote_files:
            run = replace(run, config=expand(config, session.text))
        finder = Finder(session, run.config.index, run.target, ui)
        with (
            _builder(run, session, finder) as builder,
            Preparer(session, finder, run.target, ui, builder) as preparer,
        ):
            yield run, preparer


def _builder(run: Run, session: Session, finder: Finder) -> BuilderOnDemand:
    """Return what builds sources with all that the run itself goes by."""
    config, target = run.config, run.target

    def opened() -> AbstractContextManager[Builder]:
        # Imported here: most runs build nothing.
        from bootstrap.preparer.building import building

        told = build_variables(_said(run), config.build.environ, target.prefix / "no-index")
        rules = BuildRules.of(config.wanted, config.build_constraints, config.builds_without_hashes)
        settings = replace(config.build, variables=told)
        return building(session, finder, target, config.wanted, rules, settings, run.ui)

    return BuilderOnDemand(opened, target)


def _established(run: Run) -> Trust:
    trust = establish(run.policy)
    for line in anchor_lines(run.policy, trust.anchors):
        run.ui.detail(line)
    return trust


def _installed(run: Run, source: Source) -> Outcome:
    """Decide and, unless this is a dry run, carry it out."""
    config = run.config
    whole, resolution = _decided(run, source)
    places = Places(config.lock_file, config.report_file)
    documents = places.gather(source, run.target, whole, resolution)
    if config.dry_run:
        outcome = Outcome(run.target, resolution, ())
    else:
        with made(run.target):
            outcome = Outcome(run.target, resolution, _committed(run, source, resolution))
    documents.write()
    return outcome


def _decided(run: Run, source: Source) -> tuple[Resolution, Resolution]:
    """Return all that shall be there, as locks say or as is resolved, and what is yet to come."""
    config, target = run.config, run.target
    before = installed_distributions(target)
    if config.locks:
        whole = fixed(config.locks, config.wanted, _terms(run, source), before)
    elif config.lock_file is not None:  # a lock knows nothing of what one target happens to hold
        whole = resolve(_wanted(run, source), target, source, {}, run.ui)
    else:
        whole = resolve(_wanted(run, source), target, source, before, run.ui)
        return whole, whole
    return whole, whole if config.wanted.ignore_installed else lacking(whole, before)


def _terms(run: Run, source: Source) -> Terms:
    config = run.config
    return Terms(
        run.target,
        source,
        config.index.formats,
        require_hashes=config.wanted.require_hashes,
        is_offline=config.network.offline or config.no_index,
    )


def _wanted(run: Run, source: Source) -> Wanted:
    """Return what is wanted of this target, with what get-pip.py would give it besides."""

    def is_offered(name: NormalizedName) -> bool:
        return any(each.is_wheel for each in source.candidates(name))

    return with_seeds(run.config, run.target, is_offered)


def _committed(
    run: Run, source: Source, resolution: Resolution
) -> tuple[InstalledDistribution, ...]:
    """Unpack wheels while others still arrive, then change the target all at once."""
    if not resolution.to_install:
        return ()
    with begin(run.target, run.config.install, run.ui) as transaction:
        for _, wheel in source.arriving(resolution):
            transaction.stage(wheel)
        return transaction.commit()


def _said(run: Run) -> Said:
    """Return what the installer shall hear, too."""
    config, told = run.config, run.certificates.variables()
    return Said(run.policy, config.network, config.index, config.no_index, told)
