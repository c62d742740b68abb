"""The types that resolvelib works with: identifiers, requirements, candidates; and constraints."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from bootstrap._vendor.packaging.specifiers import SpecifierSet
from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap._vendor.packaging.version import Version
from bootstrap.dataclasses import dataclass
from bootstrap.errors import BootstrapError
from bootstrap.index.candidate import Candidate
from bootstrap.resolve.requirement import InputRequirement
from bootstrap.trust.hashes import Hashes

if TYPE_CHECKING:
    from bootstrap._vendor.resolvelib.structs import RequirementInformation


class Identifier(NamedTuple):
    """A project, or one extra of a project.

    `name[x,y]` becomes three identifiers: `name`, `name[x]` and `name[y]`. A candidate of an extra
    depends on the same version of the project, so all of them get the same version.
    """

    name: NormalizedName
    extra: str = ""

    def __str__(self) -> str:
        return f"{self.name}[{self.extra}]" if self.extra else self.name

    @property
    def base(self) -> Identifier:
        """The identifier of the project itself."""
        return Identifier(self.name)

    @property
    def is_project(self) -> bool:
        """Whether it stands for a project, and not for what no candidate can satisfy."""
        return self.name not in (PYTHON.name, UNUSABLE)


PYTHON = Identifier(NormalizedName("<python>"))
"""The identifier that a Requires-Python is about. No project can have this name."""

UNUSABLE = NormalizedName("<unusable>")
"""The name in the unsatisfiable requirement of a candidate whose metadata cannot be used."""


@dataclass(frozen=True, eq=False)
class ResolverCandidate:
    """A version of a project or of one of its extras. Candidates are compared by identity."""

    identifier: Identifier
    version: Version
    installable: Candidate | None
    """The file or source to install; None for the installed distribution."""

    def __str__(self) -> str:
        return f"{self.identifier} {self.version}"


@dataclass(frozen=True, eq=False)
class ResolverRequirement:
    """One requirement on one identifier, of the user or of a candidate."""

    identifier: Identifier
    text: str
    """The requirement as its author wrote it, without its marker."""
    specifier: SpecifierSet
    fixed_candidate: ResolverCandidate | None = None
    """The only candidate that satisfies it: of a direct reference, or the project of an extra."""
    requested: InputRequirement | None = None
    """The user's requirement that it was made from; None for a dependency."""

    def is_satisfied_by(self, candidate: ResolverCandidate) -> bool:
        """Tell whether a candidate with the same identifier satisfies it."""
        if self.fixed_candidate is not None:
            return candidate is self.fixed_candidate
        # Whether pre-releases are allowed was decided when the candidates were selected.
        return self.specifier.contains(candidate.version, prereleases=True)

    @property
    def is_pinned(self) -> bool:
        """Whether only one version can satisfy it."""
        return self.fixed_candidate is not None or pins_one_version(self.specifier)


if TYPE_CHECKING:
    Information = RequirementInformation[ResolverRequirement, ResolverCandidate]
    """A requirement and the candidate that has it as a dependency (None: the user's own)."""


def pins_one_version(specifier: SpecifierSet) -> bool:
    """Tell whether a specifier has `==` without a wildcard, or `===` (pip's notion of pinned)."""
    return any(
        clause.operator == "===" or (clause.operator == "==" and not clause.version.endswith(".*"))
        for clause in specifier
    )


def is_bounded_above(specifier: SpecifierSet) -> bool:
    """Tell whether a specifier excludes all versions from a certain one on."""
    return any(
        clause.operator in ("<", "<=", "~=")
        or (clause.operator == "==" and clause.version.endswith(".*"))
        for clause in specifier
    )


def are_met(specifiers: Iterable[SpecifierSet], version: Version) -> bool:
    """Tell whether all specifiers allow a version, as if it were no pre-release."""
    return all(specifier.contains(version, prereleases=True) for specifier in specifiers)


class InvalidConstraintError(BootstrapError):
    """A constraint that is not allowed by pip's rules for constraints.

    Causes: a constraint has extras, no name, or is editable.

    Next: write it as a name with versions, such as urllib3<3, and the rest as a requirement (-r).
    """

    def __init__(self, constraint: InputRequirement, problem: str) -> None:
        self.constraint = constraint
        super().__init__(
            f"The constraint {constraint.text} ({constraint.origin}) {problem}.",
            hint="A constraint is a project name with a version specifier or a URL, such as "
            "`urllib3<3`. Name what is to be installed as a requirement.",
        )


@dataclass(frozen=True)
class Constraint:
    """All constraints on one project, combined."""

    specifier: SpecifierSet = SpecifierSet()  # immutable
    hashes: Hashes = Hashes()  # immutable
    sources: tuple[InputRequirement, ...] = ()
    """The constraints as the user wrote them."""

    @property
    def references(self) -> tuple[InputRequirement, ...]:
        """The constraints with a URL: the project may be installed from there only."""
        return tuple(source for source in self.sources if source.url is not None)

    def combine(self, source: InputRequirement) -> Constraint:
        """Return this constraint together with one more."""
        specifier = source.requirement.specifier if source.requirement else SpecifierSet()
        return Constraint(
            self.specifier & specifier,
            self.hashes.intersection(source.hashes),
            (*self.sources, source),
        )


def constraints_by_name(
    constraints: Iterable[InputRequirement], markers: Mapping[str, str]
) -> Mapping[NormalizedName, Constraint]:
    """Combine the constraints on each project, without those whose marker does not apply.

    Raises `InvalidConstraintError`, by pip's rules: named, without extras, not editable.
    """
    combined: dict[NormalizedName, Constraint] = {}
    for constraint in constraints:
        requirement = constraint.requirement
        if requirement is None:
            raise InvalidConstraintError(constraint, "has no name")
        if requirement.extras:
            raise InvalidConstraintError(constraint, "has extras")
        if constraint.editable:
            raise InvalidConstraintError(constraint, "is editable")
        if constraint.is_applicable(markers):
            name = canonicalize_name(requirement.name)
            combined[name] = combined.get(name, Constraint()).combine(constraint)
    return combined


@dataclass(frozen=True)
class EligibleCandidates:
    """What some requirements allow: a search goes through it again for each that it excludes."""

    specifiers: Sequence[SpecifierSet]
    candidates: Iterable[ResolverCandidate]
    """Best first; each is made once, when it is first iterated over."""
    better: Mapping[ResolverCandidate, Collection[ResolverCandidate]]
    """For a candidate: those made of better files of the same version, if there are any."""

    def allow(self, version: Version) -> bool:
        """Tell whether the requirements allow a version, as if it were no pre-release."""
        return are_met(self.specifiers, version)
