"""The first lines of the two files that the build writes: the gate, then the start.

The build joins these files as text. The gate runs on Pythons as old as 2.7.
"""

from __future__ import annotations

from pathlib import Path


def head(start: str) -> bytes:
    """Return the gate, followed by `from_file` (a .pyz) or `from_text` (the twin)."""
    home = Path(__file__).parent
    gate, rest = ((home / f"{name}.py").read_bytes() for name in ("gate", start))
    return gate + b"\n" + rest
