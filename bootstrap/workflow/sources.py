"""The supply: where a run's candidates and wheels come from, near or far."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace

from bootstrap._bundled import bundled_wheel
from bootstrap.config.load import expand
from bootstrap.config.model import Config
from bootstrap.handoff.variables import build_variables
from bootstrap.index.finder import Finder
from bootstrap.network.session import Session
from bootstrap.preparer.build_requirements import BuildRules
from bootstrap.preparer.builder import Builder
from bootstrap.preparer.bundled import BundledPreparer
from bootstrap.preparer.preparer import Preparer
from bootstrap.preparer.source_builder import BuilderOnDemand
from bootstrap.trust.context import Trust, establish
from bootstrap.trust.description import anchor_lines
from bootstrap.workflow.context import RunContext
from bootstrap.workflow.default_requirements import needs_vouching

Source = Preparer | BundledPreparer

_ELSEWHERE = (
    "Only the bundled pip and what --find-links names was looked at: name a directory of wheels "
    "that suit this Python by it, or leave out --offline and --no-index."
)


@contextmanager
def open_sources(run: RunContext) -> Iterator[tuple[RunContext, Source]]:
    """Open what the run is supplied from; what files on the network say completes the run."""
    with _indexes(run) as (complete, preparer):
        if _takes_what_is_bundled(complete.config):
            elsewhere = _ELSEWHERE if is_local_only(complete.config) else None
            yield complete, BundledPreparer(bundled_wheel(), preparer, elsewhere)
        else:
            yield complete, preparer


def _takes_what_is_bundled(config: Config) -> bool:
    """Tell whether the bundled wheel is offered: no index is asked, or nobody vouches for it."""
    return is_local_only(config) or needs_vouching(config)


def is_local_only(config: Config) -> bool:
    """Tell whether no index is asked."""
    return config.network.offline or config.no_index


@contextmanager
def _indexes(run: RunContext) -> Iterator[tuple[RunContext, Preparer]]:
    """Open the run's one session, and look at the indexes through it.

    What requirement files on the network say completes the run's Config.
    """
    config, ui = run.config, run.ui
    context = None if config.network.offline else _established(run).context
    with Session(config.network, context, run.policy, ui) as session:
        if config.remote_files:
            run = replace(run, config=expand(config, session.text))
        wanted = run.config.wanted
        finder = Finder(
            session,
            run.config.index,
            run.target,
            ui,
            ignore_requires_python=wanted.ignore_requires_python,
        )
        with (
            _builder(run, session, finder) as builder,
            Preparer(session, finder, run.target, ui, builder) as preparer,
        ):
            yield run, preparer


def _builder(run: RunContext, session: Session, finder: Finder) -> BuilderOnDemand:
    """Return what builds sources with all that the run itself goes by."""
    config, target = run.config, run.target

    def opened() -> AbstractContextManager[Builder]:
        # Imported here: most runs build nothing.
        from bootstrap.preparer.source_builder import building

        told = build_variables(run.said, config.build.environ, target.prefix / "no-index")
        rules = BuildRules.of(config.wanted, config.build_constraints, config.builds_without_hashes)
        settings = replace(config.build, variables=told)
        return building(session, finder, target, config.wanted, rules, settings, run.ui)

    return BuilderOnDemand(opened, target)


def _established(run: RunContext) -> Trust:
    trust = establish(run.policy)
    for line in anchor_lines(run.policy, trust.anchors):
        run.ui.detail(line)
    return trust


def without_the_network(run: RunContext) -> RunContext:
    """Return the same, looking only at what lies on this machine."""
    config = run.config
    urls, links = config.index.index_urls, config.index.find_links
    index = replace(
        config.index,
        index_urls=tuple(each for each in urls if not each.is_remote),
        find_links=tuple(each for each in links if not each.is_remote),
    )
    network = replace(config.network, offline=True)
    return replace(run, config=replace(config, network=network, index=index))
