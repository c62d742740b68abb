"""Paths in texts of others: what no file system can have is refused before it is looked for."""

from __future__ import annotations

import os
from pathlib import Path

from bootstrap.limits import FILENAME_LENGTH, PATH_LENGTH, LimitError, require_length


def parse_path(text: str) -> Path:
    """Return a path, with `~` and `~USER` expanded as in a shell. Raises `ValueError`.

    An unknown user's directory stays as it is written.
    """
    require_length(text, PATH_LENGTH)
    if "\0" in text:
        raise ValueError("a NUL, which no path can contain")
    if any(len(os.fsencode(name)) > FILENAME_LENGTH for name in text.replace("\\", "/").split("/")):
        raise LimitError(FILENAME_LENGTH, "bytes in a name")
    return Path(os.path.expanduser(text))  # noqa: PTH111  # pathlib raises for an unknown user
