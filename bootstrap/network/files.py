"""Files on disk, and whether they are what they should be."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath, PureWindowsPath

from bootstrap.network.errors import SizeMismatchError, TooLargeError, UnreadableFileError
from bootstrap.network.response import Response
from bootstrap.network.urls import MalformedUrlError, as_path
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


# FOLDED from bootstrap/network/local.py
_CONTENT_TYPES = {
    ".html": "text/html",
    ".htm": "text/html",
    ".json": "application/vnd.pypi.simple.v1+json",
}


def read_local(url: str, limit: int) -> Response:
    """Return a local page; of a directory, its index.html.

    Raises `UnreadableFileError`, or `FileNotFoundError` where there is nothing at all.
    """
    path = as_path(url)
    if path.is_dir():
        path, url = path / "index.html", url.rstrip("/") + "/"
    try:
        if path.stat().st_size > limit:
            raise TooLargeError(url, limit, "on disk")
        content = path.read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise UnreadableFileError(url, error.strerror or str(error)) from error
    return Response(url, _CONTENT_TYPES.get(path.suffix.lower(), ""), content)


def local_file(url: str) -> Path:
    """Return the path of an existing local file. Raises `UnreadableFileError`."""
    path = as_path(url)
    if not path.is_file():
        reason = "it is a directory" if path.is_dir() else "there is no such file"
        raise UnreadableFileError(url, reason)
    return path
