"""METADATA of a wheel on a server, read by range requests for parts of the file."""

from __future__ import annotations

import io
from typing import BinaryIO, cast

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.index.candidate import Candidate, DistributionFile
from bootstrap.limits import ARCHIVE_DIRECTORY_SIZE
from bootstrap.network.session import Session
from bootstrap.network.urls import split_credentials, url_origin

_NAMESPACE = "metadata"
TAIL_SIZE = 66 << 10
"""Bytes of the first request: the longest end record of a zip, and most often the dist-info too."""
MAX_TAIL_SIZE = 512 << 10
"""Bytes of the first request, at most, where other wheels of the project needed more."""
TAIL_MARGIN = 2 << 10
"""Bytes by which the next version may be larger."""
CHUNK_SIZE = 16 << 10
"""Bytes of a further request, at least."""
SMALL_WHEEL = 256 << 10
"""A wheel smaller than this, in bytes, is fetched whole: it will most likely be installed."""


class RangesRefusedError(Exception):
    """The server sends whole files only; never raised outside this module."""


class RemoteFile(io.RawIOBase):
    """A file on a server, of which only the parts that are read are fetched."""

    def __init__(self, url: str, session: Session, tail_size: int) -> None:
        self._url = url
        self._session = session
        self._position = 0
        self._begin, self._content, self._size = self._fetch(None, tail_size)
        self._first_read = self._size

    @property
    def tail_read(self) -> int:
        """The number of bytes from the first one that was read to the end."""
        return self._size - self._first_read

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the position in bytes."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move the position, as in any file."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, start + offset)
        return self._position

    def read(self, size: int = -1) -> bytes:
        """Return bytes that were fetched before, or fetch them."""
        end = self._size if size < 0 else min(self._position + size, self._size)
        if end <= self._position:
            return b""
        self._first_read = min(self._first_read, self._position)
        if not self._begin <= self._position <= end <= self._begin + len(self._content):
            # What is read after the directory is METADATA. It lies before RECORD, which has as many
            # rows as the directory and is compressed: both before it in about as many bytes.
            wanted = max(end - self._position, CHUNK_SIZE)
            begin = max(0, self._position - wanted)
            size = min(self._position + wanted, self._size) - begin
            self._begin, self._content, _ = self._fetch(begin, size)
        start = self._position - self._begin
        content = self._content[start : start + end - self._position]
        self._position += len(content)
        return content

    def _fetch(self, begin: int | None, size: int) -> tuple[int, bytes, int]:
        if size > ARCHIVE_DIRECTORY_SIZE:  # nothing that is read of it may be larger
            raise RangesRefusedError
        part = self._session.download_range(self._url, begin=begin, size=size)
        if part is None or (begin is not None and part.begin != begin):
            raise RangesRefusedError
        return part.begin, part.content, part.total


class LazyWheels:
    """Reads METADATA of wheels on servers; knows where it was in other wheels of a project.

    It is kept in the cache, under the URL and the hash of the wheel. What it says is as reliable as
    the server: a wheel that is installed is compared with it.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._cache = session.cache
        self._tails: dict[NormalizedName, int] = {}
        """How many bytes at the end of a project's wheels have the directory and METADATA."""

    def read_metadata(self, candidate: Candidate, *, is_likely: bool) -> bytes | None:
        """Return METADATA's bytes, or None where the whole wheel has to be fetched.

        A small wheel is, if it `is_likely` to be installed. Raises `WheelRefusedError`, network
        errors.
        """
        file = candidate.file
        small = SMALL_WHEEL if is_likely else TAIL_SIZE
        if not file.is_remote or (file.size is not None and file.size < small):
            return None
        key = _cache_key(file)
        if key and (known := self._cache.recall(_NAMESPACE, key)) is not None:
            return known
        from bootstrap.install.wheel.wheel import read_metadata

        try:
            remote = RemoteFile(file.url, self._session, self._tails.get(candidate.name, TAIL_SIZE))
            content = read_metadata(cast("BinaryIO", remote), file.filename)
        except RangesRefusedError:
            return None
        # The next version's wheel is about as large: with this, it takes one request, not two.
        if TAIL_SIZE < remote.tail_read <= MAX_TAIL_SIZE:
            self._tails[candidate.name] = remote.tail_read + TAIL_MARGIN
        if key:
            self._cache.keep(_NAMESPACE, key, content)
        return content

    def forget(self, candidate: Candidate) -> None:
        """Read the METADATA of a candidate anew in the next run: it was not that of its wheel."""
        if key := _cache_key(candidate.file):
            self._cache.forget(_NAMESPACE, key)


def _cache_key(file: DistributionFile) -> str:
    """Return the key of a wheel that cannot change: with a hash, and from a server that is known.

    "" for others. Without the URL, one index could say what is in the wheels of another.
    """
    sha256 = file.hashes.only_sha256
    is_verified = url_origin(file.url).scheme == "https"
    return f"{split_credentials(file.url)[0]}\n{sha256}\n" if sha256 and is_verified else ""
