"""How an installer is started, by its absolute path in the target."""

from __future__ import annotations

from collections.abc import Iterator, Set
from pathlib import Path, PurePosixPath

from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap.environment.model import TargetEnvironment
from bootstrap.errors import BootstrapError
from bootstrap.install.wheel.entry_points import parse_entry_points
from bootstrap.install.wheel.record import parse_record_paths
from bootstrap.install.wheel_rules import WheelValidationError
from bootstrap.metadata.installed import Installed, installed_distributions
from bootstrap.resolve.requirement import InputRequirement, Resolution

_MODULES = {"pip": "pip"}
"""Installers started as `TARGET -m MODULE`: it cannot be mistaken for another environment's."""


class NoCommandError(BootstrapError):
    """The installer was installed, but there is no command to hand off to."""

    def __init__(self, installer: str, looked_for: Path, others: tuple[str, ...]) -> None:
        self.installer, self.looked_for, self.others = installer, looked_for, others
        found = f"it brought {', '.join(others)}" if others else "it brought none"
        super().__init__(
            f"Cannot hand off to {installer}: expected its command at {looked_for}, and {found}.",
            hint=f"Leave out what follows `--`; {installer} itself is installed.",
        )


class NotRunnableError(BootstrapError):
    """A hand-off was asked for, and nothing can be run in the target."""

    def __init__(self, executable: Path) -> None:
        self.executable = executable
        super().__init__(
            f"Cannot hand off to an installer of {executable}: that Python is known by its "
            "build-details.json alone, and cannot be run here.",
            hint="Leave out `--` and what follows it.",
        )


def require_runnable(target: TargetEnvironment) -> None:
    """Refuse a hand-off that could not be carried out.

    Raises `NotRunnableError`.
    """
    if not target.runnable:
        raise NotRunnableError(target.executable)


def installer_name(installer: InputRequirement, resolution: Resolution) -> NormalizedName:
    """Return the installer's name; of a path or URL without one, what its metadata says."""
    if installer.requirement is not None:
        return canonicalize_name(installer.requirement.name)
    return next(
        each.name
        for each in resolution.distributions
        if each.requested is installer
        or (each.candidate is not None and each.candidate.file.url == installer.url)
    )


def command(name: NormalizedName, target: TargetEnvironment) -> tuple[str, ...]:
    """Return the words that start an installer.

    That is the command of its own name, or else the only one it brought (`pyproject-build`).

    Raises `NoCommandError`.
    """
    if name in _MODULES:
        return (str(target.executable), "-m", _MODULES[name])
    installed = installed_distributions(target).get(name)
    brought = _console_scripts(installed) if installed else ()
    own = {*brought, *_recorded(installed)} if installed else set()
    for wanted in (name, *(brought if len(brought) == 1 else ())):
        for script in _scripts(wanted, target, own):
            return (str(script),)
    raise NoCommandError(name, target.scheme.scripts / name, brought)


def _scripts(name: str, target: TargetEnvironment, own: Set[str]) -> Iterator[Path]:
    """Yield where a command is: beside what we install, or with what was there already.

    With the interpreter lies much that is somebody else's: there it has to be the installer's own.
    """
    filename = f"{name}.exe" if target.markers["os_name"] == "nt" else name
    if (target.scheme.scripts / filename).exists():
        yield target.scheme.scripts / filename
    beside = target.executable.parent / filename
    if not own.isdisjoint({name, filename}) and beside.exists():
        yield beside


def _console_scripts(installed: Installed) -> tuple[str, ...]:
    """Return the commands it declares; a damaged list declares none."""
    try:
        content = (installed.metadata_path / "entry_points.txt").read_bytes()
        return tuple(each.name for each in parse_entry_points(content) if not each.gui)
    except (OSError, WheelValidationError):
        return ()


def _recorded(installed: Installed) -> set[str]:
    """Return the names of all its files, among them commands that are no entry points (uv)."""
    try:
        rows = parse_record_paths((installed.metadata_path / "RECORD").read_bytes())
        return {PurePosixPath(row).name for row in rows}
    except (OSError, WheelValidationError):
        return set()
