"""Writes the wheel and the sdist of this checkout, which is complete; run by the build's Python."""

from __future__ import annotations

import os
import sys

from tools.packaging import backend

_OLDEST_TIME = "315532800"
"""1980-01-01, the first time that a zip file can hold."""


def main(directory: str) -> None:
    """Write both into a directory; the same sources give the same bytes."""
    os.environ["SOURCE_DATE_EPOCH"] = _OLDEST_TIME
    backend.write_wheel(directory)
    backend.write_sdist(directory)


if __name__ == "__main__":
    main(*sys.argv[1:])
