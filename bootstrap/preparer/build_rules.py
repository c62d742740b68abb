"""What holds for build requirements: the versions, the hashes, and whether pre-releases will do."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from bootstrap._vendor.packaging.requirements import Requirement
from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.pep517.source import Source
from bootstrap.provenance import Origin
from bootstrap.resolve.requirement import UserRequirement, Wanted
from bootstrap.trust.hashes import Hashes


@dataclass(frozen=True)
class BuildRules:
    """What the user said about build requirements."""

    constraints: tuple[UserRequirement, ...] = ()
    """`--build-constraint`; other constraints do not hold for them."""
    require_hashes: bool = False
    without_hashes: frozenset[NormalizedName] = frozenset()
    """`--no-require-hashes-for`."""
    pre: bool = False

    @classmethod
    def of(
        cls,
        wanted: Wanted,
        constraints: tuple[UserRequirement, ...],
        without_hashes: frozenset[NormalizedName],
    ) -> BuildRules:
        """Return the rules that follow from what is said about everything else."""
        return cls(constraints, wanted.require_hashes, without_hashes, wanted.pre)

    @property
    def fingerprint(self) -> str:
        """What tells builds under these rules from builds under others."""
        lines = sorted(f"{each.text} {_hashes(each)}" for each in self.constraints)
        return json.dumps([lines, self.require_hashes, sorted(self.without_hashes), self.pre])

    def wanted(self, requirements: Sequence[Requirement], of: Source) -> Wanted:
        """Return what is wanted of the resolver for one build."""
        origin = Origin.default(f"needed to build {of}")
        return Wanted(
            tuple(
                UserRequirement(
                    str(each), origin, each, each.url, hashes=Hashes.in_fragment(each.url or "")
                )
                for each in requirements
            ),
            constraints=self.constraints,
            require_hashes=self.require_hashes,
            without_hashes=self.without_hashes,
            pre=self.pre,
        )


def _hashes(constraint: UserRequirement) -> list[tuple[str, list[str]]]:
    return sorted((name, sorted(found)) for name, found in constraint.hashes.allowed.items())
