"""What lies in a directory of `sys.path` and stands for a distribution, by its name alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap._vendor.packaging.version import InvalidVersion, Version
from bootstrap.environment.metadata_text import METADATA_FILES, headers


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
        names = os.listdir(location)  # noqa: PTH208  # names are enough, and there may be thousands
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
