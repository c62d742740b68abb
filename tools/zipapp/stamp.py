"""Whether the output of a step is up to date: a digest of its inputs is kept beside it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


@dataclass(frozen=True)
class Stamp:
    """A file with the digest of the inputs that an output was made from."""

    path: Path
    digest: str

    def holds(self) -> bool:
        """Return whether the output was made from these inputs."""
        return self.path.is_file() and self.path.read_text(encoding="utf-8") == self.digest

    def write(self) -> None:
        """Record that the output was made from these inputs; called at the end of a step."""
        self.path.write_text(self.digest, encoding="utf-8")


def digest_of(*parts: bytes) -> str:
    """Return the SHA-256 of the parts, each preceded by its length."""
    sha256 = hashlib.sha256()
    for part in parts:
        sha256.update(b"%d:" % len(part))
        sha256.update(part)
    return sha256.hexdigest()


def digest_of_files(files: Iterable[Path], root: Path) -> str:
    """Return one digest of the files' contents and of their names below `root`."""
    parts: list[bytes] = []
    for file in sorted(files):
        parts += [file.relative_to(root).as_posix().encode(), file.read_bytes()]
    return digest_of(*parts)
