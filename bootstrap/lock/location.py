"""Where a lock's entries lie: their URLs, and what a lock from the network may not name."""

from __future__ import annotations

import re
from pathlib import Path

from bootstrap.lock.errors import LockError
from bootstrap.network.urls import as_url, is_remote, joined, origin

_ABSOLUTE = re.compile(r"[/\\]|[A-Za-z]:")


def url_of(place: str, *, path: str | None, url: str | None) -> str:
    """Return the URL of an entry of the lock at `place`; its path counts before its URL.

    A lock from the network names no file of this machine, nor one of another server by a path.
    Raises `LockError`.
    """
    if path is None:
        return _checked(place, url or "")
    if not is_remote(as_url(place)):
        return (Path(place).parent / path.replace("\\", "/")).absolute().as_uri()
    if _ABSOLUTE.match(path):
        raise LockError(place, f"it comes from the network and names the local path {path!r}")
    found = joined(place, path)
    if origin(found) != origin(place):
        raise LockError(place, f"its path {path!r} leads to another server")
    return found


def directory_url(place: str, path: str) -> str:
    """Return the file: URL of a project's directory. Raises `LockError` for a remote lock's."""
    if is_remote(as_url(place)):
        raise LockError(place, f"it comes from the network and names the directory {path!r}")
    return url_of(place, path=path, url=None)


def _checked(place: str, url: str) -> str:
    if is_remote(as_url(place)) and not is_remote(url):
        raise LockError(place, f"it comes from the network and names the local file {url}")
    return url
