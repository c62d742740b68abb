"""Files on disk, and whether they are what they should be."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath, PureWindowsPath

from bootstrap.network.errors import SizeMismatchError
from bootstrap.network.urls import MalformedUrlError
from bootstrap.trust.hashes import Hashes, check


def single_sha256(expected: Hashes | None) -> str | None:
    """Return the sha256 a file must have, where there is just one: its name in the cache."""
    digests = expected.allowed.get("sha256", frozenset()) if expected else frozenset[str]()
    return next(iter(digests)) if len(digests) == 1 else None


def is_content(content: bytes, sha256: str) -> bool:
    """Say whether bytes are those of a sha256."""
    return hashlib.sha256(content).hexdigest() == sha256


def checked(path: Path, filename: str, expected: Hashes, size: int | None = None) -> Path:
    """Return the path of a file with the expected size and hashes.

    Raises `SizeMismatchError` and `HashMismatchError`.
    """
    if size is not None and path.stat().st_size != size:
        found = f"{path.stat().st_size:,}"
        raise SizeMismatchError(path.as_uri(), filename, size, found)
    if expected:
        with path.open("rb") as stream:
            check(stream, filename, expected)
    return path


def plain_name(filename: str, url: str) -> str:
    """Return the name if it is a mere name. Raises `MalformedUrlError`: it comes from an index."""
    names = {PurePosixPath(filename).name, PureWindowsPath(filename).name}
    if names != {filename} or filename in {"", ".", ".."} or "\0" in filename:
        raise MalformedUrlError(url, f"{filename!r} is no file name")
    return filename
