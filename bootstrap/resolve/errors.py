"""Errors that end a resolution. They are built in `explain/`, which is imported only on failure."""

from __future__ import annotations

from collections.abc import Sequence

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.errors import BootstrapError


class NoCandidateError(BootstrapError):
    """A requirement for which nothing can be installed on this target.

    Causes: no version fits the requirement; or its files are for other Pythons or machines, sources
    that are not allowed, or yanked.

    Next: the message says which; ask for another version, or choose another Python:
        python3 get-installer.pyz --python 3.12 NAME
    """

    def __init__(self, name: NormalizedName, message: str, *, hint: str) -> None:
        self.name = name
        super().__init__(message, hint=hint)


class UnknownProjectError(NoCandidateError):
    """A project that no location has.

    Causes: the name is misspelt; the project is on another index; or it is a module's name, and the
    project is called otherwise.

    Next: look at the index for the name, or name the index that has it:
        python3 get-installer.pyz --venv demo --extra-index-url https://HOST/simple/ NAME

    :param requirement: what requires it, as a sentence
    """

    def __init__(
        self, name: NormalizedName, locations: Sequence[str], requirement: str, *, hint: str
    ) -> None:
        self.locations = tuple(locations)
        lines = [f"  {location}" for location in locations]
        lines += [requirement] if requirement else []
        title = f'No project named "{name}" was found. Looked in:'
        super().__init__(name, "\n".join([title, *lines]), hint=hint)


class ConflictError(BootstrapError):
    """Requirements that cannot be used together.

    Causes: two requirements, one of them often an indirect one, need versions of a project that
    exclude each other.

    Next: the message names a change that helps, if there is one; see what would be chosen with it:
        python3 get-installer.pyz --dry-run 'NAME>=1' OTHER

    :param lines: the conflicting requirements, each with what it was required by
    :param changes: the single changes of the input that would solve it
    """

    def __init__(self, lines: Sequence[str], changes: Sequence[str], *, hint: str) -> None:
        self.lines, self.changes = tuple(lines), tuple(changes)
        super().__init__(
            "\n  ".join(["These requirements cannot be used together:", *lines]), hint=hint
        )


class ResolutionTooDeepError(BootstrapError):
    """The resolver gave up: it found neither a solution nor a proof that there is none.

    Causes: many projects with many versions that exclude each other.

    Next: give lower limits for the projects that the message names, in a constraints file:
        python3 get-installer.pyz --venv demo -c constraints.txt -r requirements.txt
    """

    def __init__(self, rounds: int, projects: Sequence[str]) -> None:
        self.rounds, self.projects = rounds, tuple(projects)
        super().__init__(
            f"The resolver gave up after {rounds:,} rounds. Most conflicts were about "
            f"{', '.join(projects) or 'no project in particular'}.",
            hint="Limit the versions of these projects, on the command line or in a constraints "
            "file (-c).",
        )
