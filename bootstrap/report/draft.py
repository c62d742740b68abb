"""A document before its time: written whole beside its place, and moved there at the end."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bootstrap.errors import BootstrapError

Refusal = Callable[[OSError], BootstrapError]
"""Says of which document and place an error of the operating system is."""
Publish = Callable[[], None]


@contextmanager
def drafted(place: Path, text: str, refusal: Refusal) -> Iterator[Publish]:
    """Find out that a document can be written, and yield what publishes it.

    An older document is replaced whole. One that was not published leaves nothing behind.

    Raises what `refusal` makes of an `OSError`, here and in publishing.
    """
    with _translated(refusal):
        is_stream = place.exists() and not place.is_file()
    way = _through if is_stream else _beside
    with way(place, text, refusal) as publish:
        yield publish


@contextmanager
def _beside(place: Path, text: str, refusal: Refusal) -> Iterator[Publish]:
    place = Path(os.path.realpath(place))  # a link goes on leading where it leads
    temporary = place.with_name(f".get-installer-{secrets.token_hex(4)}")

    def publish() -> None:
        with _translated(refusal):
            temporary.replace(place)

    try:
        with _translated(refusal):
            temporary.write_text(text, encoding="utf-8", newline="\n")
        yield publish
    finally:
        with suppress(OSError):
            temporary.unlink()


@contextmanager
def _through(place: Path, text: str, refusal: Refusal) -> Iterator[Publish]:
    """Open a device or a pipe, which nothing can take the place of, and write to it at the end."""
    with _translated(refusal):
        if place.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        stream = place.open("w", encoding="utf-8")

    def publish() -> None:
        with _translated(refusal):
            stream.write(text)
            stream.flush()

    try:
        yield publish
    finally:
        with suppress(OSError):
            stream.close()


@contextmanager
def _translated(refusal: Refusal) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise refusal(error) from error
