"""One run: what every step of it goes by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bootstrap.config.model import Config
from bootstrap.environment.model import TargetEnvironment
from bootstrap.environment.probe import probe
from bootstrap.handoff.forwarded_settings import ForwardedSettings
from bootstrap.trust.children import ChildCertificates, child_certificates
from bootstrap.trust.policy import TrustPolicy, decide
from bootstrap.ui import Ui


@dataclass(frozen=True)
class RunContext:
    """What was said, what follows for trust, where to install, and who is told of it."""

    config: Config
    policy: TrustPolicy
    target: TargetEnvironment
    certificates: ChildCertificates
    ui: Ui

    @property
    def said(self) -> ForwardedSettings:
        """What child processes, the installer first of all, shall hear, too."""
        config, told = self.config, self.certificates.variables()
        return ForwardedSettings(self.policy, config.network, config.index, config.no_index, told)


def create_context(config: Config, environ: Mapping[str, str], ui: Ui) -> RunContext:
    """Decide whom to trust, and look at the target; nothing is changed or fetched."""
    for said in config.said:
        ui.detail(f"Said: {said}")
    policy = decide(config.trust)
    certificates = child_certificates(
        policy, config.user_cache, exported=environ.keys(), note=ui.detail
    )
    return RunContext(config, policy, probe(config.target, ui), certificates, ui)
