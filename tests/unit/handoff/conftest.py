"""A target, and settings to forward."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from bootstrap.config.load import load
from bootstrap.config.options.process import ProcessContext
from bootstrap.environment.model import TargetEnvironment
from bootstrap.environment.venv import create_venv_at
from bootstrap.handoff.forwarded_settings import ForwardedSettings
from bootstrap.trust.anchors import Anchors, load_anchors
from bootstrap.trust.children import child_certificates, needs_anchors
from bootstrap.trust.policy import decide

MakeSettings = Callable[..., ForwardedSettings]


@pytest.fixture
def target(running_python: TargetEnvironment, tmp_path: Path) -> TargetEnvironment:
    """A new virtual environment of the Python that runs the tests."""
    return create_venv_at(running_python, tmp_path / "the target")


@pytest.fixture
def make_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeSettings:
    """Return settings from a command line, variables and a pip.conf."""
    monkeypatch.setattr(ProcessContext, "global_configuration", ())  # this machine's own

    def make(
        *argv: str, conf: str = "", environ: Mapping[str, str] | None = None
    ) -> ForwardedSettings:
        file = tmp_path / "pip.conf"
        file.write_text(f"[global]\n{conf}\n")
        variables = {"HOME": str(tmp_path), "PIP_CONFIG_FILE": str(file), **(environ or {})}
        config = load(argv, variables, cwd=tmp_path, default_index=lambda: "https://default.test/")
        policy = decide(config.trust)
        anchors = load_anchors(policy) if needs_anchors(policy) else Anchors()
        exported = (environ or {}).keys()
        certificates = child_certificates(policy, anchors, None, exported=exported).variables()
        return ForwardedSettings(
            policy, config.network, config.index, config.no_index, certificates
        )

    return make
