"""Makes small kits for tests."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from bootstrap.kit.layout import SHEBANG
from bootstrap.kit.manifest import Manifest
from bootstrap.kit.writer import open_writer

FILES = {"wheels/a-1.0-py3-none-any.whl": b"wheel a", "wheels/ü.whl": b"x" * 5000, "empty": b""}


def an_engine(text: str = "print('here I am')") -> bytes:
    """Return a small .pyz, as our build writes it: offsets count from the shebang."""
    file = io.BytesIO()
    file.write(SHEBANG)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(zipfile.ZipInfo("__main__.py"), text)
    return file.getvalue()


def write_kit(
    path: Path,
    files: Mapping[str, bytes] | None = None,
    manifest: Manifest | None = None,
    engine: bytes | None = None,
) -> Path:
    """Write a kit of the given files."""
    with open_writer(path) as writer:
        for name, content in (FILES if files is None else files).items():
            writer.add_bytes(name, content)
        writer.finish(manifest or Manifest(), an_engine() if engine is None else engine)
    return path
