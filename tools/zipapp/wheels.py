"""The pinned wheels: downloaded once, checked by hash, and their metadata."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from typing import TYPE_CHECKING

from tools.vendoring.pins import Pin

if TYPE_CHECKING:
    from email.message import Message
    from pathlib import Path

    from tools.zipapp.environment import ToolEnvironment

# Pure Python for the oldest Python that runs the archive, whatever runs the build.
_ANY_PLATFORM = (
    "--only-binary=:all: --platform=any --implementation=py --abi=none --python-version=3.10"
)


@dataclass(frozen=True)
class Wheel:
    """A wheel on disk, and its pin."""

    path: Path
    pin: Pin

    def metadata(self) -> Message:
        """Read the wheel's METADATA."""
        return BytesHeaderParser().parsebytes(self._dist_info_files("METADATA")["METADATA"])

    def notices(self) -> dict[str, bytes]:
        """Read the NOTICE files, which the Apache licence requires to be distributed too."""
        return self._dist_info_files("NOTICE")

    def _dist_info_files(self, prefix: str) -> dict[str, bytes]:
        with zipfile.ZipFile(self.path) as archive:
            members = [m for m in archive.namelist() if ".dist-info/" in m.partition("/")[0] + "/"]
            named = {member.rpartition("/")[2]: member for member in members}
            return {name: archive.read(named[name]) for name in named if name.startswith(prefix)}


def fetch(environment: ToolEnvironment, pins: list[Pin], directory: Path) -> list[Wheel]:
    """Return the pinned wheels; download missing ones into `directory`."""
    missing = [pin for pin in pins if pin.sha256 not in _wheels_by_sha256(directory)]
    if missing:
        print(f"Downloading {', '.join(pin.name for pin in missing)} ...", flush=True)
        directory.mkdir(parents=True, exist_ok=True)
        requirements = directory / "missing.txt"
        requirements.write_text("".join(f"{pin}\n" for pin in missing), encoding="utf-8")
        download = "-m pip download -qq --disable-pip-version-check --require-hashes --no-deps"
        arguments = (*download.split(), *_ANY_PLATFORM.split(), "--dest", str(directory))
        environment.python(*arguments, "--requirement", requirements, cwd=directory)
    found = _wheels_by_sha256(directory)
    return [Wheel(found[pin.sha256], pin) for pin in pins]


def newest_pin(environment: ToolEnvironment, name: str, directory: Path) -> Pin:
    """Download the newest suitable release of `name` into the empty `directory`; return its pin."""
    download = "-m pip download -qq --disable-pip-version-check --no-deps"
    arguments = (*download.split(), *_ANY_PLATFORM.split(), "--dest", str(directory))
    environment.python(*arguments, name, cwd=directory)
    ((sha256, path),) = _wheels_by_sha256(directory).items()
    return Pin(name, path.name.split("-")[1], sha256)


def _wheels_by_sha256(directory: Path) -> dict[str, Path]:
    return {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in directory.glob("*.whl")}
