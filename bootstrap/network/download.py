"""Downloading files: streamed to disk while hashing, resumed where they were cut off."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bootstrap.network.errors import HttpStatusError, InterruptedTransferError, SizeMismatchError
from bootstrap.trust.hashes import HashCheck, Hashes, VerifiedFile

if TYPE_CHECKING:
    from bootstrap.network.transport import HttpResponse, Transport
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bootstrap.network.response import bounded

if TYPE_CHECKING:
    from bootstrap.network.transport import HttpResponse, Transport


_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")


class Download:
    """One file on its way to disk; `attempt` may be called again after it broke off."""

    def __init__(
        self, transport: Transport, url: str, path: Path, expected: Hashes, size: int | None
    ) -> None:
        self._transport = transport
        self._url = url
        self._path = path
        self._expected = expected
        self._size = size
        self._begin_again()

    def attempt(self, *, wanted: Callable[[], object]) -> VerifiedFile:
        """Fetch what is missing and return the file, hashed on its way.

        `wanted` is called for each chunk, and may raise to end it. Raises `NetworkError` and its
        kinds, `SizeMismatchError`, `HashMismatchError`.
        """
        try:
            with self._transport.open(self._url, self._headers()) as answer:
                self._take_up(answer)
                self._refuse_length(answer)
                self._receive(answer, wanted)
        except HttpStatusError as error:
            if error.status == 416 and self._received:
                self._begin_again()
                raise InterruptedTransferError(self._url, "it could not be resumed") from error
            raise
        return self._finished()

    def _begin_again(self) -> None:
        self._received = 0
        self._validator: str | None = None
        self._hash_check = HashCheck(self._expected)

    def _headers(self) -> Mapping[str, str]:
        headers = {"Accept-Encoding": "identity"}  # an archive is compressed already
        if self._received and self._validator:
            headers |= {"Range": f"bytes={self._received}-", "If-Range": self._validator}
        return headers

    def _take_up(self, answer: HttpResponse) -> None:
        """Go on where the answer begins: at our first missing byte, or at the very start."""
        span = _CONTENT_RANGE.match(answer.headers.get("Content-Range", ""))
        if answer.status != 206 or span is None or int(span[1]) != self._received:
            resumable = _validator(answer)
            if answer.status == 206:
                self._begin_again()
                raise InterruptedTransferError(self._url, "another part than asked for came")
            self._begin_again()
            self._validator = resumable

    def _refuse_length(self, answer: HttpResponse) -> None:
        length = answer.headers.get("Content-Length", "")
        if self._size is not None and length.isdigit():
            announced = self._received + int(length)
            if announced != self._size:
                raise self._wrong_size(f"{announced:,} announced")

    def _receive(self, answer: HttpResponse, wanted: Callable[[], object]) -> None:
        with self._path.open("r+b" if self._received else "wb") as stream:
            stream.seek(self._received)
            for chunk in answer.chunks():
                wanted()
                if self._size is not None and self._received + len(chunk) > self._size:
                    raise self._wrong_size("more")
                stream.write(chunk)
                self._received += len(chunk)
                self._hash_check.update(chunk)

    def _finished(self) -> VerifiedFile:
        if self._size is not None and self._received != self._size:
            raise self._wrong_size(f"{self._received:,}")
        name = self._path.name
        return VerifiedFile(name, self._hash_check.finish(name), self._path)

    def _wrong_size(self, found: str) -> SizeMismatchError:
        assert self._size is not None  # noqa: S101  # only asked where the size is known
        return SizeMismatchError(self._url, self._path.name, self._size, found)


def _validator(answer: HttpResponse) -> str | None:
    """Return what If-Range may name: a strong ETag, else a date (RFC 9110, section 13.1.5)."""
    etag = answer.headers.get("ETag", "")
    if etag and not etag.startswith("W/"):
        return etag
    return answer.headers.get("Last-Modified")


# FOLDED from bootstrap/network/parts.py
_PARTS_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
_UNWILLING = {400, 403, 405, 416, 501}
"""What servers and proxies answer that know no ranges, or no empty ones."""


@dataclass(frozen=True)
class Part:
    """Some bytes of a file, and where they stand in it."""

    begin: int
    content: bytes = field(repr=False)
    total: int
    """The whole file's size in bytes."""


def fetch_part(transport: Transport, url: str, begin: int | None, size: int) -> Part | None:
    """Return `size` bytes from `begin` on, or the last ones; None where the server will not.

    Raises `NetworkError` and its kinds, and `CertificateError`.
    """
    span = f"-{size}" if begin is None else f"{begin}-{begin + size - 1}"
    headers = {"Range": f"bytes={span}", "Accept-Encoding": "identity"}
    try:
        with transport.open(url, headers) as answer:
            return _received(answer, size)
    except HttpStatusError as error:
        if error.status in _UNWILLING:
            return None
        raise


def _received(answer: HttpResponse, size: int) -> Part | None:
    found = _PARTS_CONTENT_RANGE.fullmatch(answer.headers.get("Content-Range", ""))
    if answer.status != 206 or found is None:
        return None
    first, last, total = map(int, found.groups())
    if last - first + 1 > size:
        return None
    content = b"".join(bounded(answer.chunks(), answer.url, size))
    if len(content) != last - first + 1:
        raise InterruptedTransferError(answer.url, "a part came incomplete")
    return Part(first, content, total)
