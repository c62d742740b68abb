"""One entry of a lock, in the words of the other rooms: a candidate, or a direct reference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bootstrap._vendor.packaging.requirements import Requirement
from bootstrap._vendor.packaging.utils import parse_sdist_filename, parse_wheel_filename
from bootstrap._vendor.packaging.version import Version
from bootstrap.index.candidate import Candidate, DistributionFile
from bootstrap.location import Location
from bootstrap.lock.errors import LockError
from bootstrap.lock.read import LockFile
from bootstrap.network.urls import split_fragment
from bootstrap.resolve.requirement import InputRequirement
from bootstrap.trust.hashes import Hashes, WeakHashError

if TYPE_CHECKING:
    from bootstrap._vendor.packaging.pylock import Package, PackageSdist, PackageWheel
    from bootstrap.lock.read import Entry
import re

from bootstrap.network.urls import is_remote, join_url, url_origin

# FOLDED from bootstrap/lock/location.py
_ABSOLUTE = re.compile(r"[/\\]|[A-Za-z]:")


def url_of(lock: Location, *, path: str | None, url: str | None) -> str:
    """Return the URL of an entry of the lock; its path counts before its URL.

    A lock from the network names no file of this machine, nor one of another server by a path.
    Raises `LockError`.
    """
    if path is None:
        return _checked(lock, url or "")
    if not lock.is_remote:
        return (lock.path.parent / path.replace("\\", "/")).absolute().as_uri()
    if _ABSOLUTE.match(path):
        raise LockError(lock, f"it comes from the network and names the local path {path!r}")
    found = join_url(lock.value, path)
    if url_origin(found) != url_origin(lock.value):
        raise LockError(lock, f"its path {path!r} leads to another server")
    return found


def directory_url(lock: Location, path: str) -> str:
    """Return the file: URL of a project's directory. Raises `LockError` for a remote lock's."""
    if lock.is_remote:
        raise LockError(lock, f"it comes from the network and names the directory {path!r}")
    return url_of(lock, path=path, url=None)


def _checked(lock: Location, url: str) -> str:
    if lock.is_remote and not is_remote(url):
        raise LockError(lock, f"it comes from the network and names the local file {url}")
    return url


def candidate_of(
    lock: LockFile, package: Package, entry: PackageSdist | PackageWheel, *, is_wheel: bool
) -> Candidate:
    """Return a wheel or a source distribution as a candidate.

    Raises `LockError`, and `WeakHashError` where its hashes prove nothing.
    """
    url, _ = split_fragment(url_of(lock.location, path=entry.path, url=entry.url))
    file = DistributionFile(
        entry.filename,
        url,
        _hashes(entry.filename, entry.hashes),
        requires_python=package.requires_python,
        size=entry.size,
        upload_time=entry.upload_time,
        index_url=package.index,
    )
    version = package.version or _version_of(entry.filename, is_wheel=is_wheel)
    return Candidate(package.name, version, file, is_wheel)


def _version_of(filename: str, *, is_wheel: bool) -> Version:
    return parse_wheel_filename(filename)[1] if is_wheel else parse_sdist_filename(filename)[1]


def _hashes(filename: str, said: Mapping[str, str]) -> Hashes:
    hashes = Hashes.of(said.items())
    if not hashes.strong():
        raise WeakHashError(filename, said)
    return hashes.strong()


def reference_of(
    lock: LockFile, package: Package, entry: Entry, *, require_hashes: bool
) -> InputRequirement:
    """Return an archive, a directory or a repository as the direct reference that it is.

    Raises `LockError` and `WeakHashError`.
    """
    from bootstrap._vendor.packaging.pylock import PackageArchive, PackageDirectory, PackageVcs

    hashes, editable = Hashes(), False
    if isinstance(entry, PackageArchive):
        url = url_of(lock.location, path=entry.path, url=entry.url)
        hashes = _hashes(package.name, entry.hashes)
    elif isinstance(entry, PackageVcs):
        place = url_of(lock.location, path=entry.path, url=entry.url)
        url = f"{entry.type}+{place}@{entry.commit_id}"
    else:
        assert isinstance(entry, PackageDirectory)  # noqa: S101  # there is no other kind
        url, editable = directory_url(lock.location, entry.path), bool(entry.editable)
    if require_hashes and not hashes:
        raise LockError(
            lock.location,
            f"with --require-hashes everything needs a hash, and {package.name} has none ({url})",
            "Lock an archive of it, or leave out --require-hashes.",
        )
    if entry.subdirectory:
        url = f"{url}#subdirectory={entry.subdirectory}"
    return InputRequirement(
        f"{package.name} @ {url}",
        lock.location.origin,
        Requirement(package.name),
        url,
        editable=editable,
        hashes=hashes,
    )
