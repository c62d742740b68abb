"""The errors of kits."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bootstrap.errors import BootstrapError, UsageError

_MANY = 12
COPY_AGAIN = "Copy the kit again; nothing was changed."


class NotAKitError(UsageError):
    """A file is not a kit."""

    def __init__(self, path: Path, why: str) -> None:
        self.path = path
        super().__init__(f"{path} is not a kit: {why}.", hint="Name a file that `pack` wrote.")


class DamagedKitError(BootstrapError):
    """A kit is not as it was written."""

    def __init__(self, path: Path, where: str, expected: object, found: object) -> None:
        self.path, self.where = path, where
        super().__init__(
            f"The kit {path} is damaged: {where}: expected {expected}, found {found}.",
            hint=COPY_AGAIN,
        )


class NewerKitError(BootstrapError):
    """A kit has a layout that this version does not know."""

    def __init__(self, path: Path, needs: str) -> None:
        self.path, self.needs = path, needs
        super().__init__(
            f"This kit needs get-installer ≥ {needs}: {path}.",
            hint="Run the kit itself, or use a newer get-installer.pyz.",
        )


class UnreadableKitError(BootstrapError):
    """The operating system does not let us read a kit."""

    def __init__(self, path: Path, error: OSError) -> None:
        self.path = path
        super().__init__(
            f"The kit {path} cannot be read: {error.strerror or error}.",
            hint="Check the path, and whether you may read it.",
        )


class UnwritableKitError(BootstrapError):
    """A kit, or what is extracted from one, cannot be written."""

    def __init__(self, path: Path, error: OSError) -> None:
        self.path = path
        super().__init__(
            f"{path} cannot be written: {error.strerror or error}.",
            hint="Name another path; what was there before is unchanged.",
        )


class OtherKitError(BootstrapError):
    """A kit is intact, and not the one whose ID was given."""

    def __init__(self, path: Path, expected: str, found: str) -> None:
        self.path, self.expected, self.found = path, expected, found
        super().__init__(
            f"{path} is another kit: expected ID {expected}, found {found}.",
            hint="Its files agree with each other, but somebody else wrote them, or it is an older "
            "or a newer kit. Get the kit again from where the ID was published.",
        )


class NoEngineError(UsageError):
    """`pack` runs from a checkout or an installed copy, so there is no .pyz to put into the kit."""

    def __init__(self) -> None:
        super().__init__(
            "A kit contains the get-installer.pyz that packs it, and this copy is not one.",
            hint="Run `pack` with get-installer.pyz.",
        )


class BuildForOthersError(UsageError):
    """`pack --build` with other targets than this machine."""

    def __init__(self) -> None:
        super().__init__(
            "--build builds for this machine and the Python that runs get-installer, and cannot be "
            "used with --target or --python.",
            hint="Build the wheels on each target (pip wheel), and add --find-links DIR.",
        )


class KitTargetError(BootstrapError):
    """A kit was not packed for this target."""

    def __init__(self, path: Path, packed: Iterable[str], found: str, option: str) -> None:
        self.path, self.packed, self.found = path, tuple(packed), found
        super().__init__(
            f"This kit is for {'; '.join(self.packed)}. The target is {found}.",
            hint=f"Pack it with {option}.",
        )


class NotInKitError(BootstrapError):
    """A requirement that the kit does not have."""

    def __init__(self, requirement: str, names: Iterable[str]) -> None:
        self.requirement, self.names = requirement, tuple(names)
        more = len(self.names) - _MANY
        listed = ", ".join(self.names[:_MANY]) + (f" and {more} more" if more > 0 else "")
        super().__init__(
            f"{requirement} is not in this kit (it holds {listed}).",
            hint="Allow the index with --online.",
        )
