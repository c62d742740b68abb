"""What a file's name says: project, version, format and tags, cheaply for thousands of names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from bootstrap._vendor.packaging.tags import Tag, parse_tag
from bootstrap._vendor.packaging.utils import BuildTag, NormalizedName, canonicalize_name
from bootstrap._vendor.packaging.version import InvalidVersion, Version

WHEEL = ".whl"
SDISTS = (".tar.gz", ".zip", ".tgz", ".tar.bz2", ".tar.xz")
"""PEP 625 allows .tar.gz; pip still takes the others, and so do we."""
INSTALLERS = (".egg", ".exe", ".msi", ".rpm", ".deb", ".dmg")
"""What old pages list and nobody can install any more."""

_BUILD = re.compile(r"(?:(\d+)(.*))?")


class Format(Enum):
    """What kind of file a name promises."""

    WHEEL = "wheel"
    SDIST = "source distribution"
    INSTALLER = "egg or installer"


@dataclass(frozen=True)
class ParsedName:
    """A file name taken apart."""

    format: Format
    version: Version | None
    """None where it cannot be understood."""
    tag: str = ""
    """Of a wheel: its compressed tag set, as in the name."""
    build: BuildTag = ()


def parse_filename(filename: str, project: NormalizedName) -> ParsedName | None:
    """Take a file name apart, or return None where it is no file of the project."""
    if filename.endswith(WHEEL):
        return _wheel(filename[: -len(WHEEL)], project)
    for suffix in SDISTS:
        if filename.endswith(suffix):
            return _sdist(filename[: -len(suffix)], project, Format.SDIST)
    if filename.endswith(INSTALLERS):
        return _sdist(filename.rpartition(".")[0], project, Format.INSTALLER)
    return None


def _wheel(stem: str, project: NormalizedName) -> ParsedName | None:
    """Split NAME-VERSION[-BUILD]-PYTHON-ABI-PLATFORM; a build tag begins with a digit."""
    parts = stem.split("-")
    if normalized(parts[0]) != project:
        return None
    build = _BUILD.fullmatch("-".join(parts[2:-3]))
    if len(parts) not in {5, 6} or build is None:
        return ParsedName(Format.WHEEL, None)
    number: BuildTag = (int(build[1]), build[2]) if build[1] else ()
    return ParsedName(Format.WHEEL, parsed_version(parts[1]), "-".join(parts[-3:]), number)


def _sdist(stem: str, project: NormalizedName, kind: Format) -> ParsedName | None:
    """Find the dash after which the version begins: old names and versions may hold dashes."""
    dash = stem.find("-")
    while dash > 0:
        if normalized(stem[:dash]) == project:
            return ParsedName(kind, parsed_version(stem[dash + 1 :]))
        dash = stem.find("-", dash + 1)
    return None


@lru_cache(maxsize=1024)
def normalized(name: str) -> NormalizedName:
    """Return the normalised name; pages repeat the same few thousands of times."""
    return canonicalize_name(name)


@lru_cache(maxsize=16384)
def parsed_version(text: str) -> Version | None:
    """Return the version, or None where PEP 440 does not allow it."""
    try:
        return Version(text)
    except InvalidVersion:
        return None


@lru_cache(maxsize=8192)
def tags_of(text: str) -> frozenset[Tag]:
    """Return the tags of a compressed tag set (PEP 425), none where it makes no sense."""
    try:
        return frozenset(parse_tag(text))
    except ValueError:
        return frozenset()
