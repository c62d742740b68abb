"""Where a distribution comes from, in the words of a lock (PEP 751's `packages`)."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bootstrap._vendor.packaging.pylock import (
    Package,
    PackageArchive,
    PackageDirectory,
    PackageSdist,
    PackageVcs,
    PackageWheel,
)
from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.index.candidate import Candidate
from bootstrap.lock.errors import UnlockableError
from bootstrap.network.urls import as_path, is_remote, without_credentials
from bootstrap.preparer.acquired import Acquired
from bootstrap.trust.hashes import STRONG_ALGORITHMS

_KNOWN_SCHEMES = ("https:", "http:", "file:")


def packaged(acquired: Acquired, needs: Sequence[NormalizedName], directory: Path) -> Package:
    """Return the lock's entry for one distribution. Raises `UnlockableError`."""
    resolved = acquired.resolved
    candidate = resolved.candidate
    assert candidate is not None  # noqa: S101  # what is kept is not acquired
    dependencies = [{"name": name} for name in sorted(needs)] or None
    if candidate.is_direct:
        return Package(
            name=resolved.name, dependencies=dependencies, **_direct(acquired.origin, directory)
        )
    entry = _entry(candidate, acquired.origin, directory)
    index = candidate.file.index_url
    return Package(
        name=resolved.name,
        version=resolved.version,
        requires_python=candidate.file.requires_python,
        dependencies=dependencies,
        index=without_credentials(index) if index and is_remote(index) else None,
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
        "size": file.size if is_remote(file.url) else as_path(file.url).stat().st_size,
        "upload_time": file.upload_time,
        "hashes": {**hashes, **origin["archive_info"]["hashes"]},
    }


def _place(url: str, directory: Path) -> dict[str, Any]:
    """Name a file of the web by its URL, and one of this machine by its path."""
    if is_remote(url):
        return {"url": without_credentials(url)}
    return {"path": _relative(as_path(url), directory)}


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
        path = _relative(as_path(url), directory)
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
