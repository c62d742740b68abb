"""Build environments: a temporary venv of the target's interpreter, or the target itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from bootstrap._vendor.packaging.requirements import Requirement
from bootstrap._vendor.packaging.utils import canonicalize_name
from bootstrap.dataclasses import dataclass
from bootstrap.environment.model import TargetEnvironment
from bootstrap.environment.venv import create_venv_at
from bootstrap.errors import BootstrapError
from bootstrap.metadata.installed import installed_distributions
from bootstrap.pep517.settings import BuildSettings
from bootstrap.pep517.source import BuildChain
from bootstrap.pep517.variables import hook_environ

OLDEST_PYTHON = (3, 7)
"""What the script of pyproject_hooks supports."""


class BuildRequirements(Protocol):
    """Installs build requirements into a build environment: by this engine, in this process.

    An implementation uses the run's own session, trust, configuration and cache, and passes
    `chain` on to the builds that it needs itself.
    """

    @property
    def fingerprint(self) -> str:
        """What else determines the installed versions: the build constraints."""

    def install(
        self, requirements: Sequence[Requirement], into: TargetEnvironment, chain: BuildChain
    ) -> None:
        """Resolve the requirements together and install them."""


class UnsupportedBuildPythonError(BootstrapError):
    """The target's interpreter cannot run a backend.

    Causes: the target's Python is too old or incomplete to run build backends.

    Next: use a wheel, or a newer Python:
        python3 get-installer.pyz --venv demo --only-binary :all: NAME
    """

    def __init__(self, of: str, target: TargetEnvironment, why: str) -> None:
        self.of, self.target, self.why = of, target, why
        super().__init__(
            f"{of} has to be built, but the Python at {target.executable} cannot do that: {why}.",
            hint="Choose a version that has a wheel for this Python (--only-binary NAME).",
        )


class UnmetBuildRequirementsError(BootstrapError):
    """The target lacks requirements of a build without isolation.

    Causes: --no-build-isolation or --check-build-dependencies, and build requirements are missing
    or too old in the target.

    Next: install what the message lists into the target first, or leave out --no-build-isolation.
    """

    def __init__(self, of: str, target: TargetEnvironment, problems: Sequence[str]) -> None:
        self.of, self.target, self.problems = of, target, tuple(problems)
        lines = "".join(f"\n  {problem}" for problem in problems)
        super().__init__(
            f"{of} cannot be built in {target.prefix}: build requirements are not met:{lines}",
            hint="Install them first, or leave --no-build-isolation out.",
        )


@dataclass(frozen=True)
class BuildEnvironment:
    """An interpreter with its environment, and the variables for hooks."""

    target: TargetEnvironment
    isolated: bool
    environ: Mapping[str, str]

    @property
    def flags(self) -> tuple[str, ...]:
        """Return the interpreter's options; unbuffered, so that output is shown immediately."""
        return ("-I", "-u") if self.isolated else ("-u",)


def can_build(target: TargetEnvironment) -> bool:
    """Return whether a target's interpreter can run a backend's hooks."""
    return target.runnable and target.version_info[:2] >= OLDEST_PYTHON


def make_environment(
    target: TargetEnvironment, directory: Path, settings: BuildSettings, of: str
) -> BuildEnvironment:
    """Return the build environment of one project; an isolated one is created in `directory`.

    Raises `UnsupportedBuildPythonError`, and what creating a virtual environment raises.
    """
    if not target.runnable:
        raise UnsupportedBuildPythonError(of, target, "it cannot be run here")
    if target.version_info[:2] < OLDEST_PYTHON:
        found, oldest = (".".join(map(str, v[:2])) for v in (target.version_info, OLDEST_PYTHON))
        raise UnsupportedBuildPythonError(of, target, f"it is {found}; expected {oldest} or newer")
    if settings.isolated:
        target = create_venv_at(target, directory)
    elif target.venv_to_create is not None:
        why = "it is not created yet, and --no-build-isolation needs its packages"
        raise UnsupportedBuildPythonError(of, target, why)
    environ = hook_environ(settings, target.scheme.scripts)
    return BuildEnvironment(target, settings.isolated, environ)


def check_dependencies(
    requirements: Sequence[Requirement], target: TargetEnvironment, of: str
) -> None:
    """Check build requirements (whose markers hold) against the target's distributions.

    Raises `UnmetBuildRequirementsError` with every problem.
    """
    installed = installed_distributions(target)
    problems = []
    for requirement in requirements:
        found = installed.get(canonicalize_name(requirement.name))
        if found is None:
            problems.append(f"{requirement}: not installed")
        elif not requirement.specifier.contains(found.version, prereleases=True):
            problems.append(f"{requirement}: found {found.version}")
    if problems:
        raise UnmetBuildRequirementsError(of, target, problems)
