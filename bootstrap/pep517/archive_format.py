"""The format of an archive: its first bytes decide, and its name must not contradict them."""

from __future__ import annotations

import re
from pathlib import Path

from bootstrap.pep517.archive import ArchiveError, DamagedArchiveError

_SUFFIXES = {
    "zip": r"\.zip",
    "tar.gz": r"\.tar\.gz|\.tgz",
    "tar.bz2": r"\.tar\.bz2|\.tbz2?",
    "tar.xz": r"\.tar\.xz|\.txz|\.tar\.lzma|\.tlz",
    "tar": r"\.tar",
}
_MAGIC = {
    b"PK\3\4": "zip",
    b"PK\5\6": "zip",
    b"\x1f\x8b": "tar.gz",
    b"BZh": "tar.bz2",
    b"\xfd7zXZ\0": "tar.xz",
    b"\x5d\0\0": "tar.xz",  # the older form of LZMA, which the same decompressor reads
}
_LZIP = b"LZIP"


def detect_format(path: Path, filename: str) -> str:
    """Return `zip`, `tar`, `tar.gz`, `tar.bz2` or `tar.xz`. Raises `ArchiveError`."""
    with path.open("rb") as stream:
        head = stream.read(512)
    found = next((each for magic, each in _MAGIC.items() if head.startswith(magic)), None)
    if head[257:262] == b"ustar":
        found = "tar"
    if head.startswith(_LZIP):
        raise ArchiveError(
            filename,
            "is compressed by lzip, which is not supported.",
            "Decompress it with lzip, and name the .tar file.",
        )
    if found is None:
        raise DamagedArchiveError(filename, "it is neither a tar nor a zip archive")
    matching = (
        each for each, ends in _SUFFIXES.items() if re.search(f"({ends})$", filename.lower())
    )
    named = next(matching, found)
    if named != found:
        raise ArchiveError(
            filename,
            f"is named as a {named} archive, but is a {found} archive.",
            "It was renamed, or decompressed during the transfer: download it again.",
        )
    return found
