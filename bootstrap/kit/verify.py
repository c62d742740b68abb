"""Verifying a kit: each of its bytes is compared with what wrote it, or with a digest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bootstrap.dataclasses import dataclass
from bootstrap.kit.errors import DamagedKitError, OtherKitError
from bootstrap.kit.layout import (
    MANIFEST,
    SHEBANG,
    Footer,
    Member,
    central_directory,
    local_header,
)
from bootstrap.kit.lock import check_lock
from bootstrap.kit.reader import CHUNK
from bootstrap.ui import NO_ACTIVITY, Activity

if TYPE_CHECKING:
    from bootstrap.kit.reader import Kit


@dataclass(frozen=True)
class Evidence:
    """What was verified."""

    files: int
    size: int
    kit_id: str
    engine_sha256: str

    @property
    def facts(self) -> dict[str, str | int]:
        """The same for `--json`, with the names that `inspect --json` has."""
        return {
            "id": self.kit_id,
            "engine-sha256": self.engine_sha256,
            "files": self.files,
            "size": self.size,
        }

    def __str__(self) -> str:
        return (
            f"OK: {self.files} files, {self.size:,} bytes\n"
            f"  ID: {self.kit_id}\n"
            f"  Engine: sha256 {self.engine_sha256}"
        )


def verify(kit: Kit, expected_id: str | None = None, activity: Activity = NO_ACTIVITY) -> Evidence:
    """Check every byte of a kit. Raises `DamagedKitError` and `OtherKitError`.

    :param expected_id: the kit's ID, from whoever packed it: its own files cannot prove who did
    """
    footer = kit.footer
    members = kit.manifest.members
    activity.start(sum(member.size for member in members))
    _compare(kit, 0, SHEBANG, "the first line")
    at = len(SHEBANG)
    crc, size = _manifest_checksum(kit), footer.manifest_size
    manifest = Member(MANIFEST, size, crc, footer.manifest_sha256)
    everything = (*members, manifest)
    for member in everything:
        header = local_header(member)
        _compare(kit, at, header, f"the header of {member.name}")
        at += len(header)
        if member is manifest and at != footer.manifest_offset:
            raise DamagedKitError(kit.path, "the manifest", f"byte {at}", footer.manifest_offset)
        if member is not manifest:
            for chunk in kit.chunks(member):
                activity.advance(len(chunk))
        at += member.size
    for piece in central_directory(everything):
        _compare(kit, at, piece, "the directory of the payload")
        at += len(piece)
    packed = footer.pack()
    _compare(kit, at, packed, "the footer")
    at += len(packed)
    if at != kit.engine_at:
        raise DamagedKitError(kit.path, "the engine", f"byte {at}", f"byte {kit.engine_at}")
    _check_engine(kit, footer)
    check_lock(kit)
    if expected_id is not None and expected_id.lower().removeprefix("sha256:") != kit.id:
        raise OtherKitError(kit.path, expected_id, kit.id)
    total = kit.engine_at + footer.engine_size
    return Evidence(len(everything), total, kit.id, footer.engine_sha256)


def _manifest_checksum(kit: Kit) -> int:
    import zlib

    return zlib.crc32(kit.read_at(kit.footer.manifest_offset, kit.footer.manifest_size))


def _compare(kit: Kit, at: int, expected: bytes, what: str) -> None:
    found = kit.read_at(at, len(expected))
    if found != expected:
        first = next(
            n for n, pair in enumerate(zip(expected, found, strict=True)) if len({*pair}) > 1
        )
        values = f"{expected[first]:#04x}", f"{found[first]:#04x}"
        raise DamagedKitError(kit.path, f"{what}, byte {at + first}", *values)


def _check_engine(kit: Kit, footer: Footer) -> None:
    digest = hashlib.sha256()
    for chunk in _chunks(kit, kit.engine_at, footer.engine_size):
        digest.update(chunk)
    if digest.hexdigest() != footer.engine_sha256:
        where = f"get-installer.pyz at byte {kit.engine_at}"
        raise DamagedKitError(kit.path, where, f"sha256 {footer.engine_sha256}", digest.hexdigest())


def _chunks(kit: Kit, at: int, size: int) -> Iterator[bytes]:
    while size > 0:
        chunk = kit.read_at(at, min(size, CHUNK))
        yield chunk
        at, size = at + len(chunk), size - len(chunk)
