"""Pins: ``name==version --hash=sha256:...``, one a line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_LINE = re.compile(
    r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>\S+) --hash=sha256:(?P<sha256>[0-9a-f]{64})"
)


@dataclass(frozen=True)
class Pin:
    """One released wheel."""

    name: str
    version: str
    sha256: str

    def __str__(self) -> str:
        return f"{self.name}=={self.version} --hash=sha256:{self.sha256}"

    @property
    def package(self) -> str:
        """The name it is imported by; each library here is named as its project is."""
        return self.name.replace("-", "_")


def read_pins(file: Path) -> list[Pin]:
    """Read a file of pins.

    :raises ValueError: a line is no pin.
    """
    return [_parse(line, file) for line in file.read_text(encoding="utf-8").splitlines()]


def write_pins(file: Path, pins: list[Pin]) -> None:
    """Write a file of pins, sorted by name."""
    lines = [f"{pin}\n" for pin in sorted(pins, key=lambda pin: pin.name)]
    file.write_text("".join(lines), encoding="utf-8")


def _parse(line: str, file: Path) -> Pin:
    match = _LINE.fullmatch(line)
    if match is None:
        raise ValueError(f"{file}: expected NAME==VERSION --hash=sha256:HEX, found {line!r}")
    return Pin(**match.groupdict())
