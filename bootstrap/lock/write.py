"""Writing locks: the same resolution gives the same bytes.

A lock may be for several targets (that of a kit is): a package that is not for all of them has a
marker that says which ones it is for.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping, Sequence, Set
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
from bootstrap.dataclasses import dataclass
from bootstrap.environment.model import TargetEnvironment
from bootstrap.index.candidate import Candidate
from bootstrap.lock.errors import UnlockableError
from bootstrap.network.urls import is_remote, remove_credentials, url_to_path
from bootstrap.preparer.wheels import DownloadInfo
from bootstrap.trust.digests import STRONG_ALGORITHMS

CREATED_BY = "get-installer"
_TARGET_MARKERS = ("implementation_name", "python_version", "sys_platform", "platform_machine")
"""The markers that distinguish targets: those that a resolution may depend on."""
_SCHEMES = ("https:", "http:", "file:")


@dataclass(frozen=True)
class LockedTarget:
    """A target, and what was resolved for it."""

    target: TargetEnvironment
    distributions: tuple[DownloadInfo, ...]

    @property
    def dependencies(self) -> Mapping[NormalizedName, list[NormalizedName]]:
        """The distributions that each one depends on."""
        dependencies: dict[NormalizedName, list[NormalizedName]] = {}
        for info in self.distributions:
            for parent in info.resolved.required_by:
                dependencies.setdefault(parent, []).append(info.resolved.name)
        return dependencies


def target_markers(target: TargetEnvironment) -> dict[str, str]:
    """Return the markers by which a lock distinguishes targets, with their values."""
    return {name: target.markers[name] for name in _TARGET_MARKERS}


def lock_text(
    targets: Sequence[LockedTarget], directory: Path, *, wheels: str | None = None
) -> str:
    """Return a lock of what was resolved, as TOML.

    Targets with the same markers have the same versions; each version is one entry, with the
    wheels for all targets. Raises `UnlockableError`.

    :param directory: where the lock will be: files below it get relative paths
    :param wheels: the directory beside the lock that has all wheels, if there is one
    """
    from bootstrap._vendor import tomli_w

    environments = {_marker_of(target_markers(locked.target)) for locked in targets}
    packages: dict[object, tuple[Package, set[str]]] = {}
    for locked in targets:
        marker = _marker_of(target_markers(locked.target))
        dependencies = locked.dependencies
        for info in locked.distributions:
            needed = dependencies.get(info.resolved.name, ())
            package = _create_package(info, needed, directory, wheels)
            key = (package.name, package.version) if package.version else repr(package)
            known, markers = packages.get(key, (package, set()))
            packages[key] = _merge(known, package), {*markers, marker}
    marked = [
        dataclasses.replace(package, marker=_common_marker(markers, environments))
        for package, markers in packages.values()
    ]
    _check_distinct(marked)
    oldest = min(locked.target.version_info[:2] for locked in targets)
    lock = Pylock(
        lock_version=Version("1.0"),
        environments=[Marker(marker) for marker in sorted(environments)],
        requires_python=SpecifierSet(f">={oldest[0]}.{oldest[1]}"),
        created_by=CREATED_BY,
        packages=sorted(
            marked, key=lambda package: (package.name, str(package.version), str(package.marker))
        ),
    )
    return tomli_w.dumps(lock.to_dict())


def _marker_of(values: Mapping[str, str]) -> str:
    """Return the marker that is true on targets of a kind."""
    return " and ".join(f'{name} == "{value}"' for name, value in values.items())


def _common_marker(markers: Set[str], environments: Set[str]) -> Marker | None:
    """Return the marker that is true on some of a lock's targets; None where it is on all."""
    if markers == environments:
        return None
    clauses = {clause for marker in environments for clause in marker.split(" and ")}
    for clause in sorted(clauses, reverse=True):  # easier to read than a list of targets
        if {marker for marker in environments if clause in marker.split(" and ")} == markers:
            return Marker(clause)
    ordered = sorted(markers)
    text = ordered[0] if len(ordered) == 1 else " or ".join(f"({marker})" for marker in ordered)
    return Marker(text)


def _merge(one: Package, other: Package) -> Package:
    """Return the entry for two targets: the wheels and the dependencies of both."""
    wheels = {wheel.filename: wheel for wheel in (*(one.wheels or ()), *(other.wheels or ()))}
    names = {str(each["name"]) for each in (*(one.dependencies or ()), *(other.dependencies or ()))}
    return dataclasses.replace(
        one,
        wheels=[wheels[name] for name in sorted(wheels)] or None,
        sdist=one.sdist or other.sdist,
        dependencies=[{"name": name} for name in sorted(names)] or None,
    )


def _check_distinct(packages: Sequence[Package]) -> None:
    """Raise `UnlockableError` for two versions of which no marker can choose one."""
    seen: dict[tuple[str, str], Package] = {}
    for package in packages:
        other = seen.setdefault((package.name, str(package.marker)), package)
        if other is not package:
            raise UnlockableError(
                package.name,
                f"two targets with the same markers need {other.version} and {package.version}",
                "Pin one version, or write a lock for each target.",
            )


def _create_package(
    info: DownloadInfo,
    dependencies: Sequence[NormalizedName],
    directory: Path,
    wheels: str | None,
) -> Package:
    """Return a distribution as a package of a lock. Raises `UnlockableError`."""
    resolved = info.resolved
    candidate = resolved.candidate
    assert candidate is not None  # noqa: S101  # only a kept distribution has no candidate
    names = [{"name": name} for name in sorted(dependencies)] or None
    if candidate.is_direct and wheels is None:
        entry = _direct_entry(info.origin, directory)
        return Package(name=resolved.name, dependencies=names, **entry)
    entry = _file_entry(candidate, info.origin, directory, wheels)
    index = candidate.file.index_url
    return Package(
        name=resolved.name,
        version=resolved.version,
        requires_python=candidate.file.requires_python,
        dependencies=names,
        index=_remote_url(index or ""),
        wheels=[PackageWheel(**entry)] if candidate.is_wheel else None,
        sdist=None if candidate.is_wheel else PackageSdist(**entry),
    )


def _file_entry(
    candidate: Candidate, origin: Mapping[str, Any], directory: Path, wheels: str | None
) -> dict[str, Any]:
    file = candidate.file
    offered = file.hashes.allowed.items()
    hashes = {name: min(digests) for name, digests in offered if name in STRONG_ALGORITHMS}
    entry = {
        "name": file.filename,
        "size": file.size,
        "upload_time": file.upload_time,
        "hashes": {**hashes, **origin["archive_info"]["hashes"]},
    }
    if wheels is not None:
        return {**entry, "path": f"{wheels}{file.filename}"}
    if file.bundled is not None or not file.url.startswith(_SCHEMES):
        raise UnlockableError(
            file.filename,
            "it is bundled with get-installer, or in a kit, and does not come from an index",
            "Allow the index in this run, or put the wheel into a directory for --find-links.",
        )
    if not file.is_remote:
        entry["size"] = url_to_path(file.url).stat().st_size
    return {**entry, **_url_or_path(file.url, directory)}


def _direct_entry(origin: Mapping[str, Any], directory: Path) -> dict[str, Any]:
    """Return the entry of a direct reference, from its direct_url.json (PEP 610)."""
    url, subdirectory = origin["url"], origin.get("subdirectory")
    if "vcs_info" in origin:
        info = origin["vcs_info"]
        repository = PackageVcs(
            type=info["vcs"],
            url=url,
            commit_id=info["commit_id"],
            requested_revision=info.get("requested_revision"),
            subdirectory=subdirectory,
        )
        return {"vcs": repository}
    if "dir_info" in origin:
        editable = origin["dir_info"].get("editable")
        path = _relative_path(url_to_path(url), directory)
        return {"directory": PackageDirectory(path=path, editable=editable)}
    location, hashes = _url_or_path(url, directory), origin["archive_info"]["hashes"]
    return {"archive": PackageArchive(**location, hashes=hashes, subdirectory=subdirectory)}


def _url_or_path(url: str, directory: Path) -> dict[str, Any]:
    """Return the URL of a remote file, or the path of a file of this machine."""
    if (remote := _remote_url(url)) is not None:
        return {"url": remote}
    return {"path": _relative_path(url_to_path(url), directory)}


def _remote_url(url: str) -> str | None:
    """Return a remote URL without its credentials, and None for a location on this machine."""
    return remove_credentials(url) if is_remote(url) else None


def _relative_path(path: Path, directory: Path) -> str:
    """Return a path relative to the lock; a path outside its directory is not changed."""
    resolved, base = path.resolve(), directory.resolve()
    if not resolved.is_relative_to(base):
        return str(path)
    return Path(os.path.relpath(resolved, base)).as_posix()
