"""Looks at the target as a run does first: whether it may and can install there."""

from __future__ import annotations

from bootstrap.config.model import Config
from bootstrap.dataclasses import dataclass, replace
from bootstrap.environment.model import TargetEnvironment
from bootstrap.environment.probe import probe
from bootstrap.errors import BootstrapError
from bootstrap.ui import Ui
from bootstrap.workflow.context import check_permissions, check_target


@dataclass(frozen=True)
class TargetReport:
    """Where a run would install, and why it could not."""

    description: str
    failure: BootstrapError | None = None


def inspect_target(config: Config, ui: Ui) -> TargetReport:
    """Return what a run with this configuration would find; nothing is changed."""
    settings, named = config.target, config.target.venv or config.target.python
    described = named.value if named is not None else "the Python that runs this"
    try:
        target = probe(replace(settings, environment=config.environ), ui)
        described = _describe(target)
        check_target(config, target)
        check_permissions(config, target)
    except BootstrapError as error:
        return TargetReport(described, error)
    return TargetReport(described)


def _describe(target: TargetEnvironment) -> str:
    python = f"Python {target.markers['python_full_version']}"
    if target.venv_to_create is not None:
        return f"a new virtual environment of {python}, {target.venv_to_create}"
    return f"{python}, {target.executable}, {target.scheme.purelib}"
