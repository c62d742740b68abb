"""Archives as a stream of members: tar and zip alike, read once, in order, nothing written."""

from __future__ import annotations

import bz2
import gzip
import lzma
import stat
import tarfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import IO, Any

from bootstrap.errors import BootstrapError

# What the standard library raises for bytes that are no archive, found by feeding it such bytes.
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
)

_MEGABYTE = 1 << 20


class ArchiveError(BootstrapError):
    """An archive cannot be unpacked, or may not."""

    def __init__(self, archive: str, why: str, hint: str | None = None) -> None:
        self.archive, self.why = archive, why
        super().__init__(f"The archive {archive} {why}", hint=hint)


class DamagedArchiveError(ArchiveError):
    """An archive's bytes make no sense."""

    def __init__(self, archive: str, why: str) -> None:
        hint = "It was damaged on its way, or was never good: fetch it again, or tell its author."
        super().__init__(archive, f"is damaged: {why}.", hint)


class Kind(Enum):
    """What a member is, in words for a message."""

    FILE = "a file"
    DIRECTORY = "a directory"
    SYMBOLIC_LINK = "a symbolic link"
    HARD_LINK = "a hard link"
    SPECIAL = "a device or another special file"


@dataclass(frozen=True)
class Member:
    """One entry of an archive, in the archive's own words: nothing of it is trusted."""

    name: str
    kind: Kind
    size: int
    executable: bool
    modified: float
    """Seconds since the epoch."""
    link: str = ""
    """Where a link says that it leads."""
    open: Callable[[], IO[bytes] | None] = lambda: None
    """Open a file's bytes; to be called before the next member is asked for."""
    tar: tarfile.TarInfo | None = None
    """For the standard library's own filter."""


@dataclass(frozen=True)
class Limits:
    """How much an archive may hold before it is taken for a bomb."""

    size: int
    """Bytes of all files together."""
    members: int = 200_000
    header: int = 16 * _MEGABYTE
    """Bytes read at once; tar keeps a header of the archive's own choosing in memory."""

    @classmethod
    def for_file(cls, path: Path) -> Limits:
        """Return what a file may hold: texts shrink to a tenth, a bomb's zeros to a thousandth."""
        return cls(size=max(256 * _MEGABYTE, 200 * path.stat().st_size))


class _Metered:
    """A decompressed stream that ends in an error where a bomb would begin."""

    def __init__(self, stream: Any, limits: Limits, archive: str) -> None:
        self._stream, self._limits, self._archive = stream, limits, archive

    def read(self, size: int = -1) -> bytes:
        if size < 0 or size > self._limits.header:
            raise DamagedArchiveError(self._archive, "a header claims to be of monstrous size")
        content: bytes = self._stream.read(size)
        return content

    def seek(self, offset: int) -> int:
        if offset > 2 * self._limits.size:  # headers and padding included
            raise DamagedArchiveError(self._archive, "a member claims to be of monstrous size")
        position: int = self._stream.seek(offset)
        return position

    def tell(self) -> int:
        position: int = self._stream.tell()
        return position


_DECOMPRESSORS: dict[str, Callable[..., Any]] = {
    "tar": open,
    "tar.gz": gzip.open,
    "tar.bz2": bz2.open,
    "tar.xz": lzma.open,
}


def read_tar(path: Path, form: str, archive: str, limits: Limits) -> Iterator[Member]:
    """Read a tar archive; `form` is `tar`, `tar.gz`, `tar.bz2` or `tar.xz`.

    Raises `DamagedArchiveError`, or one of `DAMAGE` as it comes from the standard library.
    """
    with closing(_DECOMPRESSORS[form](path, "rb")) as stream:
        metered: Any = _Metered(stream, limits, archive)
        with tarfile.open(fileobj=metered, mode="r:") as tar:
            for info in tar:
                yield _tar_member(tar, info)
            _check_rest(metered, tar.offset, archive)


def _check_rest(stream: _Metered, offset: int, archive: str) -> None:
    """See to it that nothing follows the end mark.

    tarfile takes a broken header for the end, and would lose the rest without a word. Reading on
    also lets the compression check its own checksum.
    """
    stream.seek(offset)
    while rest := stream.read(_MEGABYTE):
        if rest.strip(b"\0"):
            raise DamagedArchiveError(
                archive, "something that is no tar header follows its members"
            )


def _tar_member(tar: tarfile.TarFile, info: tarfile.TarInfo) -> Member:
    return Member(
        name=info.name,
        kind=_tar_kind(info),
        size=info.size if info.isreg() else 0,
        executable=bool(info.mode & stat.S_IXUSR),
        modified=float(info.mtime),
        link=info.linkname,
        open=lambda: tar.extractfile(info),
        tar=info,
    )


def _tar_kind(info: tarfile.TarInfo) -> Kind:
    if info.isreg():
        return Kind.FILE
    if info.isdir():
        return Kind.DIRECTORY
    if info.issym():
        return Kind.SYMBOLIC_LINK
    return Kind.HARD_LINK if info.islnk() else Kind.SPECIAL


def read_zip(path: Path, archive: str) -> Iterator[Member]:
    """Read a zip archive, through stricter eyes than the standard library's.

    Raises `ArchiveError`, or one of `DAMAGE` as it comes from the standard library.
    """
    with zipfile.ZipFile(path) as opened:
        for info in opened.infolist():
            _check_storage(info, archive)
            yield _zip_member(opened, info)


def _check_storage(info: zipfile.ZipInfo, archive: str) -> None:
    if info.flag_bits & 0x1:
        raise ArchiveError(archive, f"holds {info.filename!r} encrypted.")
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise ArchiveError(
            archive,
            f"holds {info.filename!r} compressed by method {info.compress_type}; "
            "expected stored or deflated.",
        )


def _zip_member(opened: zipfile.ZipFile, info: zipfile.ZipInfo) -> Member:
    mode = info.external_attr >> 16
    kind = _zip_kind(info, mode)
    link = ""
    if kind is Kind.SYMBOLIC_LINK:
        with opened.open(info) as stream:
            link = stream.read(4096).decode("utf-8")
    return Member(
        # zipfile has cut the name at a NUL and turned the machine's separators; judge the original.
        name=info.orig_filename,
        kind=kind,
        size=info.file_size if kind is Kind.FILE else 0,
        executable=bool(mode & stat.S_IXUSR),
        modified=time.mktime((*info.date_time, 0, 0, -1)),
        link=link,
        open=lambda: opened.open(info),
    )


def _zip_kind(info: zipfile.ZipInfo, mode: int) -> Kind:
    if stat.S_ISLNK(mode):
        return Kind.SYMBOLIC_LINK
    # Not is_dir(): it fails on a name that begins with a NUL, of which zipfile leaves nothing.
    if info.orig_filename.endswith("/") or stat.S_ISDIR(mode):
        return Kind.DIRECTORY
    return Kind.FILE if stat.S_IFMT(mode) in {0, stat.S_IFREG} else Kind.SPECIAL
