"""Without isolation: whether the target holds what a build needs (`--check-build-dependencies`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bootstrap._vendor.packaging.requirements import Requirement
from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap.environment.environment import TargetEnvironment
from bootstrap.environment.installed import Installed, installed_distributions
from bootstrap.errors import BootstrapError


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
