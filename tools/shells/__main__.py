"""Writes the files of the shells and the manual page: ``python -m tools.shells DIRECTORY``."""

from __future__ import annotations

import sys
from pathlib import Path

from tools.shells import bash, fish, manual, powershell, zsh


def main(directory: Path) -> None:
    """Write them into a directory."""
    texts = {
        bash.FILE: bash.script(),
        fish.FILE: fish.script(),
        manual.FILE: manual.page(),
        powershell.FILE: powershell.script(),
        zsh.FILE: zsh.script(),
    }
    for name, text in texts.items():
        (directory / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m tools.shells DIRECTORY")
    main(Path(sys.argv[1]))
