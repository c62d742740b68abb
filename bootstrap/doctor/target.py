"""Looks at the target as a run does first: whether it may and can install there."""

from __future__ import annotations

from bootstrap.config.model import Config
from bootstrap.dataclasses import dataclass, replace
from bootstrap.environment.managed import require_unmanaged
from bootstrap.environment.model import TargetEnvironment
from bootstrap.environment.probe import probe
from bootstrap.environment.pth_file import require_site_visible
from bootstrap.errors import BootstrapError
from bootstrap.install.commit.preflight import check_writable
from bootstrap.install.errors import translate_os_errors
from bootstrap.install.scheme_paths import SchemePaths
from bootstrap.ui import Ui


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
        require_unmanaged(target, config.venv_command)
        require_site_visible(target, fix=settings.fix_pth)
        with translate_os_errors(str(target.scheme.purelib)):
            check_writable(SchemePaths(target.scheme))
    except BootstrapError as error:
        return TargetReport(described, error)
    return TargetReport(described)


def _describe(target: TargetEnvironment) -> str:
    python = f"Python {target.markers['python_full_version']}"
    if target.venv_to_create is not None:
        return f"a new virtual environment of {python}, {target.venv_to_create}"
    return f"{python}, {target.executable}, {target.scheme.purelib}"
