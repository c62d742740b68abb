"""Local files, and the private directory for the files of one run."""

from __future__ import annotations

import shutil
import tempfile
import threading
from itertools import count
from pathlib import Path, PurePosixPath, PureWindowsPath

from bootstrap.network.errors import (
    NoTemporaryDirectoryError,
    SizeMismatchError,
    TooLargeError,
    UnreadableFileError,
)
from bootstrap.network.response import Response
from bootstrap.network.urls import MalformedUrlError, url_to_path
from bootstrap.trust.hashes import Hashes, VerifiedFile, verify_file

_PREFIX = "get-installer-"
_CONTENT_TYPES = {
    ".html": "text/html",
    ".htm": "text/html",
    ".json": "application/vnd.pypi.simple.v1+json",
}


def read_local_page(url: str, limit: int) -> Response:
    """Return a local page of at most `limit` bytes; for a directory, its index.html.

    Raises `TooLargeError` and `UnreadableFileError`, or `FileNotFoundError` if nothing exists.
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


def check_filename(filename: str, url: str) -> str:
    """Return the name if it has no directory part: an index may contain anything.

    Raises `MalformedUrlError`.
    """
    names = {PurePosixPath(filename).name, PureWindowsPath(filename).name}
    if names != {filename} or filename in {"", ".", ".."} or "\0" in filename:
        raise MalformedUrlError(url, f"{filename!r} is not a file name")
    return filename


class Workspace:
    """A private temporary directory, created when it is first needed and removed at the end."""

    def __init__(self, fallback: Path | None) -> None:
        """Use the system's temporary directory, or the fallback if that is not writable."""
        self._fallback = fallback
        self._lock = threading.Lock()
        self._numbers = count()
        self._directory: Path | None = None

    def new_path(self, filename: str) -> Path:
        """Return a new path that ends with the file name.

        Raises `NoTemporaryDirectoryError`.
        """
        with self._lock:
            if self._directory is None:
                self._directory = self._create_directory()
            folder = self._directory / str(next(self._numbers))
            folder.mkdir()
            return folder / filename

    def remove(self) -> None:
        """Remove everything."""
        if self._directory is not None:
            shutil.rmtree(self._directory, ignore_errors=True)
            self._directory = None

    def _create_directory(self) -> Path:
        try:
            return Path(tempfile.mkdtemp(prefix=_PREFIX))
        except OSError as error:
            tried = str(error.filename or error)
            if self._fallback is None:
                raise NoTemporaryDirectoryError((tried,)) from error
        try:
            self._fallback.mkdir(mode=0o700, parents=True, exist_ok=True)
            return Path(tempfile.mkdtemp(prefix=_PREFIX, dir=self._fallback))
        except OSError as error:
            raise NoTemporaryDirectoryError((tried, str(self._fallback))) from error
