"""What builds need, installed by this very engine: same session, same trust, same indexes."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bootstrap._vendor.packaging.requirements import Requirement
from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.environment.model import TargetEnvironment
from bootstrap.errors import BootstrapError
from bootstrap.index.finder import Finder
from bootstrap.install.model import InstallSettings
from bootstrap.install.transaction import install
from bootstrap.metadata.installed import installed_distributions
from bootstrap.network.session import Session
from bootstrap.pep517.source import BuildChain, Source
from bootstrap.preparer.builder import Builder
from bootstrap.preparer.preparer import Preparer
from bootstrap.provenance import Origin
from bootstrap.resolve.hash_checking import HashCheckingError
from bootstrap.resolve.requirement import InputRequirement, Resolution, ResolveRequest
from bootstrap.resolve.resolver import resolve
from bootstrap.trust.hashes import Hashes
from bootstrap.ui import Ui


# FOLDED from bootstrap/preparer/build_rules.py
@dataclass(frozen=True)
class BuildRules:
    """What the user said about build requirements."""

    constraints: tuple[InputRequirement, ...] = ()
    """`--build-constraint`; other constraints do not hold for them."""
    require_hashes: bool = False
    without_hashes: frozenset[NormalizedName] = frozenset()
    """`--no-require-hashes-for`."""
    pre: bool = False

    @classmethod
    def of(
        cls,
        wanted: ResolveRequest,
        constraints: tuple[InputRequirement, ...],
        without_hashes: frozenset[NormalizedName],
    ) -> BuildRules:
        """Return the rules that follow from what is said about everything else."""
        return cls(constraints, wanted.require_hashes, without_hashes, wanted.pre)

    @property
    def fingerprint(self) -> str:
        """What tells builds under these rules from builds under others."""
        lines = sorted(f"{each.text} {_hashes(each)}" for each in self.constraints)
        return json.dumps([lines, self.require_hashes, sorted(self.without_hashes), self.pre])

    def wanted(self, requirements: Sequence[Requirement], of: Source) -> ResolveRequest:
        """Return what is wanted of the resolver for one build."""
        origin = Origin.default(f"needed to build {of}")
        return ResolveRequest(
            tuple(
                InputRequirement(
                    str(each), origin, each, each.url, hashes=Hashes.in_fragment(each.url or "")
                )
                for each in requirements
            ),
            constraints=self.constraints,
            require_hashes=self.require_hashes,
            without_hashes=self.without_hashes,
            pre=self.pre,
        )


def _hashes(constraint: InputRequirement) -> list[tuple[str, list[str]]]:
    return sorted((name, sorted(found)) for name, found in constraint.hashes.allowed.items())


NestedBuilder = Callable[[ResolveRequest, BuildChain], Builder]


class UncheckedBuildRequirementsError(BootstrapError):
    """Hashes are demanded, and a build would run code that none was given for."""

    def __init__(self, of: Source, error: HashCheckingError) -> None:
        self.of, self.problems = of, error.problems
        super().__init__(
            f"{of} has to be built, and what its build needs has to have hashes too. {error}",
            hint="Pin it in a file with NAME==VERSION --hash=… and name that with "
            "--build-constraint, or say --no-require-hashes-for NAME.",
        )


@dataclass(frozen=True)
class EngineBuildRequirements:
    """The build room's `BuildRequirements` by the run's own session, finder and resolver."""

    session: Session
    finder: Finder
    rules: BuildRules
    builder: NestedBuilder
    """Builds those requirements that have no wheel, for the sake of a chain of builds."""
    ui: Ui

    @property
    def fingerprint(self) -> str:
        """What besides the requirements decides what is installed."""
        return self.rules.fingerprint

    def install(
        self, requirements: Sequence[Requirement], into: TargetEnvironment, chain: BuildChain
    ) -> None:
        """Resolve the requirements together and install them into a throw-away environment.

        Raises `UncheckedBuildRequirementsError`, and what resolving and installing raise.
        """
        wanted = self.rules.wanted(requirements, chain.links[-1])
        builder, depth = self.builder(wanted, chain), len(chain.links)
        with Preparer(self.session, self.finder, into, self.ui, builder, depth=depth) as preparer:
            resolution = self._resolved(wanted, into, preparer, chain)
            install(into, preparer.wheels(resolution), InstallSettings(), self.ui)

    def _resolved(
        self, wanted: ResolveRequest, into: TargetEnvironment, preparer: Preparer, chain: BuildChain
    ) -> Resolution:
        try:
            return resolve(wanted, into, preparer, installed_distributions(into), self.ui)
        except HashCheckingError as error:
            raise UncheckedBuildRequirementsError(chain.links[-1], error) from error
