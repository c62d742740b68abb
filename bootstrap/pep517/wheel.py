"""Checks of the wheel that a backend built."""

from __future__ import annotations

from pathlib import Path

from bootstrap._vendor.packaging.utils import InvalidWheelFilename, parse_wheel_filename
from bootstrap.environment.model import TargetEnvironment
from bootstrap.errors import BootstrapError
from bootstrap.install.strict_zip.reader import open_archive
from bootstrap.install.wheel.wheel import read_metadata
from bootstrap.install.wheel_rules import WheelRefusedError, WheelValidationError
from bootstrap.metadata.core import Metadata, parse_metadata


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
    """Return the metadata of a built wheel, whose archive follows the rules of the installation.

    Raises `BuiltWheelError`.
    """
    try:
        with path.open("rb") as stream:
            open_archive(stream)  # raises the error now, when it is known which build caused it
            return parse_metadata(read_metadata(stream, path.name, is_built=True), path.name)
    except (WheelRefusedError, WheelValidationError) as exc:
        detail = f" ({exc.detail})" if exc.detail else ""
        raise BuiltWheelError(of, path.name, f"{exc.rule.value}{detail}") from exc
