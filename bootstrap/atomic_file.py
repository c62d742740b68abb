"""Files that appear whole or not at all: written under another name, then renamed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bootstrap.file_changes import replace, unlink


@contextmanager
def temporary_beside(path: Path, prefix: str = ".get-installer-") -> Iterator[Path]:
    """Yield an unused name in the directory of `path`; remove what still has it at the end."""
    temporary = path.with_name(f"{prefix}{os.urandom(8).hex()}")
    try:
        yield temporary
    finally:
        with suppress(OSError):
            unlink(temporary)


def write_atomically(
    path: Path,
    data: bytes,
    *,
    mode: int = 0o666,
    sync: bool = False,
    prefix: str = ".get-installer-",
) -> None:
    """Create or replace a file in one step: readers see the old content or the new.

    Raises OSError; the old file is unchanged then.

    :param mode: the new file's mode, before the umask
    :param sync: wait until the data is on the disk before the file gets its name
    :param prefix: how the temporary file's name begins
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with temporary_beside(path, prefix) as temporary:
        with os.fdopen(os.open(temporary, flags, mode), "wb") as stream:
            stream.write(data)
            if sync:
                stream.flush()
                os.fsync(stream.fileno())
        replace(temporary, path)
