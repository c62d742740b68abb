"""Dependency groups (PEP 735): what `--group [PATH:]GROUP` names, in a project or in a lock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from bootstrap.config.options.process import Surroundings
from bootstrap.config.requirements.parse import read_requirement
from bootstrap.errors import UsageError
from bootstrap.lock.read import split_reference
from bootstrap.network.urls import is_remote
from bootstrap.provenance import Origin, Sourced
from bootstrap.resolve.requirement import InputRequirement

PROJECT = "pyproject.toml"


class DependencyGroupError(UsageError):
    """A dependency group was named that is not there, or that means nothing."""

    def __init__(self, group: str, place: str, why: str, hint: str | None = None) -> None:
        self.group, self.place, self.why = group, place, why
        whose = f" of {place}" if place else ""
        super().__init__(
            f"The dependency group {group or repr(group)}{whose} cannot be used: {why}.", hint=hint
        )


@dataclass(frozen=True)
class DependencyGroup:
    """A group somebody named, and the file that defines it."""

    place: str
    name: str
    origin: Origin

    @classmethod
    def named(cls, given: Sourced[str]) -> DependencyGroup:
        """Tell path and name apart, as pip does: at the last colon.

        Raises `DependencyGroupError`.
        """
        place, colon, name = given.value.rpartition(":")
        group = cls(place if colon else PROJECT, name, given.origin)
        if PurePath(group.place).name != PROJECT and (
            is_remote(group.place) or not group.is_locked
        ):
            why = f"{given.origin} expects [PATH:]GROUP, where PATH is a local pyproject.toml or "
            raise DependencyGroupError(name, place, f"{why}pylock.toml")
        return group

    @property
    def is_locked(self) -> bool:
        """Whether a lock defines it (PEP 751), and not a project."""
        return split_reference(self.place) is not None

    def requirements(self, surroundings: Surroundings) -> Iterator[InputRequirement]:
        """Yield what a project's group lists, and what it includes.

        Raises `DependencyGroupError`.
        """
        from bootstrap._vendor.packaging.dependency_groups import DependencyGroupResolver
        from bootstrap._vendor.packaging.errors import ExceptionGroup

        path = surroundings.absolute(self.place)
        table = self._table(path)
        origin = Origin("file", f"{path}, group {self.name}")
        try:
            found = DependencyGroupResolver(table).resolve(self.name)
        except ExceptionGroup as error:
            why = "; ".join(map(str, error.exceptions))
            there = ", ".join(sorted(table)) or "none"
            raise DependencyGroupError(
                self.name, str(path), why, f"The groups there are: {there}."
            ) from error
        for each in found:
            yield read_requirement(str(each), origin, surroundings)

    def _table(self, path: Path) -> dict[str, Any]:
        from bootstrap._vendor import tomli

        try:
            table = tomli.loads(path.read_text("utf-8")).get("dependency-groups")
        except OSError as error:
            why = f"the file cannot be read ({error.strerror})"
            raise DependencyGroupError(self.name, str(path), why) from error
        except ValueError as error:
            why = f"the file is no TOML ({error})"
            raise DependencyGroupError(self.name, str(path), why) from error
        if not isinstance(table, dict):
            why = "the file has no table [dependency-groups]"
            raise DependencyGroupError(self.name, str(path), why)
        return table
