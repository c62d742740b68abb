"""Whether a step's output is still that of its inputs: a digest kept beside the output."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


@dataclass(frozen=True)
class Stamp:
    """The file that says from which inputs, by their digest, an output was made."""

    path: Path
    digest: str

    def holds(self) -> bool:
        """Tell whether the output was made from these inputs."""
        return self.path.is_file() and self.path.read_text(encoding="utf-8") == self.digest

    def write(self) -> None:
        """Say that the output now is what these inputs make; the last act of a step."""
        self.path.write_text(self.digest, encoding="utf-8")


def digest_of(*parts: bytes) -> str:
    """Return the SHA-256 of the parts, each with its length, so that none runs into the next."""
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
