"""Which distributions the library directories hold, told by the names of their metadata alone."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap._vendor.packaging.version import InvalidVersion, Version
from bootstrap.install.environment.places import Places

_METADATA = re.compile(
    r"(?P<name>[^-]+)(-(?P<version>[^-]+))?(-py\d[^-]*(-.+)?)?(?P<suffix>\.dist-info|\.egg-info|\.egg)",
    re.IGNORECASE,
)


class Kind(Enum):
    """How a distribution left its mark."""

    DIST_INFO = ".dist-info"
    EGG_INFO = ".egg-info"
    DISTUTILS = ".egg-info file"
    EGG = ".egg"
    EGG_LINK = ".egg-link"


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
            if name.endswith(".egg-link"):
                link = canonicalize_name(name.removesuffix(".egg-link"))
                path = os.path.join(library, name)
                yield Present(link, None, Kind.EGG_LINK, library, path)
            elif match := _METADATA.fullmatch(name):
                yield _present(match, library, os.path.join(library, name))


def _present(match: re.Match[str], library: str, path: str) -> Present:
    try:
        version = Version((match["version"] or "").replace("_", "-"))
    except InvalidVersion:
        version = None
    kind = Kind(match["suffix"].lower())
    if kind is Kind.EGG_INFO and not os.path.isdir(path):
        kind = Kind.DISTUTILS
    return Present(canonicalize_name(match["name"]), version, kind, library, path)
