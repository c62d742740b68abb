"""The .pyz that is running: its bytes, and the kit that it is the end of."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, cast

import bootstrap
from bootstrap._archive import MemoryArchive, MemoryImporter
from bootstrap.kit.errors import NoEngineError
from bootstrap.kit.reader import Kit, open_before_engine


def running_engine() -> bytes:
    """Return the bytes of the .pyz that is running, of a kit its end. Raises `NoEngineError`."""
    loader = getattr(bootstrap.__spec__, "loader", None)
    files = getattr(loader, "files", None)
    data = getattr(files, "data", None)
    if not isinstance(data, bytes) or not Path(str(getattr(loader, "path", ""))).is_absolute():
        raise NoEngineError
    return data


def running_kit() -> Kit | None:
    """Return the kit that is running. Raises as `open_kit` does."""
    loader = getattr(bootstrap.__spec__, "loader", None)
    stream: BinaryIO | None = getattr(loader, "kit", None)
    if stream is None:
        return None
    importer = cast("MemoryImporter", loader)
    engine = cast("MemoryArchive", importer.files).data
    return open_before_engine(stream, Path(importer.path), stream.seek(0, 2) - len(engine))
