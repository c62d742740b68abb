"""The distributions a target holds already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bootstrap._vendor.packaging.requirements import InvalidRequirement, Requirement
from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.environment.environment import TargetEnvironment
from bootstrap.environment.messages import Messages
from bootstrap.environment.metadata_entries import Damage, Entry, InstalledKind, entries_in
from bootstrap.environment.metadata_text import requirement_lines, text_of

__all__ = ["Installed", "InstalledDistributions", "InstalledKind", "installed_distributions"]


@dataclass(frozen=True)
class Installed:
    """One installed distribution (PEP 376, PEP 627, and what came before)."""

    name: NormalizedName
    version: Version
    location: Path
    """The directory of `sys.path` it lies in."""
    metadata_path: Path
    """Its dist-info or egg-info directory or file, or its egg-link."""
    kind: InstalledKind
    requires: tuple[Requirement, ...] = ()
    installer: str = ""
    """What INSTALLER says, or ""."""
    direct_url: str | None = None
    """The text of direct_url.json (PEP 610), if any."""
    editable: bool = False
    requested: bool = False
    """Whether the user named it (PEP 376's REQUESTED)."""


class InstalledDistributions(Mapping[NormalizedName, Installed]):
    """What is installed, by name; of each, the files are read when it is looked at first."""

    def __init__(self, entries: Mapping[NormalizedName, Entry], messages: Messages | None) -> None:
        self._entries = entries
        self._messages = messages
        self._read: dict[NormalizedName, Installed] = {}

    def __getitem__(self, name: NormalizedName) -> Installed:
        """Return the distribution of a normalised name."""
        if name not in self._read:
            self._read[name] = _read(self._entries[name], self._messages)
        return self._read[name]

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[NormalizedName]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


def installed_distributions(
    target: TargetEnvironment, messages: Messages | None = None
) -> InstalledDistributions:
    """Return the distributions on the target's search path; of a name, the first one counts.

    Damaged ones are told to the user and left out; nothing is raised for them.
    """
    found: dict[NormalizedName, Entry] = {}
    for location in target.search_path:
        for item in entries_in(location):
            if isinstance(item, Damage):
                _warn(messages, f"{item.path} is damaged and not counted as installed: {item.why}")
            elif item.name not in found:
                found[item.name] = item
            elif found[item.name].location == location:
                kept = found[item.name].metadata_path
                _trace(messages, f"{item.metadata_path} is not counted beside {kept.name}")
    return InstalledDistributions(found, messages)


def _read(entry: Entry, messages: Messages | None) -> Installed:
    direct_url = text_of(entry.metadata_directory, "direct_url.json")
    return Installed(
        name=entry.name,
        version=entry.version,
        location=entry.location,
        metadata_path=entry.metadata_path,
        kind=entry.kind,
        requires=tuple(_requirements(entry, messages)),
        installer=(text_of(entry.metadata_directory, "INSTALLER") or "").strip(),
        direct_url=direct_url,
        editable=entry.kind is InstalledKind.EGG_LINK or _is_editable(direct_url),
        requested=text_of(entry.metadata_directory, "REQUESTED") is not None,
    )


def _requirements(entry: Entry, messages: Messages | None) -> Iterator[Requirement]:
    try:
        lines = list(requirement_lines(entry.metadata_directory))
    except OSError as exc:
        _warn(messages, f"what {entry.metadata_path} requires cannot be read: {exc.strerror}")
        return
    for line in lines:
        requirement = _requirement(line)
        if requirement is None:
            _warn(messages, f"{entry.metadata_path} requires {line!r}, which nobody understands")
        else:
            yield requirement


def _requirement(line: str) -> Requirement | None:
    try:
        return Requirement(line)
    except InvalidRequirement:
        return None


def _is_editable(direct_url: str | None) -> bool:
    import json

    try:
        said = json.loads(direct_url or "{}")
        return bool(said.get("dir_info", {}).get("editable"))
    except (ValueError, AttributeError):
        return False


def _warn(messages: Messages | None, message: str) -> None:
    if messages is not None:
        messages.warn(message)


def _trace(messages: Messages | None, message: str) -> None:
    if messages is not None:
        messages.trace(message)
