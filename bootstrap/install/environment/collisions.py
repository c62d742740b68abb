"""Names that a case-insensitive file system takes for the same (macOS, Windows)."""

from __future__ import annotations

import os
from collections.abc import Iterable

from bootstrap.install.archive.names import folded


def ignores_case(directory: str) -> bool:
    """Whether the file system of a directory finds it under another spelling of its name, too."""
    parent, name = os.path.split(directory)
    return os.path.lexists(os.path.join(parent, name.swapcase()))


def other_spelling(name: str, present: Iterable[str]) -> str | None:
    """Return the name under which a directory holds a file already, if that is spelt otherwise."""
    present = set(present)
    if name in present:
        return None
    return next((each for each in sorted(present) if folded(each) == folded(name)), None)
