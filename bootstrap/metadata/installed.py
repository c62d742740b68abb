"""The distributions a target holds already."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from bootstrap._vendor.packaging.requirements import InvalidRequirement, Requirement
from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap._vendor.packaging.version import InvalidVersion, Version
from bootstrap.environment.messages import Messages
from bootstrap.environment.model import TargetEnvironment
from bootstrap.install.scheme_paths import SchemePaths
from bootstrap.metadata.headers import METADATA_FILES, headers, requirement_lines, text_of


# FOLDED from bootstrap/environment/metadata_entries.py
class InstalledKind(Enum):
    """How a distribution left its mark."""

    DIST_INFO = "dist-info"
    EGG_INFO_DIRECTORY = "egg-info directory"
    EGG_INFO_FILE = "egg-info file"
    EGG_LINK = "egg-link"


@dataclass(frozen=True)
class Entry:
    """A distribution, by what its mark's name says."""

    name: NormalizedName
    version: Version
    location: Path
    metadata_path: Path
    kind: InstalledKind
    metadata_directory: Path
    """Where its metadata lies: of an egg-link, elsewhere; of an egg-info file, the file itself."""


@dataclass(frozen=True)
class Damage:
    """Something that should stand for a distribution, and does not."""

    path: Path
    why: str


def entries_in(location: Path) -> Iterator[Entry | Damage]:
    """Yield what a directory holds; of several for one name, the one that counts comes first.

    A dist-info counts before an egg-info, and then the newest. What pip left behind while it
    renamed, which begins with `~`, is nothing.
    """
    found = [entry for name in _names(location) if (entry := _entry(location, name)) is not None]
    whole = [entry for entry in found if isinstance(entry, Entry)]
    whole.sort(key=lambda entry: entry.version, reverse=True)
    whole.sort(key=lambda entry: entry.kind is not InstalledKind.DIST_INFO)
    yield from whole
    yield from (entry for entry in found if isinstance(entry, Damage))


def _names(location: Path) -> list[str]:
    endings = (".dist-info", ".egg-info", ".egg-link")
    try:
        names = os.listdir(location)  # names are enough, and there may be thousands
    except OSError:
        return []
    marks = [name for name in names if name.endswith(endings) and not name.startswith(("~", "-"))]
    return sorted(marks + (["EGG-INFO"] if location.suffix == ".egg" else []))


def _entry(location: Path, file_name: str) -> Entry | Damage | None:
    path = location / file_name
    try:
        if file_name.endswith(".egg-link"):
            return _linked(location, path)
        if path.is_dir():
            is_wheel = file_name.endswith(".dist-info")
            kind = InstalledKind.DIST_INFO if is_wheel else InstalledKind.EGG_INFO_DIRECTORY
            metadata = path / METADATA_FILES[file_name == "EGG-INFO" or not is_wheel]
        else:
            kind, metadata = InstalledKind.EGG_INFO_FILE, path
        if not metadata.is_file():
            return Damage(path, f"it has no {metadata.name}")
        name, version = name_and_version(path, metadata)
        return Entry(name, version, location, path, kind, path)
    except OSError as exc:
        return Damage(path, exc.strerror or str(exc))
    except (ValueError, LookupError) as exc:
        return Damage(path, str(exc))


def _linked(location: Path, path: Path) -> Entry | Damage:
    """Return what an egg-link leads to: the checkout that `setup.py develop` was run in."""
    lines = path.read_text("utf-8").splitlines()
    source = location / (lines[0].strip() if lines else "")
    stem = path.name.removesuffix(".egg-link").replace("-", "_")
    directory = source / f"{stem}.egg-info"
    if not (directory / "PKG-INFO").is_file():
        return Damage(path, f"it leads to {source}, which holds no {directory.name}")
    name, version = name_and_version(directory, directory / "PKG-INFO")
    return Entry(name, version, location, path, InstalledKind.EGG_LINK, directory)


def name_and_version(path: Path, metadata: Path) -> tuple[NormalizedName, Version]:
    """Return what the file name says, and where that is not clear, what is written inside.

    :raises LookupError, InvalidVersion, OSError: neither tells.
    """
    name, _, rest = path.stem.partition("-")
    try:
        return canonicalize_name(name), Version(rest.partition("-")[0])
    except InvalidVersion:
        said = dict(headers(metadata, {"name", "version"}))
        if said.keys() != {"name", "version"}:
            raise LookupError(f"{metadata.name} lacks a name or a version") from None
        return canonicalize_name(said["name"]), Version(said["version"])


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


# FOLDED from bootstrap/install/environment/present.py
class Kind(Enum):
    """How a distribution left its mark."""

    DIST_INFO = ".dist-info"
    EGG_INFO = ".egg-info"
    DISTUTILS = ".egg-info file"
    EGG = ".egg"
    EGG_LINK = ".egg-link"


_ENDINGS = {kind.value: kind for kind in Kind if kind is not Kind.DISTUTILS}
_INSIDE = {
    Kind.DIST_INFO: "METADATA",
    Kind.EGG_INFO: "PKG-INFO",
    Kind.DISTUTILS: "",
    Kind.EGG: "EGG-INFO/PKG-INFO",
}
"""Where a distribution's metadata lies in its mark."""


@dataclass(frozen=True)
class InstalledRecord:
    """A distribution in a library directory."""

    name: NormalizedName
    version: Version | None
    kind: Kind
    library: str
    """The library directory, symbolic links resolved."""
    path: str
    """Its metadata directory or file, its egg, or its egg-link."""

    def __str__(self) -> str:
        return f"{self.name} {self.version}" if self.version else self.name


def present_distributions(places: SchemePaths) -> Iterator[InstalledRecord]:
    """Yield every distribution of the library directories, duplicates included."""
    for library in places.libraries:
        try:
            names = sorted(os.listdir(library))
        except FileNotFoundError:
            continue
        for name in names:
            stem, ending = os.path.splitext(name)
            if ending in _ENDINGS and stem:
                yield _present(stem, _ENDINGS[ending], library, os.path.join(library, name))


def _present(stem: str, kind: Kind, library: str, path: str) -> InstalledRecord:
    if kind is Kind.EGG_INFO and not os.path.isdir(path):
        kind = Kind.DISTUTILS
    name, version = _name_and_version(stem, kind, Path(path))
    return InstalledRecord(name, version, kind, library, path)


def _name_and_version(stem: str, kind: Kind, path: Path) -> tuple[NormalizedName, Version | None]:
    """Return what the target room, too, takes the distribution for; damaged ones by their stem."""
    if kind is Kind.EGG_LINK:
        return canonicalize_name(stem), None
    try:
        return name_and_version(path, path / _INSIDE[kind])
    except (LookupError, ValueError, OSError):
        return canonicalize_name(stem), None
