"""The context of a run: its settings, and what is decided from them before anything is fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bootstrap.config.model import Config
from bootstrap.dataclasses import dataclass, replace
from bootstrap.environment.managed import require_unmanaged
from bootstrap.environment.model import TargetEnvironment
from bootstrap.environment.probe import probe
from bootstrap.environment.pth_file import require_changeable, require_site_visible
from bootstrap.environment.venv_lock import require_creatable
from bootstrap.handoff.forwarded_settings import ForwardedSettings
from bootstrap.install.errors import CannotCompileError, translate_os_errors
from bootstrap.install.scheme_paths import SchemePaths
from bootstrap.trust.policy import TrustPolicy, decide
from bootstrap.ui import Ui
from bootstrap.workflow.certificates import RunCertificates

if TYPE_CHECKING:
    from bootstrap.kit.reader import Kit


@dataclass(frozen=True)
class RunContext:
    """What every stage of a run uses."""

    config: Config
    policy: TrustPolicy
    target: TargetEnvironment
    certificates: RunCertificates
    ui: Ui
    kit: Kit | None = None
    """The kit that is running."""

    @property
    def forwarded_settings(self) -> ForwardedSettings:
        """The settings that child processes get too, the installer first of all."""
        config, variables = self.config, self.certificates.variables()
        return ForwardedSettings(
            self.policy, config.network, config.index, config.no_index, variables
        )

    @property
    def is_local_only(self) -> bool:
        """Whether no index is asked."""
        return self.config.network.offline or self.config.no_index

    def without_network(self) -> RunContext:
        """Return the same run, limited to the locations on this machine."""
        index, network = self.config.index.only_local(), self.config.network
        if network.offline:  # the user wants what is here; else a pinned project stays missing
            named = index.index_for.items()
            pins = {name: pinned for name, pinned in named if not pinned.is_remote}
            index = replace(index, index_for=pins)
        config = replace(self.config, network=replace(network, offline=True), index=index)
        return replace(self, config=config)


def create_context(config: Config, ui: Ui, kit: Kit | None = None) -> RunContext:
    """Decide the trust policy and inspect the target; nothing is changed or fetched.

    Raises `NamedCertificateError`, and what probing the target raises.
    """
    for setting in config.setting_records:
        ui.detail(f"Setting: {setting}")
    policy = decide(config.trust)
    certificates = RunCertificates(config, policy, ui)
    certificates.read(for_installer=config.handoff is not None)
    target = probe(replace(config.target, environment=config.environ), ui)
    return RunContext(config, policy, target, certificates, ui, kit)


def check_target(config: Config, target: TargetEnvironment) -> None:
    """Refuse a target that cannot be installed into, or where the hand-off could not start."""
    require_unmanaged(target, config.venv_command)
    require_site_visible(target, fix=config.target.fix_pth)
    if config.handoff is not None:
        from bootstrap.handoff.command import require_runnable

        require_runnable(target)
    if config.install.compile and not target.runnable and not config.target.is_nowhere:
        raise CannotCompileError(str(target.executable))
    required = config.requires_python
    if required is not None and not config.request.ignore_requires_python:
        from bootstrap.config.requirements.script import require_python

        require_python(required, target)


def check_permissions(
    config: Config, target: TargetEnvironment, *, is_changed: bool = True
) -> None:
    """Raise the error of an installation that may not write there; nothing that is created stays.

    :param is_changed: whether anything is to be installed
    """
    has_document = config.lock_file is not None or config.report_file is not None
    if has_document or config.target.is_nowhere:
        return  # what a lock or a report says may be installed elsewhere
    if target.venv_to_create is not None:
        require_creatable(target.venv_to_create)
    require_changeable(target)
    if is_changed and target.venv_to_create is None:
        from bootstrap.install.commit.preflight import check_writable  # only dry runs ask early

        with translate_os_errors(str(target.scheme.purelib)):
            check_writable(SchemePaths(target.scheme))
