"""Source distributions: from the archive to the source tree inside.

Their names (PEP 625) are the index room's business; an archive named by URL may have any name.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from bootstrap.pep517.archive import ArchiveError, DamagedArchiveError, Limits, read_tar, read_zip
from bootstrap.pep517.unpack import unpack

_FORMS = {
    "zip": r"\.zip",
    "tar.gz": r"\.tar\.gz|\.tgz",
    "tar.bz2": r"\.tar\.bz2|\.tbz2?",
    "tar.xz": r"\.tar\.xz|\.txz",
    "tar": r"\.tar",
}
_MAGIC = {
    b"PK\3\4": "zip",
    b"PK\5\6": "zip",
    b"\x1f\x8b": "tar.gz",
    b"BZh": "tar.bz2",
    b"\xfd7zXZ\0": "tar.xz",
}


def unpack_sdist(path: Path, filename: str, into: Path, limits: Limits | None = None) -> Path:
    """Unpack an archive into the new directory `into` and return its one top-level directory.

    Raises `ArchiveError`; then `into` does not exist.
    """
    limits = limits or Limits.for_file(path)
    form = _form(path, filename)
    members = read_zip(path, filename) if form == "zip" else read_tar(path, form, filename, limits)
    unpack(members, filename, into, limits)
    return _top_level_directory(into, filename)


def _form(path: Path, filename: str) -> str:
    """Return the archive's form, by its first bytes; its name may not say otherwise."""
    found = _form_found(path)
    named = next(
        (form for form, ends in _FORMS.items() if re.search(f"({ends})$", filename.lower())), None
    )
    if found is None:
        raise DamagedArchiveError(filename, "it is neither a tar nor a zip archive")
    if named not in {None, found}:
        raise ArchiveError(
            filename,
            f"is named as a {named} archive, but is a {found} archive.",
            "Something renamed it, or unpacked it on its way; fetch it again.",
        )
    return found


def _form_found(path: Path) -> str | None:
    with path.open("rb") as stream:
        head = stream.read(512)
    if head[257:262] == b"ustar":
        return "tar"
    return next((form for magic, form in _MAGIC.items() if head.startswith(magic)), None)


def _top_level_directory(into: Path, filename: str) -> Path:
    found = sorted(into.iterdir())
    if len(found) != 1 or not found[0].is_dir() or found[0].is_symlink():
        names = ", ".join(repr(path.name) for path in found[:5]) or "nothing"
        shutil.rmtree(into, ignore_errors=True)
        raise ArchiveError(
            filename,
            f"is not one top-level directory; found {names}.",
            "A source distribution holds one directory, NAME-VERSION, with everything in it.",
        )
    return found[0]
