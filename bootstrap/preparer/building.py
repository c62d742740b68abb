"""The knot of builds, tied: building needs resolving, and resolving needs building."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bootstrap.environment.environment import TargetEnvironment
from bootstrap.index.finder import Finder
from bootstrap.install.repositories import Repositories, repositories_of
from bootstrap.network.session import Session
from bootstrap.network.workspace import Workspace
from bootstrap.pep517.builder import Builder as BuildRoom
from bootstrap.pep517.settings import BuildSettings
from bootstrap.pep517.source import BuildChain
from bootstrap.preparer.build_requirements import EngineBuildRequirements
from bootstrap.preparer.build_rules import BuildRules
from bootstrap.preparer.builds import Builds, Demands
from bootstrap.preparer.checkouts import Checkouts
from bootstrap.preparer.sources import Sources
from bootstrap.resolve.requirement import Wanted
from bootstrap.ui import Ui


@contextmanager
def building(  # noqa: PLR0917  # seven things of one run, each of its own type
    session: Session,
    finder: Finder,
    target: TargetEnvironment,
    wanted: Wanted,
    rules: BuildRules,
    settings: BuildSettings,
    ui: Ui,
) -> Iterator[Builds]:
    """Open the build room for one run: everything in it goes by what the run goes by.

    At the end, what still runs is ended and what was unpacked or made for builds is removed.
    """
    workspace = Workspace(settings.cache_directory)

    def builds(wanted: Wanted, chain: BuildChain) -> Builds:
        return Builds(room, sources, Demands.of(wanted, target.markers), chain)

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
