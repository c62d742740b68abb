"""How an installer is started, by its absolute path in the target."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap.errors import BootstrapError
from bootstrap.resolve.requirement import Resolution, UserRequirement
from bootstrap.target.environment import TargetEnvironment
from bootstrap.target.installed import installed_distributions

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


def installer_name(installer: UserRequirement, resolution: Resolution) -> NormalizedName:
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
    for script in _scripts(name, target):
        return (str(script),)
    others = _console_scripts(name, target)
    if len(others) == 1:
        for script in _scripts(others[0], target):
            return (str(script),)
    raise NoCommandError(name, target.scheme.scripts / name, others)


def _scripts(name: str, target: TargetEnvironment) -> Iterator[Path]:
    """Yield where a command is: beside what we install, or with what was there already."""
    filename = f"{name}.exe" if target.markers["os_name"] == "nt" else name
    for directory in (target.scheme.scripts, target.executable.parent):
        if (directory / filename).exists():
            yield directory / filename


def _console_scripts(name: NormalizedName, target: TargetEnvironment) -> tuple[str, ...]:
    import configparser

    installed = installed_distributions(target).get(name)
    path = installed and installed.metadata_path / "entry_points.txt"
    if not path or not path.is_file():
        return ()
    parser = configparser.ConfigParser(delimiters=("=",), interpolation=None)
    parser.optionxform = str  # type: ignore[method-assign,assignment]  # names keep their case
    parser.read_string(path.read_text("utf-8"))
    return tuple(parser["console_scripts"]) if "console_scripts" in parser else ()
