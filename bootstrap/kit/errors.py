"""The errors of kits."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bootstrap.errors import BootstrapError, UsageError

_MANY = 12
COPY_AGAIN = "Copy the kit again; nothing was changed."


class NotAKitError(UsageError):
    """A file is not a kit.

    Causes: it is another file, a get-installer.pyz without wheels, or cut off at its end.

    Next: check the name and size; make one with pack:
        python3 get-installer.pyz pack NAME -o KIT.pyz
    """

    def __init__(self, path: Path, why: str) -> None:
        self.path = path
        super().__init__(f"{path} is not a kit: {why}.", hint="Name a file that `pack` wrote.")


class DamagedKitError(BootstrapError):
    """A kit is not as it was written.

    Causes: it was cut off or changed when it was copied, for example as text instead of binary.

    Next: copy it again, and verify it with the ID that `pack` printed:
        python3 get-installer.pyz verify KIT.pyz --id ID
    """

    def __init__(self, path: Path, where: str, expected: object, found: object) -> None:
        self.path, self.where = path, where
        super().__init__(
            f"The kit {path} is damaged: {where}: expected {expected}, found {found}.",
            hint=COPY_AGAIN,
        )


class NewerKitError(BootstrapError):
    """A kit has a layout that this version does not know.

    Causes: a newer get-installer packed it.

    Next: run the kit itself, which has its own engine:
        python3 KIT.pyz --venv demo
    """

    def __init__(self, path: Path, needs: str) -> None:
        self.path, self.needs = path, needs
        super().__init__(
            f"This kit needs get-installer ≥ {needs}: {path}.",
            hint="Run the kit itself, or use a newer get-installer.pyz.",
        )


class UnreadableKitError(BootstrapError):
    """The operating system does not let us read a kit.

    Causes: it does not exist, is a directory, or you have no permission.

    Next: check the path.
    """

    def __init__(self, path: Path, error: OSError) -> None:
        self.path = path
        super().__init__(
            f"The kit {path} cannot be read: {error.strerror or error}.",
            hint="Check the path, and whether you may read it.",
        )


class UnwritableKitError(BootstrapError):
    """A kit, or what is extracted from one, cannot be written.

    Causes: the disk is full, the directory is missing, or you have no permission.

    Next: name another file or directory:
        python3 get-installer.pyz pack NAME -o /elsewhere/KIT.pyz
    """

    def __init__(self, path: Path, error: OSError) -> None:
        self.path = path
        super().__init__(
            f"{path} cannot be written: {error.strerror or error}.",
            hint="Name another path; what was there before is unchanged.",
        )


class OtherKitError(BootstrapError):
    """A kit is intact, and not the one whose ID was given.

    Causes: the file is an older or newer kit, or somebody exchanged it.

    Next: compare the ID with that of whoever packed it, and take the right file.
    """

    def __init__(self, path: Path, expected: str, found: str) -> None:
        self.path, self.expected, self.found = path, expected, found
        super().__init__(
            f"{path} is another kit: expected ID {expected}, found {found}.",
            hint="Its files agree with each other, but somebody else wrote them, or it is an older "
            "or a newer kit. Get the kit again from where the ID was published.",
        )


class NoEngineError(UsageError):
    """`pack` runs from a checkout or an installed copy, so there is no .pyz to put into the kit.

    Causes: the modules were started, and a kit needs the one file.

    Next: run the released file:
        python3 get-installer.pyz pack NAME -o KIT.pyz
    """

    def __init__(self) -> None:
        super().__init__(
            "A kit contains the get-installer.pyz that packs it, and this copy is not one.",
            hint="Run `pack` with get-installer.pyz.",
        )


class BuildForOthersError(UsageError):
    """`pack --build` with other targets than this machine.

    Causes: sources can be built for this machine only.

    Next: leave out --build and use wheels, or --target and --python:
        python3 get-installer.pyz pack NAME --build -o KIT.pyz
    """

    def __init__(self) -> None:
        super().__init__(
            "--build builds for this machine and the Python that runs get-installer, and cannot be "
            "used with --target or --python.",
            hint="Build the wheels on each target (pip wheel), and add --find-links DIR.",
        )


class KitTargetError(BootstrapError):
    """A kit was not packed for this target.

    Causes: the Python or machine here is another one than those that were named to `pack`.

    Next: see what it is for; choose such a Python here, or pack for this one:
        python3 KIT.pyz inspect
        python3 get-installer.pyz pack NAME --target windows-amd64 --python 3.12 -o KIT.pyz
    """

    def __init__(self, path: Path, packed: Iterable[str], found: str, option: str) -> None:
        self.path, self.packed, self.found = path, tuple(packed), found
        super().__init__(
            f"This kit is for {'; '.join(self.packed)}. The target is {found}.",
            hint=f"Pack it with {option}.",
        )


class NotInKitError(BootstrapError):
    """A requirement that the kit does not have.

    Causes: a kit has what was packed, and asks no index.

    Next: see what it has; pack the project, too, or allow the network:
        python3 KIT.pyz inspect -v
        python3 KIT.pyz --online --venv demo NAME
    """

    def __init__(self, requirement: str, names: Iterable[str]) -> None:
        self.requirement, self.names = requirement, tuple(names)
        more = len(self.names) - _MANY
        listed = ", ".join(self.names[:_MANY]) + (f" and {more} more" if more > 0 else "")
        super().__init__(
            f"{requirement} is not in this kit (it holds {listed}).",
            hint="Allow the index with --online.",
        )
