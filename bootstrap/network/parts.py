"""Parts of remote files, by range requests (RFC 9110, section 14)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bootstrap.network.bodies import bounded
from bootstrap.network.errors import HttpStatusError, InterruptedTransferError

if TYPE_CHECKING:
    from bootstrap.network.wire.transport import Answer, Transport

_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
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


def _received(answer: Answer, size: int) -> Part | None:
    found = _CONTENT_RANGE.fullmatch(answer.headers.get("Content-Range", ""))
    if answer.status != 206 or found is None:
        return None
    first, last, total = map(int, found.groups())
    if last - first + 1 > size:
        return None
    content = b"".join(bounded(answer.chunks(), answer.url, size))
    if len(content) != last - first + 1:
        raise InterruptedTransferError(answer.url, "a part came incomplete")
    return Part(first, content, total)
