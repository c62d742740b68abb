"""Source distributions: unpacks the members of an archive below one directory, never elsewhere.

The rules are those of PEP 706's `data` filter, which PEP 721 requires for source distributions, but
violations are refused where the filter corrects them. Pythons before 3.10.12 and 3.11.4 do not have
the filter; in others it is applied too. Links are created after all files are written, so that
nothing can be written through one.
"""

from __future__ import annotations

import os
import posixpath
import re
import shutil
import tarfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from bootstrap.file_changes import remove_tree
from bootstrap.limits import PATH_LENGTH, LimitError
from bootstrap.pep517.archive import (
    DAMAGE,
    ArchiveError,
    DamagedArchiveError,
    Kind,
    Limits,
    Member,
    read_tar,
    read_zip,
)
from bootstrap.pep517.archive_format import detect_format

_HINT = (
    "Nothing of it was kept. No ordinary tool creates such an archive: report it to the project, "
    "and do not install it."
)
_CHUNK = 1 << 20
_LINKS_IN_A_ROW = 40
"""How many links one after another are followed, as by Linux."""
_data_filter: Any = getattr(tarfile, "data_filter", None)


def unpack_sdist(path: Path, filename: str, into: Path, limits: Limits | None = None) -> Path:
    """Unpack an archive into the new directory `into` and return its one top-level directory.

    An old source distribution may have none, and all files at its top; then that is `into`, as in
    pip. Any name is allowed: an archive may come from a URL. Raises `ArchiveError`; then `into`
    does not exist.
    """
    limits = limits or Limits.for_file(path)
    archive_format = detect_format(path, filename)
    read = read_zip if archive_format == "zip" else partial(read_tar, archive_format=archive_format)
    unpack(partial(read, path, filename, limits), filename, into, limits)
    found = list(into.iterdir())
    if not found:
        remove_tree(into)
        raise DamagedArchiveError(filename, "it contains no files")
    is_flat = len(found) > 1 or not found[0].is_dir() or found[0].is_symlink()
    return into if is_flat else found[0]


def unpack(read: Callable[[], Iterable[Member]], archive: str, into: Path, limits: Limits) -> None:
    """Write an archive's members below `into`, a new directory, which is removed on any error.

    They are read twice: nothing is written of an archive that is too large. Raises `ArchiveError`,
    also for errors of the archive's reader and the file system.
    """
    into.mkdir(parents=True)
    try:
        _measure(read(), archive, limits)
        Unpacker(archive, into, limits).write(read())
    except BaseException as exc:
        remove_tree(into)
        # An OSError of a decompressor has no errno: the bytes are wrong, not the file system.
        if isinstance(exc, DAMAGE) or (isinstance(exc, OSError) and exc.errno is None):
            is_nested = isinstance(exc, RecursionError)
            why = "it is nested too deeply" if is_nested else str(exc) or type(exc).__name__
            raise DamagedArchiveError(archive, why) from exc
        if isinstance(exc, OSError):
            raise ArchiveError(archive, f"cannot be unpacked into {into}: {exc}.") from exc
        raise


def _measure(members: Iterable[Member], archive: str, limits: Limits) -> None:
    """Refuse an archive by what its headers announce. Raises `ArchiveError`."""
    size = 0
    for count, member in enumerate(members, 1):
        size += member.size
        if count > limits.members:
            raise ArchiveError(archive, f"contains {LimitError(limits.members, 'members')}.", _HINT)
        if size > limits.size:
            raise _too_large(archive, limits)


def _too_large(archive: str, limits: Limits) -> ArchiveError:
    why = f"unpacks to more than {limits.size >> 20} MiB, far more than expected for its size."
    return ArchiveError(archive, why, _HINT)


def check_path(path: str) -> str | None:
    """Return why a path in an archive is not allowed, or None if it is."""
    if "\0" in path:
        return "contains a NUL"
    if len(path) > PATH_LENGTH:
        return f"has {LimitError(PATH_LENGTH, 'characters')}"
    if path.startswith("/"):
        return "is absolute"
    if re.match("[A-Za-z]:", path):
        return "has a drive letter"
    if "\\" in path:
        return "contains a backslash"
    return None


def split_path(path: str) -> tuple[str, ...]:
    """Split a path of an archive, without empty parts and `.`."""
    return tuple(part for part in path.split("/") if part not in {"", "."})


class Unpacker:
    """Writes members: remembers what was written and as what, and how many bytes are left."""

    def __init__(self, archive: str, into: Path, limits: Limits) -> None:
        self._archive, self._into, self._limits = archive, into, limits
        self._kinds: dict[tuple[str, ...], Kind] = {}
        self._links: dict[tuple[str, ...], Member] = {}
        self._bytes_left = limits.size

    def write(self, members: Iterable[Member]) -> None:
        """Write all members. Raises `ArchiveError` at the first that is not allowed."""
        for member in members:
            self._check(member)
            if parts := split_path(member.name):
                self._write_member(parts, member)
        paths = {self._into.joinpath(*parts): member for parts, member in self._links.items()}
        _create_links({path: member.link for path, member in paths.items()}, self._into)
        for path, member in paths.items():
            # Checked in the file system: the text of a link may lead through other links.
            if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(self._into)):
                raise self._error(
                    f"contains {member.quoted_name}, a symbolic link to {member.quoted_link}, "
                    "which leads outside through other links."
                )

    def _check(self, member: Member) -> None:
        if member.kind is Kind.SPECIAL:
            raise self._error(f"contains {member.kind.value}, {member.quoted_name}.")
        if reason := check_path(member.name):
            raise self._error(f"contains {member.quoted_name}, a path that {reason}.")
        if ".." in split_path(member.name):
            raise self._error(f"contains {member.quoted_name}, a path with '..'.")
        if reason := _check_link(member):
            raise self._error(
                f"contains {member.quoted_name}, {member.kind.value} to {member.quoted_link}, "
                f"which {reason}."
            )
        if _data_filter is not None and member.tar is not None:
            try:
                _data_filter(member.tar, str(self._into))
            except tarfile.TarError as exc:  # FilterError, where it exists
                raise self._error(
                    f"contains {member.quoted_name}, which is refused: {exc}."
                ) from exc

    def _write_member(self, parts: tuple[str, ...], member: Member) -> None:
        self._record_kind(parts, member)
        path = self._into.joinpath(*parts)
        if member.kind is Kind.DIRECTORY:
            path.mkdir(parents=True, exist_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        if member.kind is Kind.FILE:
            self._write_file(path, member)
        elif member.kind is Kind.HARD_LINK:
            self._copy(path, member)
        else:
            self._links[parts] = member

    def _record_kind(self, parts: tuple[str, ...], member: Member) -> None:
        """Remember the kind of a path; of the same file twice the later one is kept, as in tar."""
        for length in range(len(parts) - 1, 0, -1):
            above = self._kinds.get(parts[:length])
            if above is Kind.DIRECTORY:
                break  # and so are all above it
            self._kinds[parts[:length]] = Kind.DIRECTORY
            if above is not None:
                raise self._error(
                    f"contains {member.quoted_name}, which would be written through "
                    f"{'/'.join(parts[:length])!r}, {above.value}."
                )
        known = self._kinds.setdefault(parts, member.kind)
        if known is not member.kind or parts in self._links:
            raise self._error(
                f"contains {member.quoted_name} twice: as {known.value} and as {member.kind.value}."
            )

    def _write_file(self, path: Path, member: Member) -> None:
        path.unlink(missing_ok=True)
        source = member.open()
        if source is None:
            raise DamagedArchiveError(self._archive, f"{member.quoted_name} has no content")
        with source, path.open("xb") as target:
            while chunk := source.read(_CHUNK):
                self._count(len(chunk))
                target.write(chunk)
        path.chmod(0o755 if member.executable else 0o644)
        with suppress(OSError, OverflowError):  # a time that the file system does not support
            os.utime(path, (member.modified, member.modified))

    def _copy(self, path: Path, member: Member) -> None:
        """Write a hard link as a copy of its target, which must come before it."""
        parts = split_path(member.link)
        original = self._into.joinpath(*parts)
        if self._kinds.get(parts) is not Kind.FILE:
            raise self._error(
                f"contains {member.quoted_name}, a hard link to {member.quoted_link}, "
                "which is not a file before it."
            )
        self._count(original.stat().st_size)
        self._kinds[split_path(member.name)] = Kind.FILE
        path.unlink(missing_ok=True)
        shutil.copy2(original, path)

    def _count(self, size: int) -> None:
        self._bytes_left -= size
        if self._bytes_left < 0:
            raise _too_large(self._archive, self._limits)

    def _error(self, why: str) -> ArchiveError:
        return ArchiveError(self._archive, why, _HINT)


def _check_link(member: Member) -> str | None:
    """Return why a link is not allowed, judged by its text alone, or None."""
    if member.kind not in {Kind.SYMBOLIC_LINK, Kind.HARD_LINK}:
        return None
    if reason := check_path(member.link):
        return reason
    start = posixpath.dirname(member.name) if member.kind is Kind.SYMBOLIC_LINK else ""
    target = posixpath.normpath(posixpath.join(start, member.link))
    return "leads outside" if target == ".." or target.startswith("../") else None


def _create_links(links: Mapping[Path, str], root: Path) -> None:
    """Create links. On Windows without the privilege, a second name or a copy is good enough.

    A link may lead to another one that comes later in the archive.
    """
    refused = [path for path, target in links.items() if not _create_link(path, target)]
    for _ in range(_LINKS_IN_A_ROW):
        refused = [path for path in refused if not _copy_target(path, links[path], root)]


def _create_link(path: Path, target: str) -> bool:
    try:
        path.symlink_to(target.replace("/", os.sep))
    except (OSError, NotImplementedError):
        return False
    return True


def _copy_target(path: Path, target: str, root: Path) -> bool:
    original = path.parent / target
    is_inside = Path(os.path.realpath(original)).is_relative_to(os.path.realpath(root))
    if not is_inside or not original.is_file():
        return False
    try:
        os.link(original, path)
    except (OSError, NotImplementedError):
        shutil.copy2(original, path)
    return True
