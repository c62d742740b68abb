"""Puts the pinned pip wheel and its description where ``bootstrap._bundled`` reads them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tools.zipapp.wheels import Wheel

_ASK_FOR_INDEX = """\
import sys
sys.path.insert(0, sys.argv[1])
from pip._internal.models.index import PyPI
print(PyPI.simple_url)
"""


def bundle(checkout: Path, pip: Wheel) -> None:
    """Copy the wheel and write ``bundled.json``: its pin and its default index."""
    home = checkout / "bootstrap/_bundled"
    description = home / "bundled.json"
    if description.is_file() and pip.pin.sha256 in description.read_text(encoding="utf-8"):
        return
    for old in home.glob("*.whl"):
        old.unlink()
    shutil.copyfile(pip.path, home / pip.path.name)
    facts = {
        "filename": pip.path.name,
        "index_url": _default_index(pip.path),
        "sha256": pip.pin.sha256,
        "version": pip.pin.version,
    }
    description.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


def _default_index(wheel: Path) -> str:
    """Return the default index of this pip, so that ours is always the same."""
    command = (sys.executable, "-I", "-c", _ASK_FOR_INDEX, str(wheel))
    return subprocess.check_output(command, text=True).strip()
