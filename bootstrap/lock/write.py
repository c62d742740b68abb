"""From what was resolved to a lock: the same answers give the same bytes.

A lock may be for several targets at once (a kit's is): what is not for all of them gets a marker
that tells which it is for.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bootstrap._vendor.packaging.markers import Marker
from bootstrap._vendor.packaging.pylock import (
    Package,
    PackageArchive,
    PackageDirectory,
    PackageSdist,
    PackageVcs,
    PackageWheel,
    Pylock,
)
from bootstrap._vendor.packaging.specifiers import SpecifierSet
from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.environment.model import TargetEnvironment
from bootstrap.errors import BootstrapError
from bootstrap.index.candidate import Candidate
from bootstrap.lock.errors import UnlockableError
from bootstrap.network.urls import is_remote, remove_credentials, url_to_path
from bootstrap.preparer.wheels import DownloadInfo
from bootstrap.trust.hashes import STRONG_ALGORITHMS

# FOLDED from bootstrap/lock/source.py
_KNOWN_SCHEMES = ("https:", "http:", "file:")


def packaged(info: DownloadInfo, needs: Sequence[NormalizedName], directory: Path) -> Package:
    """Return the lock's entry for one distribution. Raises `UnlockableError`."""
    resolved = info.resolved
    candidate = resolved.candidate
    assert candidate is not None  # noqa: S101  # what is kept has no candidate
    dependencies = [{"name": name} for name in sorted(needs)] or None
    if candidate.is_direct:
        return Package(
            name=resolved.name, dependencies=dependencies, **_direct(info.origin, directory)
        )
    entry = _entry(candidate, info.origin, directory)
    index = candidate.file.index_url
    return Package(
        name=resolved.name,
        version=resolved.version,
        requires_python=candidate.file.requires_python,
        dependencies=dependencies,
        index=remove_credentials(index) if index and is_remote(index) else None,
        wheels=[PackageWheel(**entry)] if candidate.is_wheel else None,
        sdist=None if candidate.is_wheel else PackageSdist(**entry),
    )


def _entry(candidate: Candidate, origin: Mapping[str, Any], directory: Path) -> dict[str, Any]:
    file = candidate.file
    if not file.url.startswith(_KNOWN_SCHEMES):
        raise UnlockableError(
            file.filename,
            "it is bundled with get-installer and comes from no index",
            "Let this run use an index, or put the wheel into a directory for --find-links.",
        )
    said = file.hashes.allowed.items()
    hashes = {name: min(found) for name, found in said if name in STRONG_ALGORITHMS}
    return {
        "name": file.filename,
        **_place(file.url, directory),
        "size": file.size if is_remote(file.url) else url_to_path(file.url).stat().st_size,
        "upload_time": file.upload_time,
        "hashes": {**hashes, **origin["archive_info"]["hashes"]},
    }


def _place(url: str, directory: Path) -> dict[str, Any]:
    """Name a file of the web by its URL, and one of this machine by its path."""
    if is_remote(url):
        return {"url": remove_credentials(url)}
    return {"path": _relative(url_to_path(url), directory)}


def _relative(path: Path, directory: Path) -> str:
    """Return a path as seen from the lock; absolute where it lies elsewhere."""
    resolved, base = path.resolve(), directory.resolve()
    if not resolved.is_relative_to(base):
        return str(path)
    return Path(os.path.relpath(resolved, base)).as_posix()


def _direct(origin: Mapping[str, Any], directory: Path) -> dict[str, Any]:
    """Return a direct reference's entry, from its PEP 610 words."""
    url, subdirectory = origin["url"], origin.get("subdirectory")
    if "vcs_info" in origin:
        return {"vcs": _repository(url, origin["vcs_info"], subdirectory)}
    if "dir_info" in origin:
        editable = origin["dir_info"].get("editable")
        path = _relative(url_to_path(url), directory)
        return {"directory": PackageDirectory(path=path, editable=editable)}
    place = _place(url, directory)
    hashes = origin["archive_info"]["hashes"]
    return {"archive": PackageArchive(**place, hashes=hashes, subdirectory=subdirectory)}


def _repository(url: str, info: Mapping[str, Any], subdirectory: str | None) -> PackageVcs:
    return PackageVcs(
        type=info["vcs"],
        url=url,
        commit_id=info["commit_id"],
        requested_revision=info.get("requested_revision"),
        subdirectory=subdirectory,
    )


CREATED_BY = "get-installer"
_TELLING = ("implementation_name", "python_version", "sys_platform", "platform_machine")
"""The markers that tell one target from another: what a resolution may have depended on."""


@dataclass(frozen=True)
class Part:
    """What was resolved for one target."""

    target: TargetEnvironment
    distributions: tuple[DownloadInfo, ...]


def compose(parts: Sequence[Part], directory: Path) -> Pylock:
    """Return the lock of one resolution, or of one for each of several targets.

    `directory` is where the lock will lie: files below it are named by their relative paths.
    Raises `UnlockableError`.
    """
    environments = {environment_marker(part.target): part for part in parts}
    packages: dict[str, tuple[Package, list[str]]] = {}
    for marker, part in environments.items():
        for package in _packages(part, directory):
            packages.setdefault(repr(package), (package, []))[1].append(marker)
    return Pylock(
        lock_version=Version("1.0"),
        environments=[Marker(each) for each in sorted(environments)],
        requires_python=_requires_python(parts),
        created_by=CREATED_BY,
        packages=sorted(
            (_marked(package, for_, len(environments)) for package, for_ in packages.values()),
            key=lambda package: (package.name, str(package.version), str(package.marker)),
        ),
    )


def environment_marker(target: TargetEnvironment) -> str:
    """Return the marker that is true on targets of one kind."""
    return " and ".join(f'{name} == "{target.markers[name]}"' for name in _TELLING)


def _requires_python(parts: Iterable[Part]) -> SpecifierSet:
    oldest = min(part.target.version_info[:2] for part in parts)
    return SpecifierSet(f">={oldest[0]}.{oldest[1]}")


def _packages(part: Part, directory: Path) -> Iterator[Package]:
    needs = _needs(part)
    for each in part.distributions:
        yield packaged(each, needs.get(each.resolved.name, ()), directory)


def _needs(part: Part) -> Mapping[NormalizedName, Sequence[NormalizedName]]:
    """Return what each distribution needs, by way of what each is required by."""
    needs: dict[NormalizedName, list[NormalizedName]] = {}
    for each in part.distributions:
        for parent in each.resolved.required_by:
            needs.setdefault(parent, []).append(each.resolved.name)
    return needs


def _marked(package: Package, markers: Sequence[str], targets: int) -> Package:
    if len(markers) == targets:
        return package
    text = markers[0] if len(markers) == 1 else " or ".join(f"({each})" for each in sorted(markers))
    return replace(package, marker=Marker(text))


# FOLDED from bootstrap/lock/writing.py
class UnwritableLockError(BootstrapError):
    """The lock was asked for in a place where it cannot be written."""

    def __init__(self, path: Path, error: OSError) -> None:
        self.path = path
        super().__init__(
            f"The lock {path} cannot be written: {error.strerror or error}.",
            hint="Name another directory by --lock.",
        )


def lock_text(parts: Sequence[Part], directory: Path) -> str:
    """Return the lock of what was resolved; `directory` is where it will lie.

    Raises `UnlockableError`.
    """
    from bootstrap._vendor import tomli_w

    return tomli_w.dumps(compose(parts, directory).to_dict())
