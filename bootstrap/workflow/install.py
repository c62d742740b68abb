"""The main flow: every stage of an installation, in the order in which the data passes them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bootstrap import self_check
from bootstrap._bundled import bundled_wheel
from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.config.model import Config
from bootstrap.dataclasses import replace
from bootstrap.environment.model import TargetEnvironment
from bootstrap.environment.pth_file import announce_patch, patch_pth
from bootstrap.environment.venv import create_venv
from bootstrap.environment.venv_lock import VenvCreation
from bootstrap.install.commit.leftovers import has_leftovers
from bootstrap.install.errors import HiddenInstallationError, already_exist
from bootstrap.install.model import InstalledDistribution, WheelToInstall
from bootstrap.install.scheme_paths import SchemePaths
from bootstrap.install.vcs_src import src_directory
from bootstrap.lock.errors import LockedFileNotFoundError
from bootstrap.metadata.installed import Installed, installed_distributions
from bootstrap.network.errors import OfflineError, UnreachableError
from bootstrap.report.documents import OutputPaths
from bootstrap.report.installation import InstallResult
from bootstrap.report.summary import describe, print_summary
from bootstrap.report.warnings import print_warnings
from bootstrap.resolve.errors import ConflictError, NoCandidateError
from bootstrap.resolve.requirement import Resolution, ResolveRequest
from bootstrap.resolve.resolver import drop_installed, resolve
from bootstrap.trust.errors import TlsUnavailableError
from bootstrap.ui import Ui
from bootstrap.workflow.context import RunContext, check_permissions, check_target, create_context
from bootstrap.workflow.default_requirements import (
    add_default_requirements,
    needs_bundled_installer,
    require_bundled_installer,
)
from bootstrap.workflow.sources import Sources, open_session, open_sources, read_remote_files

if TYPE_CHECKING:
    from bootstrap.handoff.handoff import Handoff
    from bootstrap.kit.reader import Kit


def install(config: Config, ui: Ui, kit: Kit | None = None) -> Handoff | None:
    """Install what a Config asks for, and return the hand-off for `cli.main` to carry out.

    None where no hand-off was asked for. Raises `BootstrapError`. The target is then as it was,
    unless the error came after the commit: a document that cannot be published, or an installer
    without a command.

    :param kit: the kit that is running, whose wheels are installed
    """
    started = time.monotonic()
    # Policy: whom to trust and where to install. Nothing is fetched or changed.
    run = create_context(config, ui, kit)
    check_target(config, run.target)
    if ui.events is not None:
        python = str(run.target.executable) if run.target.runnable else None
        is_new = run.target.venv_to_create is not None
        ui.events.target(describe(run.target), python, is_new=is_new)
    paths = SchemePaths(run.target.scheme)
    if not config.dry_run and has_leftovers(paths, src_directory(run.target)):
        from bootstrap.install.transaction import recover

        recover(run.target, ui, config.install)

    def attempt(run: RunContext) -> InstallResult:
        with ExitStack() as stack:
            present = paths.find_metadata()  # what comes later, another run installs
            # Session: all connections of the run; requirement files it fetches complete the Config.
            session = stack.enter_context(open_session(run))
            run = read_remote_files(run, session)
            # Sources: the candidates of indexes, find-links and direct references, and builds.
            sources = stack.enter_context(open_sources(run, session))
            # Resolution: a version and a file of each distribution. `remaining` lacks what is
            # installed already; the whole is what a lock records.
            whole, remaining = find_resolution(run, sources)
            if run.config.install.keep_existing:
                remaining = leave_existing(run, remaining)
            if run.target.hides_user_site and not run.config.install.ignore_installed:
                require_visible(run.target, remaining)
            # Lock and report: drafted before anything changes.
            outputs = OutputPaths(run.config.lock_file, run.config.report_file)
            drafts = outputs.gather(sources.preparer, run.target, whole, remaining)
            documents = stack.enter_context(drafts)
            seen = {} if run.is_local_only else sources.preparer.newest_seen(self_check.PROJECTS)
            sources.preparer.forget_pages(remaining)
            installed: tuple[InstalledDistribution, ...] = ()
            created = False
            order = remaining.installation_order
            if run.config.dry_run:
                check_permissions(run.config, run.target, is_changed=bool(order))
                announce_patch(run.target, ui)
            else:
                with create_venv(run.target, ui) as creation, patch_pth(run.target, ui):
                    created = creation.is_new
                    # Wheels: fetched or built, and verified, in the order of their arrival.
                    wheels = sources.preparer.iter_wheels(remaining)
                    # Transaction: the target is changed after everything else has succeeded.
                    commit = partial(commit_wheels, run, sources, wheels, order, creation)
                    installed = commit(present=present) if order else ()
            documents.write()
            return InstallResult(run.target, remaining, installed, seen, created=created)

    outcome = install_or_fall_back(run, attempt)
    report_outcome(outcome, config, ui, time.monotonic() - started)
    # Hand-off: the installer's command line and environment.
    if config.handoff is None or config.installer is None or config.dry_run:
        return None
    from bootstrap.handoff.command import installer_name
    from bootstrap.handoff.handoff import prepare_handoff

    installer = installer_name(config.installer, outcome.resolution)
    return prepare_handoff(
        installer, config.handoff, run.target, run.forwarded_settings, config.environ
    )


def report_outcome(outcome: InstallResult, config: Config, ui: Ui, seconds: float) -> None:
    """Print what changed, how to use it, and what is to be warned of."""
    is_handed_off = config.handoff is not None
    print_summary(outcome, ui, seconds, dry_run=config.dry_run, is_handed_off=is_handed_off)
    if outcome.target.venv_to_create and not config.dry_run and not is_handed_off:
        explain_activation(outcome.target.venv_to_create, config, ui)
    print_warnings(outcome, config.shown_warnings, ui)
    if config.version_check:
        self_check.check(outcome.seen, ui)


def explain_activation(directory: Path, config: Config, ui: Ui) -> None:
    """Print how the environment of `--venv` is activated in the user's shell."""
    from bootstrap.report.shells import activation_line

    line = activation_line(directory, config.inputs.process.cwd, config.environ)
    if line is not None:
        ui.info(f"To activate it: {line}", is_command=True)


def install_or_fall_back(
    run: RunContext, attempt: Callable[[RunContext], InstallResult]
) -> InstallResult:
    """Install from the indexes; where none is reachable, from this machine if that is enough.

    Otherwise the error that kept the indexes from being reached is raised.
    """
    if run.config.network.offline or run.config.is_from_kit_only:
        return attempt(run.without_network())
    try:
        return attempt(run)
    except (UnreachableError, TlsUnavailableError) as error:
        try:
            outcome = attempt(run.without_network())
        except (NoCandidateError, ConflictError, LockedFileNotFoundError, OfflineError):
            raise error from None
        run.ui.warn(f"{error} Using the bundled pip instead.", code="bundled-used")
        return outcome


def find_resolution(run: RunContext, sources: Sources) -> tuple[Resolution, Resolution]:
    """Return the whole resolution, from locks or resolved, and the part that is to be installed."""
    config, target, source = run.config, run.target, sources.preparer
    # What a run that was killed has left in an environment to be created does not count.
    installed = {} if target.venv_to_create is not None else installed_distributions(target)
    if run.kit is not None and config.installs_whole_kit:
        from bootstrap.kit.opening import select_wheels

        whole = select_wheels(run.kit, target, source)
    elif config.locks:
        from bootstrap.lock.resolve import LockContext, resolve_lock

        context = LockContext(
            target,
            source,
            config.index.formats,
            require_hashes=config.request.require_hashes,
            is_offline=run.is_local_only,
        )
        whole = resolve_lock(config.locks, config.request, context, installed)
    else:
        # What one target happens to hold does not belong into a lock.
        known = {} if config.lock_file is not None else installed
        request = create_request(run, sources, known)
        try:
            whole = resolve(request, target, source, known, run.ui)
        except (NoCandidateError, ConflictError) as error:
            if run.kit is None or not config.is_from_kit_only:
                raise
            from bootstrap.kit.opening import explain_failure

            explained = explain_failure(run.kit, target, error, request)
            if explained is None:
                raise
            raise explained from error
        if config.lock_file is None:
            return whole, whole
    return whole, whole if config.request.ignore_installed else drop_installed(whole, installed)


def leave_existing(run: RunContext, resolution: Resolution) -> Resolution:
    """Mark what is in the directory of `--target` as installed, in whatever version; pip warns."""
    present, kept = installed_distributions(run.target), []
    left = []
    for resolved in resolution.distributions:
        there = present.get(resolved.name)
        if there is not None and resolved.candidate is not None:
            left.append(str(there.metadata_path))
            resolved = replace(resolved, version=there.version, candidate=None)  # noqa: PLW2901
        kept.append(resolved)
    if left:
        run.ui.warn(already_exist(left), code="already-exists")
    return Resolution(tuple(kept))


def require_visible(target: TargetEnvironment, resolution: Resolution) -> None:
    """Refuse `--user` for what the virtual environment itself has: that would be imported instead.

    As pip does. Raises `HiddenInstallationError`.
    """
    present = installed_distributions(target)
    for resolved in resolution.to_install:
        there = present.get(resolved.name)
        if there is not None and there.location.is_relative_to(target.prefix):
            versions = str(resolved.version), str(there.version)
            raise HiddenInstallationError(resolved.name, *versions, str(there.location))


def create_request(
    run: RunContext, sources: Sources, installed: Mapping[NormalizedName, Installed]
) -> ResolveRequest:
    """Return the requirements of the Config, with those that get-pip.py would add."""

    def has_wheel(name: NormalizedName) -> bool:
        return any(candidate.is_wheel for candidate in sources.preparer.candidates(name))

    request = add_default_requirements(run.config, run.target, has_wheel)
    if needs_bundled_installer(run.config):
        return require_bundled_installer(
            run.config, request, run.target, installed, bundled_wheel()
        )
    return request


def commit_wheels(
    run: RunContext,
    sources: Sources,
    wheels: Iterable[tuple[NormalizedName, WheelToInstall]],
    order: Sequence[NormalizedName],
    creation: VenvCreation,
    *,
    present: Set[str],
) -> tuple[InstalledDistribution, ...]:
    """Unpack each wheel beside its place while others still arrive, then commit all of them."""
    from bootstrap.install.transaction import begin

    def on_commit() -> None:
        creation.complete()
        sources.repositories.keep()

    with (
        run.ui.activity("Installing") as activity,  # until everything is removed again
        begin(
            run.target, run.config.install, run.ui, on_commit, order, present=present
        ) as transaction,
    ):
        activity.start(len(order))
        for name, wheel in wheels:
            activity.note(name)
            transaction.stage(wheel)
            activity.advance()
            activity.note("")
        return transaction.commit()
