"""Downloads: streamed to disk while hashing, resumed after an interruption; ranges of files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from bootstrap.dataclasses import dataclass, field
from bootstrap.limits import DISTRIBUTION_SIZE
from bootstrap.network.content_encoding import Coding, decode_file, parse_coding
from bootstrap.network.errors import (
    DownloadSpaceError,
    HttpStatusError,
    InterruptedTransferError,
    SizeMismatchError,
    TooLargeError,
)
from bootstrap.network.files import free_space, require_space
from bootstrap.network.response import limit_size
from bootstrap.network.retry import parse_count
from bootstrap.trust.hashes import HashCheck, Hashes, VerifiedFile
from bootstrap.ui import NO_ACTIVITY, Activity

if TYPE_CHECKING:
    from bootstrap.network.transport import HttpResponse, Transport

_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)")
_RANGE_REFUSED = {400, 403, 405, 416, 501}
"""The status codes of servers and proxies that do not support ranges, or no empty ones."""


class Download:
    """One file that is written to disk; `attempt` may be called again after an interruption."""

    def __init__(
        self, transport: Transport, url: str, path: Path, expected: Hashes, size: int | None
    ) -> None:
        self._transport = transport
        self._url = url
        self._path = path
        self._expected = expected
        self._size = size
        self._stream: BinaryIO | None = None
        self._restart()

    def _restart(self, validator: str | None = None) -> None:
        self._received = 0
        self._validator = validator
        self._hash_check = HashCheck(self._expected)

    def attempt(
        self, *, check_cancelled: Callable[[], object], activity: Activity = NO_ACTIVITY
    ) -> VerifiedFile:
        """Fetch what is missing and return the file, hashed while it was written.

        `check_cancelled` is called for each chunk, and may raise. Raises `NetworkError` and its
        subclasses, `SizeMismatchError`, `HashMismatchError`.
        """
        headers = {"Accept-Encoding": "identity"}  # an archive is compressed already
        if self._received and self._validator:
            headers |= {"Range": f"bytes={self._received}-", "If-Range": self._validator}
        try:
            with self._transport.open(self._url, headers) as response:
                coding = parse_coding(response.headers.get("Content-Encoding", ""), self._url)
                self._resume_or_restart(response, coding)
                length = parse_count(response.headers.get("Content-Length"))
                if length is not None and coding is None:
                    self._check_size(self._received + length, "announced")
                chunks = decode_file(response.chunks(), coding, self._path.name, self._url)
                total = self._size or (length and self._received + length) or 0
                activity.start(total, self._received)
                self._receive(chunks, check_cancelled, activity, length or self._size or 0)
        except HttpStatusError as error:
            if error.status == 416 and self._received:
                self._restart()
                raise InterruptedTransferError(self._url, "it could not be resumed") from error
            raise
        self._check_size(self._received)
        name = self._path.name
        return VerifiedFile(name, self._hash_check.finish(name), self._path)

    def abandon(self) -> None:
        """Close the file, whatever another thread does with it: Windows removes no open file."""
        if self._stream is not None:
            self._stream.close()

    def _resume_or_restart(self, response: HttpResponse, coding: Coding | None) -> None:
        """Append the response if it begins with our first missing byte, else start again.

        A range of an encoded file is none of the file, so that is not resumed.
        """
        content_range = _CONTENT_RANGE.match(response.headers.get("Content-Range", ""))
        if response.status != 206:
            self._restart(_find_validator(response) if coding is None else None)
        elif coding or content_range is None or int(content_range[1]) != self._received:
            self._restart()
            raise InterruptedTransferError(self._url, "the server sent another range")

    def _check_size(self, found: int, remark: str = "") -> None:
        if self._size is None and found > DISTRIBUTION_SIZE:
            raise TooLargeError(self._url, DISTRIBUTION_SIZE, remark)
        if self._size is not None and found != self._size:
            text = f"{found:,} {remark}".rstrip()
            raise SizeMismatchError(self._url, self._path.name, self._size, text)

    def _receive(
        self,
        chunks: Iterable[bytes],
        check_cancelled: Callable[[], object],
        activity: Activity,
        length: int,
    ) -> None:
        require_space(self._path.parent, length, self._url)
        space = self._received + free_space(self._path.parent)
        with self._path.open("r+b" if self._received else "wb") as stream:
            self._stream = stream
            stream.seek(self._received)
            for chunk in chunks:
                check_cancelled()
                if self._size is not None and self._received + len(chunk) > self._size:
                    raise SizeMismatchError(self._url, self._path.name, self._size, "more")
                if self._size is None and self._received + len(chunk) > DISTRIBUTION_SIZE:
                    raise TooLargeError(self._url, DISTRIBUTION_SIZE, "transferred")
                if self._received + len(chunk) > space:
                    raise DownloadSpaceError(self._url, str(self._path.parent), self._received)
                stream.write(chunk)
                self._received += len(chunk)
                activity.advance(len(chunk))
                self._hash_check.update(chunk)


def _find_validator(response: HttpResponse) -> str | None:
    """Return what If-Range may contain: a strong ETag, else a date (RFC 9110, section 13.1.5)."""
    etag = response.headers.get("ETag", "")
    if etag and not etag.startswith("W/"):
        return etag
    return response.headers.get("Last-Modified")


@dataclass(frozen=True)
class ByteRange:
    """A range of a file's bytes."""

    begin: int
    content: bytes = field(repr=False)
    total: int
    """The size of the whole file in bytes."""


def fetch_range(transport: Transport, url: str, begin: int | None, size: int) -> ByteRange | None:
    """Return `size` bytes from `begin` on, or the last ones; None if the server has no ranges.

    Raises `NetworkError` and its subclasses, and `CertificateError`.
    """
    span = f"-{size}" if begin is None else f"{begin}-{begin + size - 1}"
    headers = {"Range": f"bytes={span}", "Accept-Encoding": "identity"}
    try:
        with transport.open(url, headers) as response:
            content_range = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
            if response.status != 206 or content_range is None or content_range[3] == "*":
                return None
            if parse_coding(response.headers.get("Content-Encoding", ""), url) is not None:
                return None  # it is no range of the file itself
            first, last, total = map(int, content_range.groups())
            length = last - first + 1
            if length > size:
                return None
            content = b"".join(limit_size(response.chunks(), response.url, size))
            if len(content) != length:
                raise InterruptedTransferError(response.url, "the range is incomplete")
            return ByteRange(first, content, total)
    except HttpStatusError as error:
        if error.status in _RANGE_REFUSED:
            return None
        raise
