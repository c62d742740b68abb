"""Finding the command of an installer, as an absolute path in the target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from pathlib import Path, PurePosixPath

from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap.environment.model import TargetEnvironment
from bootstrap.environment.python_process import module_command
from bootstrap.errors import BootstrapError
from bootstrap.formats.documents import read_file
from bootstrap.install.wheel.entry_points import parse_entry_points
from bootstrap.install.wheel.record import parse_record_paths
from bootstrap.install.wheel_rules import WheelValidationError
from bootstrap.limits import RECORD_SIZE, LimitError
from bootstrap.metadata.installed import Installed, installed_distributions
from bootstrap.network.references import normalize_reference
from bootstrap.network.urls import split_fragment
from bootstrap.resolve.requirement import InputRequirement, Resolution

_MODULES = {"pip": "pip"}
"""Installers that are started as `TARGET -m MODULE`, except that it is not imported from the
current directory."""


class NoCommandError(BootstrapError):
    """The installer was installed, but has no command to hand off to.

    Causes: the project is a library, or its command has another name than the project.

    Next: run its module or command by the environment itself, or name an installer:
        python3 get-installer.pyz --venv demo --installer uv -- --version
    """

    def __init__(self, installer: str, expected: Path, commands: tuple[str, ...]) -> None:
        self.installer, self.expected, self.commands = installer, expected, commands
        found = f"its commands are {', '.join(commands)}" if commands else "it has no commands"
        super().__init__(
            f"Cannot hand off to {installer}: {expected} was not found; {found}.",
            hint=f"Leave out `--` and what follows it; {installer} itself is installed.",
        )


class NotRunnableError(BootstrapError):
    """A hand-off to a target whose interpreter cannot be run.

    Causes: the target is only described, by --platform and the like or by a build-details.json.

    Next: leave out `--` and what follows it, or choose a target of this machine with --venv or
    --python.
    """

    def __init__(self, executable: Path) -> None:
        self.executable = executable
        super().__init__(
            f"Cannot hand off to an installer of {executable}: only a description of it is known "
            "(build-details.json, or --platform and the like), and it cannot be run here.",
            hint="Leave out `--` and what follows it.",
        )


def require_runnable(target: TargetEnvironment) -> None:
    """Refuse a hand-off to an interpreter that cannot be run. Raises `NotRunnableError`."""
    if not target.runnable:
        raise NotRunnableError(target.executable)


def installer_name(installer: InputRequirement, resolution: Resolution) -> NormalizedName:
    """Return the installer's name; for a path or URL without a name, that of its metadata."""
    if installer.requirement is not None:
        return canonicalize_name(installer.requirement.name)
    url = normalize_reference(split_fragment(installer.url or "")[0])
    return next(
        resolved.name
        for resolved in resolution.distributions
        if resolved.requested is installer
        or (
            resolved.candidate is not None
            and normalize_reference(resolved.candidate.file.url) == url
        )
    )


def find_command(
    name: NormalizedName, target: TargetEnvironment, environ: Mapping[str, str]
) -> tuple[str, ...]:
    """Return the command line that starts an installer with these variables, without arguments.

    It is the command of the installer's own name, else its only one (`pyproject-build`). Raises
    `NoCommandError`.
    """
    if name in _MODULES:
        return module_command(target, _MODULES[name], environ)
    installed = installed_distributions(target).get(name)
    commands = _console_scripts(installed) if installed else ()
    own = {*commands, *_recorded_names(installed)} if installed else set()
    for command in (name, *(commands if len(commands) == 1 else ())):
        for script in _find_scripts(command, target, own):
            return (str(script),)
    raise NoCommandError(name, target.scheme.scripts / name, commands)


def _find_scripts(name: str, target: TargetEnvironment, own: Set[str]) -> Iterator[Path]:
    """Yield the paths of a command: in the scheme's scripts, then beside the interpreter.

    The directory of the interpreter contains programs of other packages, too: there the command
    has to be one of the installer's own files.
    """
    filename = f"{name}.exe" if target.markers["os_name"] == "nt" else name
    if (target.scheme.scripts / filename).exists():
        yield target.scheme.scripts / filename
    beside = target.executable.parent / filename
    if not own.isdisjoint({name, filename}) and beside.exists():
        yield beside


def _console_scripts(installed: Installed) -> tuple[str, ...]:
    """Return the commands in entry_points.txt; none if it is damaged."""
    try:
        content = read_file(installed.metadata_path / "entry_points.txt")
        return tuple(script.name for script in parse_entry_points(content) if not script.gui)
    except (OSError, LimitError, WheelValidationError):
        return ()


def _recorded_names(installed: Installed) -> set[str]:
    """Return the names of its files, including commands that are not entry points (uv's)."""
    try:
        rows = parse_record_paths(read_file(installed.metadata_path / "RECORD", RECORD_SIZE))
        return {PurePosixPath(row).name for row in rows}
    except (OSError, LimitError, WheelValidationError):
        return set()
