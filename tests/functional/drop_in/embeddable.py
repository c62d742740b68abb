"""A Python in the layout of Windows' embeddable one: in one directory, with a `._pth` file.

Since 3.11 CPython reads such a file on every system, by the same code as on Windows.
"""

from __future__ import annotations

import json
import shutil
import sys
import zipfile
from pathlib import Path

from tests.functional.engine import run
from tools.interpreters import interpreters

PATH_FILE = b"""\
python.zip\r
.\r
\r
# Uncomment to run site.main() automatically\r
#import site\r
"""
"""The file of Windows' embeddable distributions, except for the name of the archive."""

_ASKED = """
import json, os, sys, sysconfig
stdlib, dynamic = (sysconfig.get_path(each) for each in ("stdlib", "platstdlib"))
print(json.dumps([os.path.realpath(sys.executable), stdlib, dynamic + "/lib-dynload"]))
"""
_LEFT_OUT = {"site-packages", "lib-dynload", "test", "ensurepip", "venv", "__pycache__"}


def newest() -> Path | None:
    """Return a Python of this machine that supports such files."""
    known = [path for version, path in interpreters().items() if version >= (3, 11)]
    return known[-1] if known and sys.platform.startswith("linux") else None


def embeddable(directory: Path, python: Path) -> Path:
    """Create such a Python in a directory, and return its interpreter."""
    binary, library, dynamic = map(Path, json.loads(run(python, "-c", _ASKED)))
    directory.mkdir()
    with zipfile.ZipFile(directory / "python.zip", "w") as archive:
        for path in library.rglob("*.py"):
            name = path.relative_to(library)
            if name.parts[0] not in _LEFT_OUT:
                archive.write(path, name)
    for path in dynamic.glob("*.so"):
        (directory / path.name).symlink_to(path)
    shutil.copy(binary, directory / "python")
    (directory / "python._pth").write_bytes(PATH_FILE)
    return directory / "python"
