"""Judging the wheel that a back-end left."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

from bootstrap._vendor.packaging.utils import InvalidWheelFilename, parse_wheel_filename
from bootstrap.environment.model import TargetEnvironment
from bootstrap.errors import BootstrapError
from bootstrap.metadata.core import Metadata, parse_metadata
from bootstrap.pep517.unpack import fault_of_path, parts_of

_LARGEST_METADATA = 16 << 20


class BuiltWheelError(BootstrapError):
    """A build ended well, but its wheel is not what was ordered."""

    def __init__(self, of: str, filename: str, why: str) -> None:
        self.of, self.filename, self.why = of, filename, why
        super().__init__(
            f"Building {of} gave the wheel {filename}, which {why}.",
            hint="This is a fault of the project's build back-end or of its metadata; "
            "nothing of it was used. Tell the project.",
        )


def check_built_wheel(path: Path, of: str, target: TargetEnvironment) -> Metadata:
    """Return the metadata of a wheel that suits the target and is what its name says.

    Raises `BuiltWheelError`.
    """
    try:
        name, version, _, tags = parse_wheel_filename(path.name)
    except InvalidWheelFilename as exc:
        raise BuiltWheelError(of, path.name, f"is not named as a wheel ({exc})") from exc
    if tags.isdisjoint(target.tag_ranks):
        found = ", ".join(sorted(map(str, tags)))
        raise BuiltWheelError(of, path.name, f"is for {found}, not for the target it was built for")
    metadata = read_metadata(path, of)
    if (metadata.name, metadata.version) != (name, version):
        raise BuiltWheelError(
            of, path.name, f"holds the metadata of {metadata.name} {metadata.version}"
        )
    return metadata


def read_metadata(path: Path, of: str) -> Metadata:
    """Return what a built wheel's METADATA says.

    Raises `BuiltWheelError`.
    """
    try:
        with zipfile.ZipFile(path) as wheel:
            _check_names(wheel, of, path.name)
            return parse_metadata(_metadata_bytes(wheel, of, path.name), path.name)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError) as exc:
        raise BuiltWheelError(of, path.name, f"is no sound zip archive ({exc})") from exc


def _check_names(wheel: zipfile.ZipFile, of: str, filename: str) -> None:
    """Refuse what would be refused when it is installed, while it is known who made it."""
    for info in wheel.infolist():
        name = info.orig_filename
        fault = "climbs out by '..'" if ".." in parts_of(name) else fault_of_path(name)
        if fault:
            raise BuiltWheelError(of, filename, f"holds {name!r}, a path that {fault}")


def _metadata_bytes(wheel: zipfile.ZipFile, of: str, filename: str) -> bytes:
    found = [
        info
        for info in wheel.infolist()
        if info.filename.count("/") == 1 and info.filename.endswith(".dist-info/METADATA")
    ]
    if len(found) != 1 or found[0].file_size > _LARGEST_METADATA:
        raise BuiltWheelError(of, filename, f"holds {len(found)} readable METADATA; expected one")
    return wheel.read(found[0])
