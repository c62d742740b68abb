"""Where a value was set: kept with each value, so that messages can name it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from bootstrap.dataclasses import dataclass

if TYPE_CHECKING:
    from pathlib import Path

T_co = TypeVar("T_co", covariant=True)

_PRIORITY = {"option": 4, "variable": 3, "kit": 2, "file": 1, "default": 0}


@dataclass(frozen=True)
class Origin:
    """Where a value was set: an option, a variable, a kit, a line of a file, or a default."""

    kind: Literal["option", "variable", "kit", "file", "default"]
    name: str
    """The option as it was given (`--cert`), the variable (`PIP_CERT`), the file, or the reason
    for the default."""
    line: int | None = None

    def __str__(self) -> str:
        if self.kind == "file" and self.line is not None:
            return f"{self.name}, line {self.line}"
        return self.name

    def outranks(self, other: Origin) -> bool:
        """Whether it has a higher priority: command line, environment, kit, configuration files."""
        return _PRIORITY[self.kind] > _PRIORITY[other.kind]

    @classmethod
    def option(cls, name: str) -> Origin:
        """Return the origin of a value on the command line."""
        return cls("option", name)

    @classmethod
    def variable(cls, name: str) -> Origin:
        """Return the origin of a value in the environment."""
        return cls("variable", name)

    @classmethod
    def kit(cls, path: Path) -> Origin:
        """Return the origin of a value that was packed into a kit."""
        return cls("kit", f"the kit {path.name}")

    @classmethod
    def file(cls, path: Path, line: int | None = None) -> Origin:
        """Return the origin of a value in a configuration or requirements file."""
        return cls("file", str(path), line)

    @classmethod
    def default(cls, name: str = "the default") -> Origin:
        """Return the origin of a value that nobody set."""
        return cls("default", name)


@dataclass(frozen=True)
class Sourced(Generic[T_co]):
    """A value with its origin."""

    value: T_co
    origin: Origin
