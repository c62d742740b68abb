"""What resolvelib juggles: identifiers, needs (its requirements) and pins (its candidates)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from bootstrap._vendor.packaging.specifiers import SpecifierSet
from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap._vendor.packaging.version import Version
from bootstrap.errors import BootstrapError
from bootstrap.index.candidate import Candidate
from bootstrap.resolve.requirement import InputRequirement
from bootstrap.trust.hashes import Hashes


class Identifier(NamedTuple):
    """A project, or one extra of a project.

    `name[x,y]` becomes three identifiers, `name`, `name[x]` and `name[y]`; a pin of the latter
    two needs `name` at its own version, so they cannot drift apart.
    """

    name: NormalizedName
    extra: str = ""

    def __str__(self) -> str:
        return f"{self.name}[{self.extra}]" if self.extra else self.name

    @property
    def base(self) -> Identifier:
        """The project itself."""
        return Identifier(self.name)


PYTHON = Identifier(NormalizedName("<python>"))
"""What a Requires-Python asks for. No project can have this name."""

UNUSABLE = NormalizedName("<unusable>")
"""The name of a need that nothing can meet, because its parent turned out to be unusable."""


@dataclass(frozen=True, eq=False)
class ResolverCandidate:
    """A version of a project or of one of its extras: a file to fetch, or what is installed."""

    identifier: Identifier
    version: Version
    candidate: Candidate | None
    """None: the installed distribution."""

    def __str__(self) -> str:
        return f"{self.identifier} {self.version}"


@dataclass(frozen=True, eq=False)
class ResolverRequirement:
    """One thing somebody requires of one identifier."""

    identifier: Identifier
    text: str
    """The requirement in its author's words, without its marker."""
    specifier: SpecifierSet
    only: ResolverCandidate | None = None
    """Nothing else will do: a direct reference, or the base of an extra."""
    requested: InputRequirement | None = None
    """Who said it, where it was the user."""

    def is_met_by(self, pin: ResolverCandidate) -> bool:
        """Tell whether a pin of the same identifier will do."""
        if self.only is not None:
            return pin is self.only
        # Whether a pre-release is welcome was decided when candidates were chosen.
        return self.specifier.contains(pin.version, prereleases=True)

    @property
    def is_pinned(self) -> bool:
        """Whether only one version can meet it."""
        return self.only is not None or pins_one_version(self.specifier)


def pins_one_version(specifier: SpecifierSet) -> bool:
    """Tell whether `==` without a wildcard or `===` is said (pip's notion of pinned)."""
    return any(
        each.operator == "===" or (each.operator == "==" and not each.version.endswith(".*"))
        for each in specifier
    )


# FOLDED from bootstrap/resolve/constraint.py
class InvalidConstraintError(BootstrapError):
    """A constraint says something a constraint cannot say."""

    def __init__(self, constraint: InputRequirement, why: str) -> None:
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
    said: tuple[InputRequirement, ...] = ()

    @property
    def references(self) -> tuple[InputRequirement, ...]:
        """The URL constraints: the project may come from there only."""
        return tuple(each for each in self.said if each.url is not None)

    def narrowed(self, said: InputRequirement) -> Constraint:
        """Return this constraint with one more line taken into account."""
        specifier = said.requirement.specifier if said.requirement else SpecifierSet()
        return Constraint(
            self.specifier & specifier,
            self.hashes.intersection(said.hashes),
            (*self.said, said),
        )


def constraints_by_name(
    constraints: Iterable[InputRequirement], markers: Mapping[str, str]
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
