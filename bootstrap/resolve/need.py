"""What resolvelib juggles: identifiers, needs (its requirements) and pins (its candidates)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from bootstrap._vendor.packaging.specifiers import SpecifierSet
from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.index.candidate import Candidate
from bootstrap.resolve.requirement import UserRequirement


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
class Pin:
    """A version of a project or of one of its extras: a file to fetch, or what is installed."""

    identifier: Identifier
    version: Version
    candidate: Candidate | None
    """None: the installed distribution."""

    def __str__(self) -> str:
        return f"{self.identifier} {self.version}"


@dataclass(frozen=True, eq=False)
class Need:
    """One thing somebody requires of one identifier."""

    identifier: Identifier
    text: str
    """The requirement in its author's words, without its marker."""
    specifier: SpecifierSet
    only: Pin | None = None
    """Nothing else will do: a direct reference, or the base of an extra."""
    requested: UserRequirement | None = None
    """Who said it, where it was the user."""

    def is_met_by(self, pin: Pin) -> bool:
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
