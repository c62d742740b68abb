"""Writing locks: the same resolution gives the same bytes.

A lock may be for several targets (that of a kit is): a package that is not for all of them has a
marker that says which ones it is for.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping, Sequence
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


def lock_text(targets: Sequence[LockedTarget], directory: Path) -> str:
    """Return a lock of what was resolved, as TOML.

    Raises `UnlockableError`.

    :param directory: where the lock will be: files below it get relative paths
    """
    from bootstrap._vendor import tomli_w

    packages: dict[str, tuple[Package, list[str]]] = {}
    environments = set()
    for locked in targets:
        # The marker that is true on targets of this kind.
        values = locked.target.markers
        marker = " and ".join(f'{name} == "{values[name]}"' for name in _TARGET_MARKERS)
        environments.add(marker)
        dependencies = locked.dependencies
        for info in locked.distributions:
            package = _create_package(info, dependencies.get(info.resolved.name, ()), directory)
            packages.setdefault(repr(package), (package, []))[1].append(marker)
    marked = []
    for package, markers in packages.values():
        if len(markers) < len(environments):
            alternatives = " or ".join(f"({marker})" for marker in sorted(markers))
            marker = markers[0] if len(markers) == 1 else alternatives
            marked.append(dataclasses.replace(package, marker=Marker(marker)))
        else:
            marked.append(package)
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


def _create_package(
    info: DownloadInfo, dependencies: Sequence[NormalizedName], directory: Path
) -> Package:
    """Return a distribution as a package of a lock. Raises `UnlockableError`."""
    resolved = info.resolved
    candidate = resolved.candidate
    assert candidate is not None  # noqa: S101  # only a kept distribution has no candidate
    names = [{"name": name} for name in sorted(dependencies)] or None
    if candidate.is_direct:
        entry = _direct_entry(info.origin, directory)
        return Package(name=resolved.name, dependencies=names, **entry)
    entry = _file_entry(candidate, info.origin, directory)
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


def _file_entry(candidate: Candidate, origin: Mapping[str, Any], directory: Path) -> dict[str, Any]:
    file = candidate.file
    if not file.url.startswith(_SCHEMES):
        raise UnlockableError(
            file.filename,
            "it is bundled with get-installer and does not come from an index",
            "Allow the index in this run, or put the wheel into a directory for --find-links.",
        )
    offered = file.hashes.allowed.items()
    hashes = {name: min(digests) for name, digests in offered if name in STRONG_ALGORITHMS}
    return {
        "name": file.filename,
        **_url_or_path(file.url, directory),
        "size": file.size if file.is_remote else url_to_path(file.url).stat().st_size,
        "upload_time": file.upload_time,
        "hashes": {**hashes, **origin["archive_info"]["hashes"]},
    }


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
