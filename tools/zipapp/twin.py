"""Writes the archive as a Python script that can be piped: ``curl ... | python3 -``.

It uses base64, not the shorter base85 of get-pip.py: Python decodes it a hundred times as fast.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from tools.zipapp.heads import head

if TYPE_CHECKING:
    from pathlib import Path


def write_twin(archive: Path, twin: Path) -> None:
    """Write `twin`, a Python script that contains `archive` and runs it."""
    text = base64.encodebytes(archive.read_bytes())
    shebang = b"#!/usr/bin/env python3\n"
    lines = head("version", "path", "zlib", "from_text")
    twin.write_bytes(shebang + lines.replace(b"@ARCHIVE@", text))
    twin.chmod(0o755)
