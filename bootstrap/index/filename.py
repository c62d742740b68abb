"""Parsing file names into version, format and tags, fast enough for thousands of names."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from bootstrap._vendor.packaging.tags import Tag
from bootstrap._vendor.packaging.utils import BuildTag, NormalizedName, canonicalize_name
from bootstrap._vendor.packaging.version import InvalidVersion, Version
from bootstrap.formats import filenames, specifiers
from bootstrap.limits import FILENAME_LENGTH

WHEEL = ".whl"
SDISTS = (
    *(".tar.gz", ".zip", ".tgz", ".tar", ".tar.bz2", ".tbz"),
    *(".tar.xz", ".txz", ".tar.lzma", ".tlz"),
)
"""PEP 625 allows only .tar.gz; like pip, we also accept the others."""
INSTALLERS = (".egg", ".exe", ".msi", ".rpm", ".deb", ".dmg")
"""Formats on old pages that cannot be installed any more."""

_BUILD = re.compile(r"(?:(\d+)(.*))?")


class FileFormat(Enum):
    """The format of a file, by its name."""

    WHEEL = "wheel"
    SDIST = "source distribution"
    INSTALLER = "egg or installer"


class ParsedName(NamedTuple):
    """The parts of a file name."""

    format: FileFormat
    version: Version | None
    """None if it is invalid."""
    tag: str = ""
    """Of a wheel: its compressed tag set, as in the name."""
    build: BuildTag = ()


def parse_filename(filename: str, project: NormalizedName) -> ParsedName | None:
    """Parse a file name; return None if it is not a file of the project."""
    if len(filename) > FILENAME_LENGTH:
        is_wheel = filename.endswith(WHEEL)
        kind = FileFormat.WHEEL if is_wheel else FileFormat.SDIST
        begins_alike = normalize_name(filename[:FILENAME_LENGTH]).startswith(f"{project}-")
        return ParsedName(kind, None) if begins_alike else None
    if filename.endswith(WHEEL):
        return _parse_wheel(filename.removesuffix(WHEEL), project)
    for suffix in SDISTS:
        if filename.endswith(suffix):
            return _parse_sdist(filename.removesuffix(suffix), project, FileFormat.SDIST)
    if filename.endswith(INSTALLERS):
        return _parse_sdist(filename.rpartition(".")[0], project, FileFormat.INSTALLER)
    return None


def find_version(filename: str, project: NormalizedName) -> Version | None:
    """Return the version in a file name; None if it is invalid, or of another project.

    Of a wheel's name only the beginning is looked at, which it shares with others of its version:
    most pages consist of wheels, and `parse_filename` judges the rest if it matters.
    """
    if not filename.endswith(WHEEL):
        parsed = parse_filename(filename, project)
        return parsed.version if parsed else None
    return _find_wheel_version(filename[: filename.find("-", filename.find("-") + 1)], project)


@lru_cache(maxsize=16384)
def _find_wheel_version(beginning: str, project: NormalizedName) -> Version | None:
    name, _, version = beginning[:FILENAME_LENGTH].partition("-")
    return parse_version(version) if normalize_name(name) == project else None


def _parse_wheel(stem: str, project: NormalizedName) -> ParsedName | None:
    """Split NAME-VERSION[-BUILD]-PYTHON-ABI-PLATFORM; a build tag starts with a digit."""
    parts = stem.split("-")
    if normalize_name(parts[0]) != project:
        return None
    build = _BUILD.fullmatch("-".join(parts[2:-3]))
    if len(parts) not in {5, 6} or build is None:
        return ParsedName(FileFormat.WHEEL, None)
    number: BuildTag = (int(build[1]), build[2]) if build[1] else ()
    return ParsedName(FileFormat.WHEEL, parse_version(parts[1]), "-".join(parts[-3:]), number)


def _parse_sdist(stem: str, project: NormalizedName, kind: FileFormat) -> ParsedName | None:
    """Find the dash before the version: old names and versions may contain dashes."""
    dash = stem.find("-")
    while dash > 0:
        if normalize_name(stem[:dash]) == project:
            return ParsedName(kind, parse_version(stem[dash + 1 :]))
        dash = stem.find("-", dash + 1)
    return None


@lru_cache(maxsize=1024)
def normalize_name(name: str) -> NormalizedName:
    """Return the normalised name; cached, since the names on a page are mostly the same."""
    return canonicalize_name(name)


@lru_cache(maxsize=16384)
def parse_version(text: str) -> Version | None:
    """Return the version; None if it is invalid (PEP 440)."""
    try:
        return specifiers.parse_version(text)
    except InvalidVersion:
        return None


@lru_cache(maxsize=8192)
def parse_tags(text: str) -> frozenset[Tag]:
    """Return the tags of a compressed tag set (PEP 425); none if it is invalid."""
    try:
        return filenames.parse_tags(text)
    except ValueError:
        return frozenset()
