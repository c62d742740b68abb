"""Checks of the wheel that a backend built."""

from __future__ import annotations

import zipfile
from pathlib import Path

from bootstrap._vendor.packaging.utils import InvalidWheelFilename, parse_wheel_filename
from bootstrap.environment.model import TargetEnvironment
from bootstrap.errors import BootstrapError
from bootstrap.metadata.core import Metadata, parse_metadata
from bootstrap.metadata.wheel import MalformedWheelError, read_metadata
from bootstrap.pep517.unpack import check_path, split_path


class BuiltWheelError(BootstrapError):
    """A build succeeded, but its wheel is invalid or not the requested one."""

    def __init__(self, of: str, filename: str, why: str) -> None:
        self.of, self.filename, self.why = of, filename, why
        super().__init__(
            f"The build of {of} produced an invalid wheel, {filename}: {why}.",
            hint="This is a defect of the project's backend or metadata: report it to the project. "
            "Nothing was installed.",
        )


def check_built_wheel(path: Path, of: str, target: TargetEnvironment) -> Metadata:
    """Return the metadata of a wheel that fits the target and its own file name.

    Raises `BuiltWheelError`.
    """
    try:
        name, version, _, tags = parse_wheel_filename(path.name)
    except InvalidWheelFilename as exc:
        raise BuiltWheelError(of, path.name, f"it is not named as a wheel ({exc})") from exc
    if tags.isdisjoint(target.tag_ranks):
        found = ", ".join(sorted(map(str, tags)))
        raise BuiltWheelError(of, path.name, f"it is for {found}, not for the target")
    metadata = read_built_metadata(path, of)
    if (metadata.name, metadata.version) != (name, version):
        why = f"it contains the metadata of {metadata.name} {metadata.version}"
        raise BuiltWheelError(of, path.name, why)
    return metadata


def read_built_metadata(path: Path, of: str) -> Metadata:
    """Return the metadata of a built wheel, whose paths are checked.

    Raises `BuiltWheelError`.
    """
    try:
        with path.open("rb") as stream:
            content = read_metadata(stream, path.name)
            with zipfile.ZipFile(stream) as wheel:
                # These would be refused at installation; here it is known which build made them.
                for name in (info.orig_filename for info in wheel.infolist()):
                    reason = "has '..'" if ".." in split_path(name) else check_path(name)
                    if reason:
                        raise BuiltWheelError(
                            of, path.name, f"it contains {name!r}, a path that {reason}"
                        )
    except MalformedWheelError as exc:
        raise BuiltWheelError(of, path.name, exc.why) from exc
    return parse_metadata(content, path.name)
