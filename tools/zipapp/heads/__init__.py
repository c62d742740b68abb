"""The first lines of the two files that the build writes: checks, then the start.

The build joins these files as text. `version` runs on Pythons as old as 2.7. Before `path` has run,
nothing may be imported but `sys`, which is built in.
"""

from __future__ import annotations

from pathlib import Path


def head(*names: str) -> bytes:
    """Join the named parts, in this order; the last one starts a .pyz or the twin."""
    home = Path(__file__).parent
    return b"\n".join((home / f"{name}.py").read_bytes() for name in names)
