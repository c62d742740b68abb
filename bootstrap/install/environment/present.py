"""Which distributions the library directories hold, as the target room knows them, too."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap._vendor.packaging.version import Version
from bootstrap.environment.metadata_entries import name_and_version
from bootstrap.install.environment.places import Places


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
class Present:
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


def present_distributions(places: Places) -> Iterator[Present]:
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


def _present(stem: str, kind: Kind, library: str, path: str) -> Present:
    if kind is Kind.EGG_INFO and not os.path.isdir(path):
        kind = Kind.DISTUTILS
    name, version = _name_and_version(stem, kind, Path(path))
    return Present(name, version, kind, library, path)


def _name_and_version(stem: str, kind: Kind, path: Path) -> tuple[NormalizedName, Version | None]:
    """Return what the target room, too, takes the distribution for; damaged ones by their stem."""
    if kind is Kind.EGG_LINK:
        return canonicalize_name(stem), None
    try:
        return name_and_version(path, path / _INSIDE[kind])
    except (LookupError, ValueError, OSError):
        return canonicalize_name(stem), None
