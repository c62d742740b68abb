"""Constraints: what limits a project's versions without asking for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bootstrap._vendor.packaging.specifiers import SpecifierSet
from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap.errors import BootstrapError
from bootstrap.resolve.requirement import UserRequirement
from bootstrap.trust.hashes import Hashes


class InvalidConstraintError(BootstrapError):
    """A constraint says something a constraint cannot say."""

    def __init__(self, constraint: UserRequirement, why: str) -> None:
        self.constraint = constraint
        super().__init__(
            f"The constraint {constraint.text} ({constraint.origin}) {why}.",
            hint="A constraint is a name with a version limit or a URL, such as `urllib3<3`; "
            "what is to be installed belongs into the requirements.",
        )


@dataclass(frozen=True)
class Constraint:
    """All that limits one project, taken together."""

    specifier: SpecifierSet = SpecifierSet()  # noqa: RUF009  # immutable
    hashes: Hashes = Hashes()  # noqa: RUF009  # immutable
    said: tuple[UserRequirement, ...] = ()

    @property
    def references(self) -> tuple[UserRequirement, ...]:
        """The URL constraints: the project may come from there only."""
        return tuple(each for each in self.said if each.url is not None)

    def narrowed(self, said: UserRequirement) -> Constraint:
        """Return this constraint with one more line taken into account."""
        specifier = said.requirement.specifier if said.requirement else SpecifierSet()
        return Constraint(
            self.specifier & specifier,
            self.hashes.intersection(said.hashes),
            (*self.said, said),
        )


def constraints_by_name(
    constraints: Iterable[UserRequirement], markers: Mapping[str, str]
) -> Mapping[NormalizedName, Constraint]:
    """Gather constraints by project, leaving out those whose marker does not hold.

    Raises `InvalidConstraintError`, with pip's rules: named, without extras, not editable.
    """
    found: dict[NormalizedName, Constraint] = {}
    for each in constraints:
        requirement = each.requirement
        if requirement is None:
            raise InvalidConstraintError(each, "has no name")
        if requirement.extras:
            raise InvalidConstraintError(each, "has extras")
        if each.editable:
            raise InvalidConstraintError(each, "is editable")
        if requirement.marker is None or requirement.marker.evaluate({**markers, "extra": ""}):
            name = canonicalize_name(requirement.name)
            found[name] = found.get(name, Constraint()).narrowed(each)
    return found
