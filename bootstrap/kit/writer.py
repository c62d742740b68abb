"""Writing a kit, as a stream: no file is in memory, and the kit appears whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from bootstrap.atomic_file import temporary_beside
from bootstrap.dataclasses import replace
from bootstrap.file_changes import replace as rename
from bootstrap.kit.errors import UnwritableKitError
from bootstrap.kit.layout import (
    MANIFEST,
    SHEBANG,
    Footer,
    Member,
    central_directory,
    data_offsets,
    local_header,
)
from bootstrap.kit.manifest import Manifest


class KitWriter:
    """Writes the parts of one kit, in their order."""

    def __init__(self, stream: BinaryIO, path: Path) -> None:
        """:param path: what errors name"""
        self._stream, self._path = stream, path
        self._members: list[Member] = []
        self._write(SHEBANG)

    def add(self, name: str, size: int, chunks: Iterable[bytes]) -> Member:
        """Append a file of `size` bytes to the payload."""
        begin = self._stream.tell()
        self._write(local_header(Member(name, size, 0, "")))  # its checksum follows
        found, crc, digest = 0, 0, hashlib.sha256()
        for chunk in chunks:
            self._write(chunk)
            found += len(chunk)
            crc = zlib.crc32(chunk, crc)
            digest.update(chunk)
        if found != size:  # it was changed while it was read
            raise ValueError(f"{name} has {found} bytes, not {size}")
        member = Member(name, size, crc, digest.hexdigest())
        self._stream.seek(begin)
        self._write(local_header(member))
        self._stream.seek(0, 2)
        self._members.append(member)
        return member

    def add_bytes(self, name: str, content: bytes) -> Member:
        """Append a small file."""
        return self.add(name, len(content), [content])

    def finish(self, manifest: Manifest, engine: bytes) -> Footer:
        """Write the manifest of all files, the end of the payload, the footer and the engine."""
        return self.seal(replace(manifest, members=tuple(self._members)).to_bytes(), engine)

    def seal(self, content: bytes, engine: bytes) -> Footer:
        """Write a manifest as it is, and what follows it."""
        member = self.add_bytes(MANIFEST, content)
        for piece in central_directory(self._members):
            self._write(piece)
        *_, offset = data_offsets(self._members)
        footer = Footer(
            self._stream.tell() - len(SHEBANG),
            len(SHEBANG) + offset,
            member.size,
            member.sha256,
            len(engine),
            hashlib.sha256(engine).hexdigest(),
        )
        self._write(footer.pack())
        self._write(engine)
        return footer

    def _write(self, data: bytes) -> None:
        try:
            self._stream.write(data)
        except OSError as error:
            raise UnwritableKitError(self._path, error) from error


@contextmanager
def open_writer(path: Path) -> Iterator[KitWriter]:
    """Yield the writer of a new file, which replaces what `path` names after the context.

    At every instant there is the old file or the new one. Raises `UnwritableKitError`.
    """
    path = Path(os.path.realpath(path))  # a link stays a link
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with temporary_beside(path) as temporary:
        try:
            if path.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
            descriptor = os.open(temporary, flags, 0o777)
        except OSError as error:
            raise UnwritableKitError(path, error) from error
        with os.fdopen(descriptor, "w+b") as stream:
            yield KitWriter(stream, path)
            try:
                stream.flush()
                os.fsync(descriptor)
            except OSError as error:
                raise UnwritableKitError(path, error) from error
        try:
            rename(temporary, path)
        except OSError as error:
            raise UnwritableKitError(path, error) from error
