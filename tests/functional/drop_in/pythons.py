"""A Python for tests: its library consists of links, so that a test can change it."""

from __future__ import annotations

import shutil
import sys
import sysconfig
from collections.abc import Collection
from pathlib import Path

_ITS_OWN = {"site-packages", "dist-packages", "__pycache__", "EXTERNALLY-MANAGED"}


def linked_python(directory: Path, without: Collection[str] = ()) -> Path:
    """Create a Python in a directory, without some of its library, and return its interpreter.

    A compiled module is named without its suffixes, as if it had not been built.
    """
    base = Path(sysconfig.get_path("stdlib"))
    library = directory / "lib" / base.name
    (library / "site-packages").mkdir(parents=True)
    (library / "lib-dynload").mkdir()
    compiled = (base / "lib-dynload").glob("*")
    for each in (*base.iterdir(), *compiled):
        name = each.relative_to(base)
        wanted = {name.parts[0], each.name.partition(".")[0]}.isdisjoint({*_ITS_OWN, *without})
        if wanted and each.name != "lib-dynload":
            (library / name).symlink_to(each)
    (directory / "bin").mkdir()
    binary = Path(sys.executable).resolve()
    shutil.copy(binary, directory / "bin" / binary.name)
    return directory / "bin" / binary.name
