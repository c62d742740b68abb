"""The engine as a distribution: a wheel and a source tree with the files of the archive."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.servers import make_wheel
from tests.servers.wheels import IN_TREE_BACKEND, core_metadata

_SCRIPTS = {"console_scripts": {"get-installer": "bootstrap.cli:main"}}

_EDITABLE = """

def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    here = os.getcwd()
    folder = os.path.join("editable", NAME + ".dist-info")
    os.makedirs(folder, exist_ok=True)
    with open("entry_points.txt") as points, open(folder + "/entry_points.txt", "w") as copy:
        copy.write(points.read())
    with open("editable/get_installer.pth", "w") as stream:
        stream.write(here)
    os.chdir("editable")
    try:
        return build_wheel(wheel_directory)
    finally:
        os.chdir(here)
"""
"""PEP 660's hook, for the back-end in the sdists of the tests."""


def package_files(archive: Path, version: str) -> dict[str, bytes]:
    """Return the files of the package in an archive, with another version."""
    with zipfile.ZipFile(archive) as opened:
        names = [name for name in opened.namelist() if name.startswith("bootstrap/")]
        files = {name: opened.read(name) for name in names if not name.endswith("/")}
    init = files["bootstrap/__init__.py"].decode()
    changed = re.sub(r'__version__ = ".*"', f'__version__ = "{version}"', init)
    return {**files, "bootstrap/__init__.py": changed.encode()}


def fail_on_import(content: bytes) -> bytes:
    """Return a module that exits when it is imported."""
    del content
    return b"raise SystemExit('a module of the new version was imported into the old run')\n"


def engine_wheel(
    archive: Path,
    directory: Path,
    version: str,
    change: Callable[[bytes], bytes] = lambda content: content,
) -> Path:
    """Make a wheel of the engine, its modules changed by `change`."""
    files = {
        name: change(content) if name.endswith(".py") else content
        for name, content in package_files(archive, version).items()
    }
    return make_wheel(directory, "get-installer", version, files=files, entry_points=_SCRIPTS)


def source_tree(archive: Path, directory: Path, version: str) -> Path:
    """Make a source tree for an editable installation of the engine."""
    project_files = {
        "PKG-INFO": core_metadata("get-installer", version),
        "entry_points.txt": "[console_scripts]\nget-installer = bootstrap.cli:main\n",
        "intree_backend.py": IN_TREE_BACKEND + _EDITABLE,
        "pyproject.toml": "[build-system]\nrequires = []\nbuild-backend = 'intree_backend'\n"
        "backend-path = ['.']\n",
    }
    files = package_files(archive, version) | {k: v.encode() for k, v in project_files.items()}
    for name, content in files.items():
        place = directory / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return directory
