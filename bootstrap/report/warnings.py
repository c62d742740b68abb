"""Warnings after an installation, in pip's cases and words."""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from pathlib import Path

from bootstrap._vendor.packaging.markers import InvalidMarker
from bootstrap._vendor.packaging.requirements import Requirement
from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap.formats.specifiers import is_true
from bootstrap.install.model import WarningSettings
from bootstrap.metadata.installed import Installed, installed_distributions
from bootstrap.report.installation import InstallResult
from bootstrap.ui import Ui

_CONFLICTS = (
    "Not everything that is installed fits together: what is installed already is not taken into "
    "account where this run does not need it."
)
_ROOT = (
    "Running get-installer as the 'root' user can result in broken permissions and conflicting "
    "behaviour with the system package manager, possibly rendering your system unusable. It is "
    "recommended to use a virtual environment instead: --venv DIR. Use --root-user-action=ignore "
    "if you know what you are doing and want to suppress this warning."
)


def print_warnings(result: InstallResult, settings: WarningSettings, ui: Ui) -> None:
    """Print the warnings that follow from what was installed."""
    target = result.target
    if settings.script_location:
        scripts = [path for each in result.installed for path in each.console_scripts]
        found = off_path(scripts, target.executable, settings.search_path)
        if found:
            from bootstrap.report.shells import path_line

            ui.warn(script_location_message(found, settings.search_path), code="not-on-path")
            for line in filter(None, (path_line(each, settings.shell) for each in found)):
                ui.info(f"To add it to PATH: {line}", is_command=True)
    if settings.conflicts and result.installed:
        changed = {distribution.name for distribution in result.installed}
        lines = list(conflicts(installed_distributions(target), changed, target.markers))
        if lines:
            ui.warn("\n".join((_CONFLICTS, *lines)), code="conflict")
    is_windows = sys.platform in {"win32", "cygwin"}
    is_root = not is_windows and os.getuid() == 0
    if settings.root_user and is_root and not target.is_virtual:
        ui.warn(_ROOT, code="root-user")


def conflicts(
    installed: Mapping[NormalizedName, Installed],
    changed: Set[NormalizedName],
    markers: Mapping[str, str],
) -> Iterator[str]:
    """Yield what is missing, then what does not fit, of all that this run concerns.

    These are the distributions that it installed, and those that require one of them.
    """
    concerned = [
        (f"{name} {installed[name].version}", required)
        for name in sorted(installed)
        for required in [_requirements_of(installed[name], markers)]
        if name in changed or any(dependency in changed for dependency, _ in required)
    ]
    needs = [(subject, *need) for subject, required in concerned for need in required]
    for subject, name, requirement in needs:
        if name not in installed:
            yield f"{subject} requires {requirement}, which is not installed."
    for subject, name, requirement in needs:
        version = installed[name].version if name in installed else None
        if version is not None and not requirement.specifier.contains(version, prereleases=True):
            yield (
                f"{subject} requires {requirement}, but you have {name} {version} which is "
                "incompatible."
            )


def _requirements_of(
    distribution: Installed, markers: Mapping[str, str]
) -> list[tuple[NormalizedName, Requirement]]:
    """Return what a distribution requires without extras, by project."""
    return [
        (canonicalize_name(requirement.name), requirement)
        for requirement in sorted(distribution.requires, key=str)
        if _is_applicable(requirement, markers)
    ]


def _is_applicable(requirement: Requirement, markers: Mapping[str, str]) -> bool:
    try:
        return is_true(requirement.marker, markers)
    except InvalidMarker:
        return False


def off_path(
    scripts: Iterable[Path], executable: Path, search_path: str
) -> Mapping[Path, Set[str]]:
    """Return the names of scripts in directories that are not on PATH, by directory.

    Those beside the target's interpreter are right, as in a virtual environment.
    """
    entries = search_path.split(os.pathsep)
    known = {executable.parent.resolve(), *(Path(entry).resolve() for entry in entries)}
    by_directory: defaultdict[Path, set[str]] = defaultdict(set)
    for script in scripts:
        if (directory := script.parent.resolve()) not in known:
            by_directory[directory].add(script.name)
    return by_directory


def script_location_message(by_directory: Mapping[Path, Set[str]], search_path: str) -> str:
    """Return a message about scripts in directories that are not on PATH, in pip's words."""
    lines = []
    for directory, found in by_directory.items():
        *names, last = sorted(found)
        what = f"scripts {', '.join(names)} and {last} are" if names else f"script {last} is"
        lines.append(f"The {what} installed in '{directory}' which is not on PATH.")
    which = "this directory" if len(lines) == 1 else "these directories"
    lines.append(
        f"Consider adding {which} to PATH or, if you prefer to suppress this warning, use "
        "--no-warn-script-location."
    )
    if any(entry.startswith("~") for entry in search_path.split(os.pathsep)):
        lines.append(
            "NOTE: The current PATH contains path(s) starting with `~`, which may not be expanded "
            "by all applications."
        )
    return "\n".join(lines)
