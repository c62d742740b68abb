"""Dependency groups (PEP 735): what `--group [PATH:]GROUP` names, in a project or in a lock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath
from typing import Any

from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap.config.options.process import ProcessContext
from bootstrap.config.requirements.parse import parse_requirement
from bootstrap.dataclasses import dataclass
from bootstrap.errors import UsageError
from bootstrap.formats.documents import parse_toml, read_file
from bootstrap.formats.specifiers import check_text
from bootstrap.limits import (
    GROUP_DEPTH,
    GROUP_REQUIREMENTS,
    PYPROJECT_SIZE,
    REQUIREMENT_LENGTH,
    LimitError,
    shorten,
)
from bootstrap.lock.read import split_reference
from bootstrap.network.urls import is_remote
from bootstrap.provenance import Origin, Sourced
from bootstrap.resolve.requirement import InputRequirement

PROJECT = "pyproject.toml"


class DependencyGroupError(UsageError):
    """A dependency group does not exist or is not valid.

    Causes: the group's name is misspelt, pyproject.toml is another one, or groups include each
    other.

    Next: look at [dependency-groups] in pyproject.toml, and name file and group:
        python3 get-installer.pyz --venv demo --group pyproject.toml:dev
    """

    def __init__(self, group: str, file: str, why: str, hint: str | None = None) -> None:
        self.group, self.file, self.why = group, file, why
        whose = f" of {file}" if file else ""
        super().__init__(
            f"The dependency group {group or repr(group)}{whose} cannot be used: {why}.", hint=hint
        )


@dataclass(frozen=True)
class DependencyGroup:
    """A dependency group, and the file that defines it."""

    file: str
    name: str
    origin: Origin

    @classmethod
    def parse(cls, given: Sourced[str]) -> DependencyGroup:
        """Split path and name at the last colon, as pip does. Raises `DependencyGroupError`."""
        file, colon, name = given.value.rpartition(":")
        group = cls(file if colon else PROJECT, name, given.origin)
        if PurePath(group.file).name != PROJECT and (is_remote(group.file) or not group.is_locked):
            why = f"{given.origin} expects [PATH:]GROUP, where PATH is a local pyproject.toml or "
            raise DependencyGroupError(name, file, f"{why}pylock.toml")
        return group

    @property
    def is_locked(self) -> bool:
        """Whether a lock defines it (PEP 751), not a project."""
        return split_reference(self.file) is not None

    def requirements(self, process: ProcessContext) -> Iterator[InputRequirement]:
        """Yield the requirements of a project's group and of the groups that it includes.

        Raises `DependencyGroupError`.
        """
        from bootstrap._vendor.packaging.dependency_groups import DependencyGroupResolver
        from bootstrap._vendor.packaging.errors import ExceptionGroup

        path = process.absolute(self.file)
        table = self._read_table(path)
        origin = Origin("file", f"{path}, group {self.name}")
        try:
            _GroupSizes(table).measure(self.name)
        except LimitError as error:
            why = f"it has {error}"
            hint = "Write its requirements into fewer groups, or into a requirements file (-r)."
            raise DependencyGroupError(self.name, str(path), why, hint) from error
        try:
            found = DependencyGroupResolver(table).resolve(self.name)
        except ExceptionGroup as error:
            why = shorten("; ".join(map(str, error.exceptions)))
            groups = shorten(", ".join(sorted(table))) or "none"
            raise DependencyGroupError(
                self.name, str(path), why, f"Groups in this file: {groups}."
            ) from error
        for requirement in found:
            yield parse_requirement(str(requirement), origin, process)

    def _read_table(self, path: Path) -> dict[str, Any]:
        try:
            document = parse_toml(read_file(path, PYPROJECT_SIZE), PYPROJECT_SIZE)
            table = document.get("dependency-groups")
        except OSError as error:
            why = f"the file cannot be read ({error.strerror})"
            raise DependencyGroupError(self.name, str(path), why) from error
        except LimitError as error:
            hint = "Move the groups into a smaller file, and name it: --group PATH:GROUP."
            why = f"the file has {error}"
            raise DependencyGroupError(self.name, str(path), why, hint) from error
        except ValueError as error:
            why = f"the file is not valid TOML ({error})"
            raise DependencyGroupError(self.name, str(path), why) from error
        if not isinstance(table, dict):
            why = "the file has no table [dependency-groups]"
            raise DependencyGroupError(self.name, str(path), why)
        return table


class _GroupSizes:
    """Measures what groups include, before they are expanded.

    Groups that include the next one twice each stand for twice as many requirements.
    """

    def __init__(self, table: Mapping[str, Any]) -> None:
        self._groups = {canonicalize_name(name): items for name, items in table.items()}
        self._known: dict[NormalizedName, tuple[int, int]] = {}

    def measure(self, group: str, above: tuple[NormalizedName, ...] = ()) -> tuple[int, int]:
        """Return a group's number of requirements, and its levels. Raises `LimitError`."""
        name = canonicalize_name(group)
        items = self._groups.get(name)
        if name in above or not isinstance(items, list):
            return 0, 0  # an error that is found when they are expanded
        if name not in self._known and len(above) < GROUP_DEPTH:
            total, levels = 0, 0
            for item in items:
                size, below = self._measure_item(item, (*above, name))
                total, levels = total + size, max(levels, below)
                if total > GROUP_REQUIREMENTS:
                    raise LimitError(GROUP_REQUIREMENTS, "requirements")
            self._known[name] = total, levels + 1
        size, levels = self._known.get(name, (0, GROUP_DEPTH))
        if len(above) + levels > GROUP_DEPTH:
            raise LimitError(GROUP_DEPTH, "groups that include each other")
        return size, levels

    def _measure_item(self, item: object, above: tuple[NormalizedName, ...]) -> tuple[int, int]:
        if isinstance(item, str):
            check_text(item, REQUIREMENT_LENGTH)
            return 1, 0
        included = item.get("include-group") if isinstance(item, dict) else None
        return self.measure(included, above) if isinstance(included, str) else (0, 0)
