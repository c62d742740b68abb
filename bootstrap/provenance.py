"""Where a value was said: kept beside each value, so that messages can name the place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Literal, TypeVar

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Origin:
    """The place where something was said: an option, a variable, a line of a file, or nowhere."""

    kind: Literal["option", "variable", "file", "default"]
    name: str
    """The option as typed (`--cert`), the variable (`PIP_CERT`), the file, or why it is default."""
    line: int | None = None

    def __str__(self) -> str:
        if self.kind == "file" and self.line is not None:
            return f"{self.name}, line {self.line}"
        if self.kind == "variable":
            return f"the variable {self.name}"
        return self.name

    @classmethod
    def option(cls, name: str) -> Origin:
        """Return the origin of a value typed on the command line."""
        return cls("option", name)

    @classmethod
    def variable(cls, name: str) -> Origin:
        """Return the origin of a value from the environment."""
        return cls("variable", name)

    @classmethod
    def file(cls, path: Path, line: int | None = None) -> Origin:
        """Return the origin of a value from a configuration or requirements file."""
        return cls("file", str(path), line)

    @classmethod
    def default(cls, name: str = "the default") -> Origin:
        """Return the origin of a value nobody said."""
        return cls("default", name)


@dataclass(frozen=True)
class Sourced(Generic[T_co]):
    """A value together with the place where it was said."""

    value: T_co
    origin: Origin
