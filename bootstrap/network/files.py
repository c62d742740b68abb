"""Local files, and the private directory for the files of one run."""

from __future__ import annotations

import os
import threading
from itertools import count
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import BinaryIO

from bootstrap.file_changes import remove_tree
from bootstrap.formats.documents import open_regular
from bootstrap.limits import RESERVED_SHARE, RESERVED_SPACE
from bootstrap.network.errors import (
    DownloadSpaceError,
    NoTemporaryDirectoryError,
    SizeMismatchError,
    TooLargeError,
    UnreadableFileError,
)
from bootstrap.network.response import Response
from bootstrap.network.urls import MalformedUrlError, url_to_path
from bootstrap.private_directory import NotPrivateError, check_private, make_private
from bootstrap.signals import delay_signals
from bootstrap.trust.hashes import Hashes, VerifiedFile, copy_verified

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
    if os.path.isdir(path):  # noqa: PTH112  # pathlib raises for a name that is too long
        path, url = path / "index.html", url.rstrip("/") + "/"
    try:
        with open_regular(path) as stream:
            content = stream.read(limit + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise UnreadableFileError(url, error.strerror or str(error)) from error
    if len(content) > limit:
        raise TooLargeError(url, limit, "on disk")
    return Response(url, _CONTENT_TYPES.get(path.suffix.lower(), ""), content)


def open_local_file(url: str) -> BinaryIO:
    """Open the regular file of a file: URL. Raises `UnreadableFileError`."""
    path = url_to_path(url)
    try:
        return open_regular(path)
    except FileNotFoundError as error:
        raise UnreadableFileError(url, "file not found") from error
    except OSError as error:
        reason = "it is a directory" if path.is_dir() else error.strerror or str(error)
        raise UnreadableFileError(url, reason) from error


def copy_local_file(
    url: str, copy: Path, filename: str, expected: Hashes, size: int | None = None
) -> VerifiedFile:
    """Return a private copy of a local file with the expected size (in bytes) and hashes.

    Raises `UnreadableFileError`, `SizeMismatchError`, `DownloadSpaceError` and `HashMismatchError`.
    """
    with open_local_file(url) as stream:
        found = os.fstat(stream.fileno()).st_size
        if size is not None and found != size:
            raise SizeMismatchError(url, filename, size, f"{found:,}")
        require_space(copy.parent, found, url)
        try:
            return copy_verified(stream, copy, filename, expected)
        except OSError as error:
            raise UnreadableFileError(url, error.strerror or str(error)) from error


def free_space(directory: Path) -> int:
    """Return how many bytes may be written to a directory's disk, so that it is not filled."""
    from shutil import disk_usage

    disk = disk_usage(directory)
    return max(0, disk.free - min(RESERVED_SPACE, disk.total // RESERVED_SHARE))


def require_space(directory: Path, size: int, url: str) -> None:
    """Raise `DownloadSpaceError` if so many bytes would fill the disk."""
    if size > free_space(directory):
        raise DownloadSpaceError(url, str(directory), size)


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
            with delay_signals():
                remove_tree(self._directory)
            self._directory = None

    def _create_directory(self) -> Path:
        """Create it where other users can replace nothing, if there is such a place."""
        import tempfile

        shared, tried = None, list[str]()
        try:
            shared = Path(tempfile.mkdtemp(prefix=_PREFIX))
        except OSError as error:
            tried.append(str(error.filename or error))
        if shared is not None and _is_private(shared):
            return shared
        if self._fallback is not None:
            try:
                private = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=make_private(self._fallback)))
            except (OSError, NotPrivateError):
                tried.append(str(self._fallback))
            else:
                if shared is not None:
                    shared.rmdir()
                return private
        if shared is None:
            raise NoTemporaryDirectoryError(tuple(tried))
        return shared


def _is_private(directory: Path) -> bool:
    try:
        check_private(directory)
    except (NotPrivateError, OSError):
        return False
    return True
