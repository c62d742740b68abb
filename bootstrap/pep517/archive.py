"""Archives as a stream of members: tar and zip, read once and in order; nothing is written."""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import stat
import tarfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from enum import Enum
from functools import partial
from pathlib import Path
from typing import IO, Any

from bootstrap.dataclasses import dataclass
from bootstrap.errors import BootstrapError
from bootstrap.limits import (
    ARCHIVE_MEMBERS,
    TAR_HEADER_SIZE,
    UNPACKED_RATIO,
    UNPACKED_SIZE,
    LimitError,
    shorten,
)
from bootstrap.pep517.lzma_stream import open_lzma

# What the standard library raises for bytes that are not an archive, found by fuzzing it.
DAMAGE = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    gzip.BadGzipFile,
    EOFError,
    ValueError,
    OverflowError,
    NotImplementedError,
    RecursionError,  # tarfile reads a long name before a long name before a long name, and so on
)

_CHUNK = 1 << 20
_ENTRY_SIGNATURE = b"PK\1\2"
_LONG_NUMBER = re.compile(rb"\d{21}")
_EXTENDED_HEADERS = b"xgX"
"""The types of tar headers whose content is records with a length (POSIX.1-2001)."""


class ArchiveError(BootstrapError):
    """An archive cannot be unpacked, or must not be.

    Causes: it is damaged, or made so that it would write outside its own directory, by its
    maintainers' mistake or on purpose.

    Next: tell the project's maintainers, and use another version or a wheel:
        python3 get-installer.pyz --venv demo --only-binary :all: NAME
    """

    def __init__(self, archive: str, why: str, hint: str | None = None) -> None:
        self.archive, self.why = archive, why
        super().__init__(f"The archive {archive} {why}", hint=hint)


class DamagedArchiveError(ArchiveError):
    """An archive's bytes are invalid.

    Causes: the download was cut off or changed on its way, or the file on the index is broken.

    Next: fetch it again without the cache; if that does not help, tell the index or the project:
        python3 get-installer.pyz --venv demo --no-cache-dir NAME
    """

    def __init__(self, archive: str, why: str) -> None:
        hint = "Download it again; if that does not help, report it to its author."
        super().__init__(archive, f"is damaged: {why}.", hint)


class Kind(Enum):
    """The kind of a member, as it is called in messages."""

    FILE = "a file"
    DIRECTORY = "a directory"
    SYMBOLIC_LINK = "a symbolic link"
    HARD_LINK = "a hard link"
    SPECIAL = "a device or another special file"


@dataclass(frozen=True)
class Member:
    """One entry of an archive, as the archive describes it: nothing of it is trusted."""

    name: str
    kind: Kind
    size: int
    executable: bool
    modified: float
    """Seconds since the epoch."""
    link: str = ""
    """The target of a link."""
    open: Callable[[], IO[bytes] | None] = lambda: None
    """Open a file's bytes; must be called before the next member is read."""
    tar: tarfile.TarInfo | None = None
    """For the standard library's own filter."""

    @property
    def quoted_name(self) -> str:
        """The name, for messages."""
        return repr(shorten(self.name))

    @property
    def quoted_link(self) -> str:
        """The target of a link, for messages."""
        return repr(shorten(self.link))


@dataclass(frozen=True)
class Limits:
    """How much an archive may contain; above that it counts as a decompression bomb."""

    size: int
    """Bytes of all files together."""
    members: int = ARCHIVE_MEMBERS
    header: int = TAR_HEADER_SIZE
    """Bytes of one read; tar keeps a header of any announced size in memory."""

    @classmethod
    def for_file(cls, path: Path) -> Limits:
        """Return the limits for a file: text is compressed to a tenth, zeros to a thousandth."""
        return cls(size=max(UNPACKED_SIZE, UNPACKED_RATIO * path.stat().st_size))


class _LimitedStream:
    """A decompressed stream that raises an error where a decompression bomb begins."""

    def __init__(self, stream: Any, limits: Limits, archive: str) -> None:
        self._stream, self._limits, self._archive = stream, limits, archive
        self._is_extended = False

    def read(self, size: int = -1) -> bytes:
        if size < 0 or size > self._limits.header:
            raise DamagedArchiveError(self._archive, "a header has an excessive size")
        content: bytes = self._stream.read(size)
        # In older versions of the library a long number here takes time with its square.
        if self._is_extended and _LONG_NUMBER.search(content):
            raise DamagedArchiveError(self._archive, "a header has an excessive length")
        is_header = size == tarfile.BLOCKSIZE and content[257:262] == b"ustar"
        self._is_extended = is_header and content[156:157] in _EXTENDED_HEADERS
        return content

    def seek(self, offset: int) -> int:
        if offset > 2 * self._limits.size:  # headers and padding included
            raise DamagedArchiveError(self._archive, "a member has an excessive size")
        position: int = self._stream.seek(offset)
        return position

    def tell(self) -> int:
        position: int = self._stream.tell()
        return position


_DECOMPRESSORS: dict[str, Callable[..., Any]] = {
    "tar": open,
    "tar.gz": gzip.open,
    "tar.bz2": bz2.open,
    "tar.xz": open_lzma,
}


def read_tar(path: Path, archive: str, limits: Limits, archive_format: str) -> Iterator[Member]:
    """Read a tar archive; `archive_format` is `tar`, `tar.gz`, `tar.bz2` or `tar.xz`.

    Raises `DamagedArchiveError`, or one of `DAMAGE` from the standard library.
    """
    with closing(_DECOMPRESSORS[archive_format](path, "rb")) as stream:
        limited: Any = _LimitedStream(stream, limits, archive)
        with tarfile.open(fileobj=limited, mode="r:") as tar:
            for info in tar:
                yield Member(
                    name=info.name,
                    kind=_tar_kind(info),
                    size=info.size if info.isreg() else 0,
                    executable=bool(info.mode & stat.S_IXUSR),
                    modified=float(info.mtime),
                    link=info.linkname,
                    open=partial(tar.extractfile, info),
                    tar=info,
                )
                tar.members = []  # type: ignore[attr-defined]  # the library would keep them all
            # tarfile takes an invalid header for the end and would ignore the rest. Reading to the
            # end also verifies the checksum of the compression.
            limited.seek(tar.offset)
            while rest := limited.read(_CHUNK):
                if rest.strip(b"\0"):
                    raise DamagedArchiveError(archive, "invalid data after its last member")


def _tar_kind(info: tarfile.TarInfo) -> Kind:
    if info.isreg():
        return Kind.FILE
    if info.isdir():
        return Kind.DIRECTORY
    if info.issym():
        return Kind.SYMBOLIC_LINK
    return Kind.HARD_LINK if info.islnk() else Kind.SPECIAL


def read_zip(path: Path, archive: str, limits: Limits) -> Iterator[Member]:
    """Read a zip archive, more strictly than the standard library.

    A backslash in a name is a separator, as pip reads it on Windows, where such archives are made.

    Raises `ArchiveError`, or one of `DAMAGE` from the standard library.
    """
    _check_directory(path, archive, limits)
    written: dict[str, str] = {}
    with zipfile.ZipFile(path) as opened:
        for info in opened.infolist():
            # zipfile cuts names at a NUL and replaces separators; check the original.
            name = info.orig_filename.replace("\\", "/")
            other = written.setdefault(name, info.orig_filename)
            if other != info.orig_filename:
                raise ArchiveError(
                    archive,
                    f"contains {shorten(other)!r} and {shorten(info.orig_filename)!r}, which are "
                    "one file or two, depending on the system.",
                )
            if info.flag_bits & 0x1:
                raise ArchiveError(archive, f"contains {info.filename!r}, which is encrypted.")
            if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
                raise ArchiveError(
                    archive,
                    f"contains {info.filename!r}, compressed by method {info.compress_type}; "
                    "expected stored or deflated.",
                )
            mode = info.external_attr >> 16
            kind, link = _zip_kind(name, mode), ""
            if kind is Kind.SYMBOLIC_LINK:
                with opened.open(info) as stream:
                    link = stream.read(4096).decode("utf-8")
            yield Member(
                name=name,
                kind=kind,
                size=info.file_size if kind is Kind.FILE else 0,
                executable=bool(mode & stat.S_IXUSR),
                modified=time.mktime((*info.date_time, 0, 0, -1)),
                link=link,
                open=partial(opened.open, info),
            )


def _check_directory(path: Path, archive: str, limits: Limits) -> None:
    """Count the entries before the library keeps all of them. Raises `ArchiveError`."""
    count, end = 0, b""
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            count += (end + chunk).count(_ENTRY_SIGNATURE)
            end = chunk[1 - len(_ENTRY_SIGNATURE) :]
            if count > limits.members:
                raise ArchiveError(archive, f"contains {LimitError(limits.members, 'members')}.")


def _zip_kind(name: str, mode: int) -> Kind:
    if stat.S_ISLNK(mode):
        return Kind.SYMBOLIC_LINK
    if name.endswith("/") or stat.S_ISDIR(mode):
        return Kind.DIRECTORY
    return Kind.FILE if stat.S_IFMT(mode) in {0, stat.S_IFREG} else Kind.SPECIAL
