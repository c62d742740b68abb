"""Writing an archive's members below one directory, and never anywhere else.

The rules are those of PEP 706's `data` filter, which PEP 721 demands for source distributions, but
refused where the filter mends. Pythons before 3.10.12 and 3.11.4 lack the filter; elsewhere it is
asked too. No link exists while files are written, so that nothing can be written through one.
"""

from __future__ import annotations

import os
import posixpath
import re
import shutil
import tarfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from bootstrap.pep517.archive import DAMAGE, ArchiveError, DamagedArchiveError, Kind, Limits, Member

_HINT = (
    "Nothing of it was kept. No honest tool makes such an archive: tell the project, and do not "
    "install it."
)
_CHUNK = 1 << 20
_data_filter: Any = getattr(tarfile, "data_filter", None)


def fault_of_path(path: str) -> str | None:
    """Return what forbids a path in an archive, or None."""
    if "\0" in path:
        return "holds a NUL"
    if path.startswith("/"):
        return "is absolute"
    if re.match("[A-Za-z]:", path):
        return "names a drive"
    if "\\" in path:
        return "holds a backslash"
    return None


def fault_of_link(member: Member) -> str | None:
    """Return what forbids a link's goal, judged by its words alone, or None."""
    if fault := fault_of_path(member.link):
        return fault
    start = posixpath.dirname(member.name) if member.kind is Kind.SYMBOLIC_LINK else ""
    goal = posixpath.normpath(posixpath.join(start, member.link))
    return "leads outside" if goal == ".." or goal.startswith("../") else None


def parts_of(path: str) -> tuple[str, ...]:
    """Split a path of an archive, leaving out what says nothing."""
    return tuple(part for part in path.split("/") if part not in {"", "."})


class Unpacking:
    """The state of one unpacking: what has been written, as what, and how much more may be."""

    def __init__(self, archive: str, into: Path, limits: Limits) -> None:
        self._archive, self._into, self._limits = archive, into, limits
        self._kinds: dict[tuple[str, ...], Kind] = {}
        self._links: dict[tuple[str, ...], Member] = {}
        self._left = limits.size

    def write(self, members: Iterable[Member]) -> None:
        """Write all members; raises `ArchiveError` at the first that may not be written."""
        for count, member in enumerate(members, 1):
            if count > self._limits.members:
                raise self._refusal(f"holds more than {self._limits.members} members.")
            self._write_one(member)
        for parts, member in self._links.items():
            self._make_link(self._into.joinpath(*parts), member)
        for parts, member in self._links.items():
            self._check_link(self._into.joinpath(*parts), member)

    def _write_one(self, member: Member) -> None:
        self._check(member)
        parts = parts_of(member.name)
        if not parts:
            return
        self._claim(parts, member)
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

    def _check(self, member: Member) -> None:
        if member.kind is Kind.SPECIAL:
            raise self._refusal(f"holds {member.kind.value}, {member.name!r}.")
        if fault := fault_of_path(member.name):
            raise self._refusal(f"holds {member.name!r}, a path that {fault}.")
        if ".." in parts_of(member.name):
            raise self._refusal(f"holds {member.name!r}, a path that climbs out by '..'.")
        if member.kind in {Kind.SYMBOLIC_LINK, Kind.HARD_LINK} and (fault := fault_of_link(member)):
            raise self._refusal(
                f"holds {member.name!r}, {member.kind.value} to {member.link!r}, which {fault}."
            )
        self._ask_standard_library(member)

    def _ask_standard_library(self, member: Member) -> None:
        if _data_filter is None or member.tar is None:
            return
        try:
            _data_filter(member.tar, str(self._into))
        except tarfile.TarError as exc:  # FilterError, where it exists
            raise self._refusal(f"holds {member.name!r}, which is refused: {exc}.") from exc

    def _claim(self, parts: tuple[str, ...], member: Member) -> None:
        """Note what a path is going to be; the same file twice is the later one, as tar has it."""
        for length in range(1, len(parts)):
            above = self._kinds.setdefault(parts[:length], Kind.DIRECTORY)
            if above is not Kind.DIRECTORY:
                raise self._refusal(
                    f"holds {member.name!r}, which would be written through "
                    f"{'/'.join(parts[:length])!r}, {above.value}."
                )
        known = self._kinds.setdefault(parts, member.kind)
        if known is not member.kind or parts in self._links:
            raise self._refusal(
                f"holds {member.name!r} twice: as {known.value} and as {member.kind.value}."
            )

    def _write_file(self, path: Path, member: Member) -> None:
        path.unlink(missing_ok=True)
        source = member.open()
        if source is None:
            raise DamagedArchiveError(self._archive, f"{member.name!r} has no content")
        with source, path.open("xb") as goal:
            while chunk := source.read(_CHUNK):
                self._spend(len(chunk))
                goal.write(chunk)
        path.chmod(0o755 if member.executable else 0o644)
        with suppress(OSError, OverflowError):  # a time no file system can hold
            os.utime(path, (member.modified, member.modified))

    def _spend(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise self._refusal(
                f"unpacks to more than {self._limits.size >> 20} MiB, "
                "far more than a file of its size should."
            )

    def _copy(self, path: Path, member: Member) -> None:
        """Write a hard link as a copy of what it leads to, which must have come before."""
        parts = parts_of(member.link)
        original = self._into.joinpath(*parts)
        if self._kinds.get(parts) is not Kind.FILE:
            raise self._refusal(
                f"holds {member.name!r}, a hard link to {member.link!r}, "
                "which is no file that came before it."
            )
        self._spend(original.stat().st_size)
        self._kinds[parts_of(member.name)] = Kind.FILE
        path.unlink(missing_ok=True)
        shutil.copy2(original, path)

    def _make_link(self, path: Path, member: Member) -> None:
        try:
            path.symlink_to(member.link)
        except (OSError, NotImplementedError):
            # Windows without the privilege: a copy serves a build as well.
            goal = path.parent / member.link
            if goal.is_file():
                shutil.copy2(goal, path)

    def _check_link(self, path: Path, member: Member) -> None:
        """Ask the file system where a link leads: links through links can deceive the words."""
        if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(self._into)):
            raise self._refusal(
                f"holds {member.name!r}, a symbolic link to {member.link!r}, "
                "which leads outside by way of other links."
            )

    def _refusal(self, why: str) -> ArchiveError:
        return ArchiveError(self._archive, why, _HINT)


def unpack(members: Iterable[Member], archive: str, into: Path, limits: Limits) -> None:
    """Write an archive's members below `into`, a new directory, which goes again on any error.

    Raises `ArchiveError`; what the archive's reader or the file system raises is told as one.
    """
    into.mkdir(parents=True)
    try:
        Unpacking(archive, into, limits).write(members)
    except BaseException as exc:
        shutil.rmtree(into, ignore_errors=True)
        # A decompressor's OSError has no number: it is the bytes' fault, not the file system's.
        if isinstance(exc, DAMAGE) or (isinstance(exc, OSError) and exc.errno is None):
            raise DamagedArchiveError(archive, str(exc) or type(exc).__name__) from exc
        if isinstance(exc, OSError):
            raise ArchiveError(archive, f"could not be unpacked into {into}: {exc}.") from exc
        raise
