"""The settings of the commands for kits, and what a running kit says about itself."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bootstrap.config.options.layers import OptionValue
from bootstrap.config.options.parser import CommandLine, parse_command_line
from bootstrap.dataclasses import dataclass, field, replace
from bootstrap.errors import UsageError
from bootstrap.provenance import Origin, Sourced


class OnlyInAKitError(UsageError):
    """What needs a kit was asked of a .pyz that is none.

    Causes: the file that was run is get-installer.pyz without wheels, and the command or --online
    is about a kit.

    Next: name the kit, or run it:
        python3 get-installer.pyz inspect KIT.pyz
        python3 KIT.pyz --venv demo
    """

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(f"{what}: this get-installer.pyz is not a kit.", hint=hint)


@dataclass(frozen=True)
class KitDefaults:
    """What a kit says about how it installs; `load` puts it below the command line."""

    path: Path
    installer: str | None = None
    arguments: tuple[str, ...] = ()
    certificates: Mapping[str, str] = field(default_factory=dict, repr=False)
    """PEM texts, by the names of files in the arguments."""

    @property
    def origin(self) -> Origin:
        """The origin of its values."""
        return Origin.kit(self.path)

    @property
    def line(self) -> CommandLine:
        """Its command line, whose values have the kit as their origin."""
        line = parse_command_line(self.arguments)
        return replace(line, values=tuple(map(self._own, line.values)))

    def _own(self, value: OptionValue) -> OptionValue:
        """Return a value with our origin; a file that the kit contains is named as part of it."""
        is_contained = value.text in self.certificates
        text = str(self.path / value.text) if is_contained else value.text
        return replace(value, text=text, origin=self.origin)

    @property
    def files(self) -> Mapping[str, bytes]:
        """The certificates, by what the values name."""
        return {str(self.path / name): text.encode() for name, text in self.certificates.items()}


@dataclass(frozen=True)
class PackSettings:
    """What to pack for, and how."""

    output: Path
    targets: tuple[Sourced[str], ...] = ()
    pythons: tuple[Sourced[str], ...] = ()
    previous: Path | None = None
    """`--from`."""
    build: bool = False
    defaults: tuple[str, ...] = ()


@dataclass(frozen=True)
class KitFiles:
    """What `inspect`, `verify`, `extract` and `diff` read and write."""

    kits: tuple[Path, ...] = ()
    """None: the kit that is running."""
    directory: Path | None = None
    expected_id: str | None = None
