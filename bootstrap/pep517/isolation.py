"""Where hooks run: a throw-away environment of the target's interpreter, or the target itself."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bootstrap._vendor.packaging.requirements import Requirement
from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap.environment.model import TargetEnvironment
from bootstrap.environment.venv import create_venv_at
from bootstrap.errors import BootstrapError
from bootstrap.metadata.installed import Installed, installed_distributions
from bootstrap.pep517.settings import BuildSettings
from bootstrap.pep517.source import BuildChain

OLDEST_PYTHON = (3, 7)
"""What the script of pyproject_hooks runs on."""

# pip's options that say where to install: they are about the target, not about a build.
_PLACES = {
    f"PIP_{name}"
    for name in ("TARGET", "USER", "PREFIX", "ROOT", "PYTHON", "REQUIRE_VIRTUALENV", "UPGRADE")
}
# What names another environment than the one that a hook runs in, or another hook.
_OTHERS = {"__PYVENV_LAUNCHER__", "VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT"}


class BuildRequirements(Protocol):
    """Puts what a build needs into its environment: by this engine, in this process.

    Whoever implements it uses the run's own session, trust, configuration and cache, and passes
    `chain` on to whatever has to be built in turn.
    """

    @property
    def fingerprint(self) -> str:
        """What besides the requirements decides what is installed: the build constraints."""

    def install(
        self, requirements: Sequence[Requirement], into: TargetEnvironment, chain: BuildChain
    ) -> None:
        """Resolve the requirements together and install them."""


class UnsuitedBuildPythonError(BootstrapError):
    """The target's interpreter cannot run a build back-end."""

    def __init__(self, of: str, target: TargetEnvironment, why: str) -> None:
        self.of, self.target, self.why = of, target, why
        super().__init__(
            f"{of} has to be built, which the Python at {target.executable} cannot do: {why}.",
            hint="Choose a version of it that has a wheel for this Python (--only-binary NAME).",
        )


@dataclass(frozen=True)
class BuildEnvironment:
    """An interpreter, what it can import, and the variables that its hooks see."""

    target: TargetEnvironment
    isolated: bool
    environ: Mapping[str, str]

    @property
    def flags(self) -> tuple[str, ...]:
        """Return the interpreter's options; unbuffered, so that output is seen as it comes."""
        return ("-I", "-u") if self.isolated else ("-u",)


def can_build(target: TargetEnvironment) -> bool:
    """Tell whether a target's interpreter can run a build back-end's hooks at all."""
    return target.runnable and target.version_info[:2] >= OLDEST_PYTHON


def make_environment(
    target: TargetEnvironment, directory: Path, settings: BuildSettings, of: str
) -> BuildEnvironment:
    """Return where the hooks of one project run; an isolated environment is made in `directory`.

    Raises `UnsuitedBuildPythonError`, and what making a virtual environment raises.
    """
    if not target.runnable:
        raise UnsuitedBuildPythonError(of, target, "it cannot be run here")
    if target.version_info[:2] < OLDEST_PYTHON:
        found, oldest = (".".join(map(str, v[:2])) for v in (target.version_info, OLDEST_PYTHON))
        raise UnsuitedBuildPythonError(of, target, f"it is {found}; expected {oldest} or newer")
    if settings.isolated:
        target = create_venv_at(target, directory)
    elif target.venv_to_create is not None:
        why = "it is not made yet, and --no-build-isolation needs what it holds"
        raise UnsuitedBuildPythonError(of, target, why)
    environ = hook_environ(settings, target.scheme.scripts)
    return BuildEnvironment(target, settings.isolated, environ)


def hook_environ(settings: BuildSettings, scripts: Path) -> dict[str, str]:
    """Return the variables a hook sees: the caller's, without what is about another Python.

    With nothing said about trust or proxies, nothing of ours is in it.
    """
    environ = {
        name: value
        for name, value in settings.environ.items()
        if not _is_foreign(name, isolated=settings.isolated)
    }
    environ |= settings.variables
    environ["PATH"] = os.pathsep.join(filter(None, [str(scripts), environ.get("PATH")]))
    if settings.isolated:
        # -I holds for the hook alone, this for the interpreters it starts.
        environ["PYTHONNOUSERSITE"] = "1"
    return environ


def _is_foreign(name: str, *, isolated: bool) -> bool:
    if name in _PLACES | _OTHERS or name.startswith(("_PYPROJECT_HOOKS_", "PEP517_")):
        return True
    # Without isolation, distributors bring what a build needs by PYTHONPATH.
    return name.startswith("PYTHON") and (isolated or name == "PYTHONHOME")


# FOLDED from bootstrap/pep517/held.py
class UnmetBuildRequirementsError(BootstrapError):
    """The target lacks what a build without isolation needs."""

    def __init__(self, of: str, target: TargetEnvironment, problems: Sequence[str]) -> None:
        self.of, self.target, self.problems = of, target, tuple(problems)
        lines = "".join(f"\n  {problem}" for problem in problems)
        super().__init__(
            f"{of} cannot be built in {target.prefix}, which lacks what the build needs:{lines}",
            hint="Install that first, or leave --no-build-isolation out.",
        )


def require_held(requirements: Sequence[Requirement], target: TargetEnvironment, of: str) -> None:
    """Check build requirements (whose markers hold) against what is installed in the target.

    Raises `UnmetBuildRequirementsError` with every problem.
    """
    installed = installed_distributions(target)
    problems = [problem for each in requirements if (problem := _problem(each, installed))]
    if problems:
        raise UnmetBuildRequirementsError(of, target, problems)


def _problem(requirement: Requirement, installed: Mapping[NormalizedName, Installed]) -> str | None:
    found = installed.get(canonicalize_name(requirement.name))
    if found is None:
        return f"{requirement}: not installed"
    if not requirement.specifier.contains(found.version, prereleases=True):
        return f"{requirement}: found {found.version}"
    return None
