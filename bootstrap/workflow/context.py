"""The context of a run: its settings, and what is decided from them before anything is fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bootstrap.config.model import Config
from bootstrap.dataclasses import dataclass, replace
from bootstrap.environment.model import TargetEnvironment
from bootstrap.environment.probe import probe
from bootstrap.handoff.forwarded_settings import ForwardedSettings
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
