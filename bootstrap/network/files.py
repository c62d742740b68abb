"""Files on disk, and whether they are what they should be."""

from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath

from bootstrap.network.errors import SizeMismatchError, TooLargeError, UnreadableFileError
from bootstrap.network.response import Response
from bootstrap.network.urls import MalformedUrlError, url_to_path
from bootstrap.trust.hashes import Hashes, VerifiedFile, verify_file


def single_sha256(expected: Hashes | None) -> str | None:
    """Return the sha256 a file must have, where there is just one: its name in the cache."""
    digests = expected.allowed.get("sha256", frozenset()) if expected else frozenset[str]()
    return next(iter(digests)) if len(digests) == 1 else None


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
    path = url_to_path(url)
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


def verify_local_file(
    url: str, filename: str, expected: Hashes, size: int | None = None
) -> VerifiedFile:
    """Return a local file with the expected size (in bytes) and hashes.

    Raises `UnreadableFileError`, `SizeMismatchError` and `HashMismatchError`.
    """
    path = url_to_path(url)
    if not path.is_file():
        raise UnreadableFileError(url, "it is a directory" if path.is_dir() else "file not found")
    found = path.stat().st_size
    if size is not None and found != size:
        raise SizeMismatchError(path.as_uri(), filename, size, f"{found:,}")
    return verify_file(path, filename, expected)
