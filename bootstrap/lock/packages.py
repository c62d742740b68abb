"""The packages of a lock as candidates and direct references."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from bootstrap.formats.filenames import parse_sdist_filename, parse_wheel_filename
from bootstrap.formats.specifiers import parse_requirement
from bootstrap.index.candidate import Candidate, DistributionFile
from bootstrap.limits import shorten
from bootstrap.location import Location
from bootstrap.lock.errors import LockError
from bootstrap.lock.read import PylockFile
from bootstrap.network.urls import is_remote, join_url, split_fragment, url_origin
from bootstrap.resolve.requirement import InputRequirement
from bootstrap.trust.digests import InvalidDigestError
from bootstrap.trust.hashes import Hashes, WeakHashError

if TYPE_CHECKING:
    from bootstrap._vendor.packaging.pylock import Package, PackageSdist, PackageWheel
    from bootstrap.lock.read import Entry

_COMMIT = re.compile("[0-9a-f]{40}(?:[0-9a-f]{24})?", re.ASCII | re.IGNORECASE)
_ABSOLUTE = re.compile(r"[/\\]|[A-Za-z]:")


def locked_urls(lock: PylockFile) -> Iterator[str]:
    """Yield the URLs in a lock: of files, archives, repositories and indexes."""
    for package in lock.content.packages:
        entries = (package.vcs, package.archive, package.sdist, *(package.wheels or ()))
        urls = [entry.url for entry in entries if entry is not None]
        yield from filter(None, (package.index, *urls))


def create_candidate(
    lock: PylockFile, package: Package, entry: PackageSdist | PackageWheel, *, is_wheel: bool
) -> Candidate:
    """Return a wheel or an sdist of a lock as a candidate.

    Raises `LockError`, and `WeakHashError` where it has no strong hash.
    """
    url, _ = split_fragment(_entry_url(lock.location, path=entry.path, url=entry.url))
    file = DistributionFile(
        entry.filename,
        url,
        _strong_hashes(lock.location, entry.filename, entry.hashes),
        requires_python=package.requires_python,
        size=entry.size,
        upload_time=entry.upload_time,
        index_url=package.index,
    )
    version = package.version
    if version is None:
        filename = entry.filename
        version = (parse_wheel_filename if is_wheel else parse_sdist_filename)(filename)[1]
    return Candidate(package.name, version, file, is_wheel)


def create_reference(
    lock: PylockFile, package: Package, entry: Entry, *, require_hashes: bool
) -> InputRequirement:
    """Return an archive, a directory or a repository of a lock as a direct reference.

    Raises `LockError` and `WeakHashError`.
    """
    from bootstrap._vendor.packaging.pylock import PackageArchive, PackageDirectory, PackageVcs

    hashes, editable = Hashes(), False
    if isinstance(entry, PackageArchive):
        url = _entry_url(lock.location, path=entry.path, url=entry.url)
        hashes = _strong_hashes(lock.location, package.name, entry.hashes)
    elif isinstance(entry, PackageVcs):
        if not _COMMIT.fullmatch(entry.commit_id):
            found = shorten(entry.commit_id)
            reason = f"the commit-id of {package.name} is not a full commit hash: {found!r}"
            raise LockError(lock.location, reason)
        repository = _entry_url(lock.location, path=entry.path, url=entry.url)
        url = f"{entry.type}+{repository}@{entry.commit_id}"
    else:
        assert isinstance(entry, PackageDirectory)  # noqa: S101  # there is no other kind
        if lock.location.is_remote:
            reason = f"it comes from the network and names the directory {entry.path!r}"
            raise LockError(lock.location, reason)
        url = _entry_url(lock.location, path=entry.path, url=None)
        editable = bool(entry.editable)
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
        parse_requirement(package.name),
        url,
        editable=editable,
        hashes=hashes,
    )


def _entry_url(lock: Location, *, path: str | None, url: str | None) -> str:
    """Return the URL of an entry of a lock; its path takes precedence over its URL.

    A lock from the network must not name a file of this machine, nor by a path one of another
    server. Raises `LockError`.
    """
    if path is None:
        if lock.is_remote and not is_remote(url or ""):
            raise LockError(lock, f"it comes from the network and names the local file {url}")
        return url or ""
    if not lock.is_remote:
        return (lock.path.parent / path.replace("\\", "/")).absolute().as_uri()
    if _ABSOLUTE.match(path):
        raise LockError(lock, f"it comes from the network and names the local path {path!r}")
    joined = join_url(lock.value, path)
    if url_origin(joined) != url_origin(lock.value):
        raise LockError(lock, f"its path {path!r} is on another server")
    return joined


def _strong_hashes(lock: Location, filename: str, hashes: Mapping[str, str]) -> Hashes:
    """Return the strong hashes of a file.

    Raises `LockError` for an invalid one, and `WeakHashError` where there is none.
    """
    try:
        strong = Hashes.of(hashes.items()).strong()
    except InvalidDigestError as error:
        raise LockError(lock, f"{filename} has an {error}") from error
    if not strong:
        raise WeakHashError(filename, hashes)
    return strong
