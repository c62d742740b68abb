"""METADATA out of a wheel, wherever its bytes lie."""

from __future__ import annotations

import zipfile
from typing import IO

from bootstrap.errors import BootstrapError


class MalformedWheelError(BootstrapError):
    """A file that is named like a wheel and is none."""

    def __init__(self, filename: str, why: str) -> None:
        self.filename, self.why = filename, why
        super().__init__(
            f"{filename} is no sound wheel: {why}.",
            hint="It may have been cut off on its way. Ask who published it.",
        )


def read_metadata(stream: IO[bytes], filename: str) -> bytes:
    """Return the bytes of `*.dist-info/METADATA`.

    Raises `MalformedWheelError` where it is no zip or has no such file, or several.
    """
    try:
        with zipfile.ZipFile(stream) as archive:
            found = [each for each in archive.namelist() if _is_metadata(each)]
            if len(found) != 1:
                raise MalformedWheelError(filename, f"it has {len(found)} METADATA files")
            return archive.read(found[0])
    except (zipfile.BadZipFile, EOFError, RuntimeError, NotImplementedError, ValueError) as error:
        raise MalformedWheelError(filename, str(error) or "it is no zip file") from error


def _is_metadata(path: str) -> bool:
    directory, _, name = path.rpartition("/")
    return name == "METADATA" and directory.endswith(".dist-info") and "/" not in directory
