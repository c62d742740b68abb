"""What stands for a distribution in a library directory (PEP 376, PEP 627, and their forerunners).

The only scanner of library directories: installing and uninstalling use it, too.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Set
from contextlib import suppress
from enum import Enum
from pathlib import Path

from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap._vendor.packaging.version import InvalidVersion, Version
from bootstrap.dataclasses import dataclass
from bootstrap.formats.documents import read_file
from bootstrap.formats.specifiers import parse_version
from bootstrap.limits import METADATA_SIZE, SMALL_FILE_SIZE, LimitError
from bootstrap.metadata.core import parse_headers, unfold, without_body


class InstalledKind(Enum):
    """What kind of file or directory stands for a distribution."""

    DIST_INFO = "dist-info"
    EGG_INFO_DIRECTORY = "egg-info directory"
    EGG_INFO_FILE = "egg-info file"
    EGG = "egg"
    EGG_LINK = "egg-link"


_METADATA_FILES = {
    InstalledKind.DIST_INFO: "METADATA",
    InstalledKind.EGG_INFO_DIRECTORY: "PKG-INFO",
    InstalledKind.EGG_INFO_FILE: "",
    InstalledKind.EGG: "EGG-INFO/PKG-INFO",
}
"""Where core metadata is, below the path that stands for a distribution."""


@dataclass(frozen=True)
class InstalledRecord:
    """A file or directory in a library directory that stands for a distribution."""

    name: NormalizedName
    version: Version | None
    """None where it is not known."""
    kind: InstalledKind
    location: Path
    """The library directory."""
    path: Path
    """The metadata directory or file, the egg, or the egg-link."""
    metadata_directory: Path
    """Where its metadata is: of an egg-link, elsewhere; of an egg-info file, the file itself."""
    problem: str = ""
    """Why it does not count as installed, or ""."""

    def __str__(self) -> str:
        return f"{self.name} {self.version}" if self.version else self.name

    @property
    def precedence(self) -> tuple[bool, Version]:
        """Of several records of a name in a directory, the one with the greatest value counts."""
        return self.kind is InstalledKind.DIST_INFO, self.version or Version("0")


def scan_directory(location: Path) -> Iterator[InstalledRecord]:
    """Yield all that stands for a distribution in a directory: duplicates and damaged ones, too.

    pip renames what it is about to remove: names that begin with `~` or `-` are skipped.

    :raises OSError: the directory cannot be read
    """
    names = os.listdir(location)  # noqa: PTH208  # names are enough, and there may be thousands
    for name in sorted(names):
        if name.startswith(("~", "-")):
            continue
        suffix = name.rpartition(".")[2]
        path = location / name
        if suffix == "egg-link":
            yield _read_egg_link(location, path)
        elif suffix == "dist-info":
            yield _read_record(location, path, InstalledKind.DIST_INFO)
        elif suffix == "egg-info":
            is_directory = os.path.isdir(path)  # noqa: PTH112  # it never raises
            kind = InstalledKind.EGG_INFO_DIRECTORY if is_directory else InstalledKind.EGG_INFO_FILE
            yield _read_record(location, path, kind)
        elif suffix == "egg":
            yield _read_record(location, path, InstalledKind.EGG)
        elif name == "EGG-INFO" and location.suffix == ".egg":
            yield _read_record(location, path, InstalledKind.EGG_INFO_DIRECTORY)


def _read_record(location: Path, path: Path, kind: InstalledKind) -> InstalledRecord:
    metadata = path / _METADATA_FILES[kind]
    name, version, problem = _name_and_version(path, metadata)
    try:
        if not problem and not metadata.is_file():
            problem = f"it has no {metadata.name}"
    except OSError as exc:
        problem = exc.strerror or str(exc)
    return InstalledRecord(name, version, kind, location, path, path, problem)


def _read_egg_link(location: Path, path: Path) -> InstalledRecord:
    """Follow an egg-link to the source tree that `setup.py develop` was run in."""
    lines = (read_text(location, path.name) or "").splitlines()
    source = location / (lines[0].strip() if lines else "")
    directory = source / f"{path.stem.replace('-', '_')}.egg-info"
    name, version = canonicalize_name(path.stem), None
    try:
        if (directory / "PKG-INFO").is_file():
            name, version, problem = _name_and_version(directory, directory / "PKG-INFO")
        else:
            problem = f"it leads to {source}, where {directory.name} was not found"
    except OSError as exc:
        problem = exc.strerror or str(exc)
    kind = InstalledKind.EGG_LINK
    return InstalledRecord(name, version, kind, location, path, directory, problem)


def _name_and_version(path: Path, metadata: Path) -> tuple[NormalizedName, Version | None, str]:
    """Return what the file name says, or where that is not clear, what the metadata says.

    The third value is what is wrong; the name is then taken from the file name.
    """
    name, _, rest = path.stem.partition("-")
    with suppress(InvalidVersion):
        return canonicalize_name(name), parse_version(rest.partition("-")[0]), ""
    try:
        fields = dict(read_fields(metadata, {"name", "version"}))
        if fields.keys() == {"name", "version"}:
            return canonicalize_name(fields["name"]), parse_version(fields["version"]), ""
        problem = f"{metadata.name} lacks a name or a version"
    except FileNotFoundError:
        problem = f"it has no {metadata.name}"
    except OSError as exc:
        problem = exc.strerror or str(exc)
    except InvalidVersion as exc:
        problem = str(exc)
    return canonicalize_name(path.stem), None, problem


def read_fields(path: Path, names: Set[str]) -> Iterator[tuple[str, str]]:
    """Yield the fields of the given names of a file of core metadata. Raises `OSError`."""
    try:
        headers = parse_headers(without_body(read_file(path, METADATA_SIZE)))
    except LimitError as exc:
        raise OSError(errno.EFBIG, f"it has {exc}", str(path)) from exc
    yield from ((name, unfold(value)) for name, value in headers.fields if name in names)


def read_text(directory: Path, name: str, size: int = SMALL_FILE_SIZE) -> str | None:
    """Return the content of a file, or None where there is none, or a larger one."""
    try:
        return read_file(directory / name, size).decode("utf-8", errors="replace")
    except (OSError, LimitError):
        return None
