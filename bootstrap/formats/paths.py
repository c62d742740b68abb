"""Paths in texts of others: what no file system can have is refused before it is looked for."""

from __future__ import annotations

import os
import re
from pathlib import Path

from bootstrap.limits import FILENAME_LENGTH, PATH_LENGTH, LimitError, require_length

_DEVICE = re.compile(
    r"(?:^|[\\/:])((?:con|prn|aux|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:\s*\.[^\\/]*)?)\s*(?:$|[\\/])",
    re.IGNORECASE,
)
"""A file of that name in any directory is a device on Windows. `nul` may be named."""
_LITERAL = ("\\\\?\\", "//?/")
"""Before a path that Windows takes as it is. It removes dots and spaces at the end of the names of
others, and so do some of its functions here: then another file would be written than was named."""
_TRAILING = re.compile(r"([^\\/]*[. ])(?:[\\/]|$)")


def parse_path(text: str) -> Path:
    """Return a path, with `~` and `~USER` expanded as in a shell. Raises `ValueError`.

    An unknown user's directory stays as it is written.
    """
    require_length(text, PATH_LENGTH)
    if os.name == "nt" and (device := _DEVICE.search(text)):
        raise ValueError(f"{device[1]} is the name of a device")
    if os.name == "nt" and text.startswith(_LITERAL) and (found := _TRAILING.search(text[4:])):
        raise ValueError(
            f"{found[1]!r} ends with a dot or a space, which Windows removes elsewhere"
        )
    if "\0" in text:
        raise ValueError("a NUL, which no path can contain")
    if any(len(os.fsencode(name)) > FILENAME_LENGTH for name in text.replace("\\", "/").split("/")):
        raise LimitError(FILENAME_LENGTH, "bytes in a name")
    return Path(os.path.expanduser(text))  # noqa: PTH111  # pathlib raises for an unknown user
