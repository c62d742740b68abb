"""Path files (.pth) that lose a line, as `easy-install.pth` does when an editable install goes."""

from __future__ import annotations

import os
from collections.abc import Container

from bootstrap.install.commit.staging import Claim, Staging


def stage_without_lines(path: str, lines: Container[str], staging: Staging) -> None:
    """Stage a copy of a .pth file in the library directory, without some of its lines."""
    try:
        with open(path, "rb") as stream:
            before = stream.read().splitlines(keepends=True)
    except FileNotFoundError:
        return
    after = [line for line in before if os.fsdecode(line.rstrip(b"\r\n")) not in lines]
    if after == before:
        return
    directory, name = os.path.split(path)
    staged, _ = staging.claim(directory, name, Claim(name, b"", None))
    with staging.create(staged) as stream:
        stream.writelines(after)
    os.chmod(staged, os.stat(path).st_mode)
