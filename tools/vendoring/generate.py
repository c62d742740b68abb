"""Generates ``bootstrap/_vendor``: the ``vendoring`` tool, then our patches, then one swap."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tools.zipapp.stamp import Stamp, digest_of

if TYPE_CHECKING:
    from tools.zipapp.environment import ToolEnvironment
    from tools.zipapp.wheels import Wheel

_HOME = Path("bootstrap/_vendor")
_PATCHES = Path("tools/vendoring/patches")


def generate(checkout: Path, environment: ToolEnvironment, wheels: list[Wheel]) -> None:
    """Bring the vendored libraries of `checkout` to the state of their pins and patches."""
    home = checkout / _HOME
    stamp = Stamp(home / "generated.sha256", _digest_of_inputs(checkout))
    if stamp.holds() and all((home / wheel.pin.package).is_dir() for wheel in wheels):
        return
    print("Vendoring ...", flush=True)
    with tempfile.TemporaryDirectory(dir=environment.directory.parent) as directory:
        staging = Path(directory)
        _synchronise(checkout, staging, environment, wheels[0].path.parent)
        _apply_patches(checkout / _PATCHES, staging, environment)
        _add_notices(wheels, staging / _HOME)
        stamp.path.unlink(missing_ok=True)
        _swap(staging / _HOME, home)
    stamp.write()


def _digest_of_inputs(checkout: Path) -> str:
    inputs = (Path(__file__), checkout / "pyproject.toml", checkout / _HOME / "vendor.txt")
    return digest_of(*(path.read_bytes() for path in (*inputs, *_patches(checkout / _PATCHES))))


def _synchronise(checkout: Path, staging: Path, environment: ToolEnvironment, wheels: Path) -> None:
    """Let the tool work in a directory of its own, offline, from the wheels that were verified."""
    (staging / _HOME).mkdir(parents=True)
    (staging / "tmp").mkdir()
    shutil.copy(checkout / "pyproject.toml", staging)
    shutil.copy(checkout / _HOME / "vendor.txt", staging / _HOME)
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    environ |= {
        "PATH": f"{environment.programs}{os.pathsep}{environ.get('PATH', '')}",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_FIND_LINKS": wheels.as_uri(),
        "PIP_NO_INDEX": "1",
        "TMPDIR": str(staging / "tmp"),
    }
    environment.python("-m", "vendoring", "sync", cwd=staging, environ=environ)


def _apply_patches(patches: Path, staging: Path, environment: ToolEnvironment) -> None:
    for patch in _patches(patches):
        arguments = ("-m", "patch_ng", "--quiet", "--strip=0", "--directory", _HOME, patch)
        environment.python(*arguments, cwd=staging)


def _patches(directory: Path) -> list[Path]:
    return sorted(directory.glob("*.patch"))


def _add_notices(wheels: list[Wheel], home: Path) -> None:
    for wheel in wheels:
        for name, content in wheel.notices().items():
            (home / wheel.pin.package / name).write_bytes(content)


def _swap(new: Path, home: Path) -> None:
    for old in home.iterdir():
        if old.is_dir():
            shutil.rmtree(old)
    for library in new.iterdir():
        if library.is_dir():
            library.rename(home / library.name)
