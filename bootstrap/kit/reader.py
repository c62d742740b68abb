"""Reading a kit: its footer, its manifest, and of its files those that are asked for."""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from bootstrap._vendor.packaging.requirements import InvalidRequirement, Requirement
from bootstrap._vendor.packaging.tags import Tag
from bootstrap._vendor.packaging.utils import BuildTag, InvalidWheelFilename, NormalizedName
from bootstrap._vendor.packaging.version import InvalidVersion, Version
from bootstrap.formats.documents import open_regular
from bootstrap.formats.filenames import parse_wheel_filename
from bootstrap.formats.specifiers import parse_requirement
from bootstrap.kit.defaults import Authority, authorities_of
from bootstrap.kit.errors import (
    DamagedKitError,
    NewerKitError,
    NotAKitError,
    UnreadableKitError,
)
from bootstrap.kit.layout import (
    END_SIZE,
    FOOTER_SIZE,
    FROZEN_SIZE,
    SHEBANG,
    WHEELS,
    Footer,
    FooterError,
    LaterVersionError,
    Member,
    data_offsets,
    engine_size,
    parse_footer,
)
from bootstrap.kit.manifest import Manifest, ManifestError, parse_manifest
from bootstrap.limits import KIT_MANIFEST_SIZE

if TYPE_CHECKING:
    from typing_extensions import Self

CHUNK = 1 << 20


class NamedWheel(NamedTuple):
    """A wheel of a kit, and what its name says."""

    member: Member
    version: Version
    build: BuildTag
    tags: frozenset[Tag]


class Kit:
    """An open kit; its files may be read from several threads."""

    def __init__(self, stream: BinaryIO, path: Path, engine_at: int, footer: Footer) -> None:
        self._stream, self._lock = stream, threading.Lock()
        self.path = path
        self.engine_at = engine_at
        """Where the engine begins."""
        self.footer = footer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    @property
    def id(self) -> str:
        """The digest of the manifest, and so of all files but the engine."""
        return self.footer.manifest_sha256

    @cached_property
    def manifest(self) -> Manifest:
        """The manifest. Raises `DamagedKitError`."""
        footer = self.footer
        if footer.manifest_size > KIT_MANIFEST_SIZE:
            raise DamagedKitError(
                self.path,
                "the manifest",
                f"at most {KIT_MANIFEST_SIZE} bytes",
                footer.manifest_size,
            )
        content = self.read_at(footer.manifest_offset, footer.manifest_size)
        found = hashlib.sha256(content).hexdigest()
        if found != footer.manifest_sha256:
            raise DamagedKitError(
                self.path, "the manifest", f"sha256 {footer.manifest_sha256}", found
            )
        try:
            return parse_manifest(content)
        except ManifestError as error:
            raise DamagedKitError(self.path, "the manifest", "a valid one", error) from error

    @cached_property
    def members(self) -> Mapping[str, Member]:
        """All files but the manifest, by their names."""
        return {member.name: member for member in self.manifest.members}

    @cached_property
    def wheels(self) -> Mapping[str, Member]:
        """The wheels, by their file names."""
        return {
            name.removeprefix(WHEELS): member
            for name, member in self.members.items()
            if name.startswith(WHEELS)
        }

    @cached_property
    def projects(self) -> Mapping[NormalizedName, Sequence[NamedWheel]]:
        """The wheels of each project. Raises `DamagedKitError`."""
        found: dict[NormalizedName, list[NamedWheel]] = {}
        for filename, member in self.wheels.items():
            try:
                name, version, build, tags = parse_wheel_filename(filename)
            except (InvalidWheelFilename, InvalidVersion) as error:
                expected = "the name of a wheel"
                raise DamagedKitError(self.path, "the manifest", expected, filename) from error
            found.setdefault(name, []).append(NamedWheel(member, version, build, tags))
        return found

    @cached_property
    def requirements(self) -> tuple[Requirement, ...]:
        """What was asked for when the kit was packed. Raises `DamagedKitError`."""
        manifest = self.manifest
        try:
            texts = filter(None, (manifest.installer, *manifest.requirements))
            return tuple(map(parse_requirement, texts))
        except InvalidRequirement as error:
            raise DamagedKitError(self.path, "the manifest", "requirements", error) from error

    @cached_property
    def authorities(self) -> tuple[Authority, ...]:
        """The certificate authorities in it. Raises `DamagedKitError`."""
        try:
            return authorities_of(self.manifest.certificates.values())
        except ValueError as error:
            raise DamagedKitError(self.path, "the manifest", "certificates", error) from error

    @cached_property
    def _offsets(self) -> Mapping[str, int]:
        offsets = data_offsets(self.manifest.members)
        return {
            member.name: len(SHEBANG) + offset
            for member, offset in zip(self.manifest.members, offsets, strict=True)
        }

    def place_of(self, member: Member) -> int:
        """Return at which byte of the kit a file begins."""
        return self._offsets[member.name]

    def damage(self, member: Member, found: str) -> DamagedKitError:
        """Return the error for a file that has another sha256."""
        where = f"{member.name} at byte {self._offsets[member.name]}"
        return DamagedKitError(self.path, where, f"sha256 {member.sha256}", found)

    def open(self, member: Member) -> BinaryIO:
        """Open a file; nothing is checked. Raises `DamagedKitError` where it cannot be there."""
        begin = self._offsets[member.name]
        if begin + member.size > self.footer.manifest_offset:
            at = f"{member.name} at byte {begin}"
            raise DamagedKitError(self.path, at, f"{member.size} bytes", "the manifest")
        return io.BufferedReader(_Section(self, begin, member.size), CHUNK)

    def chunks(self, member: Member) -> Iterator[bytes]:
        """Yield a file's bytes; the last chunk only if all of them have the manifest's digest.

        Raises `DamagedKitError`.
        """
        digest, last = hashlib.sha256(), b""
        with self.open(member) as stream:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
                if last:
                    yield last
                last = chunk
        if digest.hexdigest() != member.sha256:
            raise self.damage(member, digest.hexdigest())
        if last:
            yield last

    def read(self, name: str, limit: int) -> bytes:
        """Return a small file, checked. Raises `DamagedKitError`."""
        member = self.members.get(name)
        if member is None or member.size > limit:
            found = "none" if member is None else f"{member.size} bytes"
            raise DamagedKitError(self.path, name, f"at most {limit} bytes", found)
        return b"".join(self.chunks(member))

    def read_at(self, offset: int, size: int) -> bytes:
        """Return the bytes at a place. Raises `DamagedKitError` where the file ends before."""
        try:
            with self._lock:
                self._stream.seek(offset)
                content = self._stream.read(size)
        except OSError as error:
            raise UnreadableKitError(self.path, error) from error
        if len(content) != size:
            raise DamagedKitError(
                self.path, f"byte {offset}", f"{size} bytes", f"{len(content)} (it is truncated)"
            )
        return content


class _Section(io.RawIOBase):
    """A part of a kit as a file."""

    def __init__(self, kit: Kit, begin: int, size: int) -> None:
        self._kit, self._begin, self._size, self._at = kit, begin, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        base = {0: 0, 1: self._at, 2: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]  # typeshed's Buffer is newer than 3.10
        wanted = max(0, min(len(view), self._size - self._at))
        view[:wanted] = self._kit.read_at(self._begin + self._at, wanted)
        self._at += wanted
        return wanted


def open_kit(path: Path) -> Kit:
    """Open a file as a kit.

    Raises `NotAKitError`, `DamagedKitError`, `NewerKitError` and `UnreadableKitError`.
    """
    try:
        stream = open_regular(path)
    except OSError as error:
        raise UnreadableKitError(path, error) from error
    try:
        return open_before_engine(stream, path, _find_engine(stream, path))
    except BaseException:
        stream.close()
        raise


def _find_engine(stream: BinaryIO, path: Path) -> int:
    size = stream.seek(0, 2)
    stream.seek(max(0, size - END_SIZE))
    engine = engine_size(stream.read())
    if 0 < engine <= size:
        return size - engine
    stream.seek(0)
    if stream.read(len(SHEBANG)) == SHEBANG:
        raise DamagedKitError(path, f"byte {size}", "the end of get-installer.pyz", "another one")
    raise NotAKitError(path, "it does not end with get-installer.pyz")


def open_before_engine(stream: BinaryIO, path: Path, engine_at: int) -> Kit:
    """Open the kit whose engine begins at a place. Raises as `open_kit` does."""
    if engine_at == 0:
        raise NotAKitError(path, "it is a get-installer.pyz without wheels")
    stream.seek(max(0, engine_at - FOOTER_SIZE))
    content = stream.read(min(FOOTER_SIZE, engine_at))
    try:
        footer = parse_footer(content)
    except LaterVersionError as error:
        raise NewerKitError(path, error.needs) from error
    except FooterError as error:
        raise DamagedKitError(
            path, f"byte {engine_at - FROZEN_SIZE}", "a footer", str(error)
        ) from error
    begin = engine_at - len(content) - footer.payload_size
    if begin != len(SHEBANG):
        raise DamagedKitError(
            path, "the beginning", f"{len(SHEBANG)} bytes before the payload", begin
        )
    return Kit(stream, path, engine_at, footer)
