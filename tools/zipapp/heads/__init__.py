"""The first lines of the two files that the build writes: the gate, then where the archive is.

They are texts for the build to join, and run on Pythons as old as 2.7 as far as the gate.
"""

from __future__ import annotations

from pathlib import Path


def head(start: str) -> bytes:
    """Join the gate to the lines that start from a file (`from_file`) or a text (`from_text`)."""
    home = Path(__file__).parent
    gate, rest = ((home / f"{name}.py").read_bytes() for name in ("gate", start))
    return gate + b"\n" + rest
