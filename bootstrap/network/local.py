"""Reading file: URLs: pages and files that need no network."""

from __future__ import annotations

from pathlib import Path

from bootstrap.network.errors import TooLargeError, UnreadableFileError
from bootstrap.network.response import Response
from bootstrap.network.urls import as_path

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
