"""A wheel opened and understood (PEP 427): all its rules checked but the hashes of its files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Literal

from bootstrap._vendor.packaging.utils import (
    InvalidWheelFilename,
    NormalizedName,
    canonicalize_name,
    parse_wheel_filename,
)
from bootstrap._vendor.packaging.version import InvalidVersion, Version
from bootstrap.install.errors import InstallError
from bootstrap.install.strict_zip.reader import Archive, open_archive
from bootstrap.install.wheel.entry_points import EntryPoint, parse_entry_points
from bootstrap.install.wheel.record import RecordRow, check_listed, parse_record
from bootstrap.install.wheel_rules import Rule, WheelRefusedError, WheelValidationError
from bootstrap.metadata.core import Headers, parse_headers
from bootstrap.trust.hashes import VerifiedWheel

# FOLDED from bootstrap/install/wheel/layout.py
SchemeKey = Literal["purelib", "platlib", "scripts", "headers", "data"]

_KEYS: dict[str, SchemeKey] = {
    "purelib": "purelib",
    "platlib": "platlib",
    "scripts": "scripts",
    "headers": "headers",
    "data": "data",
}


@dataclass(frozen=True)
class Placed:
    """A file of the wheel, and where it goes: a path with `/` below a directory of the scheme."""

    member: str
    key: SchemeKey
    path: str


def belongs_to(directory: str, suffix: str, name: NormalizedName, version: Version) -> bool:
    """Whether `NAME-VERSION.suffix` is of this distribution, however it is spelt."""
    its_name, dash, its_version = directory.removesuffix(suffix).rpartition("-")
    if not dash or canonicalize_name(its_name) != name:
        return False
    try:
        return Version(its_version.replace("_", "-")) == version
    except InvalidVersion:
        return False


def place(
    members: tuple[str, ...], name: NormalizedName, version: Version, *, pure: bool
) -> Iterator[Placed]:
    """Yield where each file goes. Raises `WheelValidationError`."""
    root: SchemeKey = "purelib" if pure else "platlib"
    for member in members:
        top, _, rest = member.partition("/")
        if top.endswith(".data") and rest:
            if not belongs_to(top, ".data", name, version):
                raise WheelValidationError(Rule.DATA_NAME, top)
            placed = _place_data(member, rest, name)
        else:
            placed = Placed(member, root, member)
        yield placed


def _place_data(member: str, rest: str, name: NormalizedName) -> Placed:
    key, slash, path = rest.partition("/")
    if not slash:
        raise WheelValidationError(Rule.DATA_FILE, member)
    if key not in _KEYS:
        raise WheelValidationError(Rule.DATA_KEY, member)
    if key == "headers":
        path = f"{name}/{path}"
    return Placed(member, _KEYS[key], path)


_WHEEL_VERSION = (1, 0)
_METADATA_VERSION = (2, 6)


@dataclass(frozen=True)
class Wheel:
    """A wheel, open for unpacking."""

    filename: str
    name: NormalizedName
    version: Version
    dist_info: str
    """The directory's name as it is spelt in the wheel."""
    pure: bool
    record: Mapping[str, RecordRow]
    entry_points: tuple[EntryPoint, ...]
    files: tuple[Placed, ...]
    warnings: tuple[str, ...]
    archive: Archive


@contextmanager
def open_wheel(wheel: VerifiedWheel) -> Iterator[Wheel]:
    """Open a wheel, and name it in every error that comes up while it is open.

    Raises `WheelRefusedError`.
    """
    try:
        with _opened(wheel) as stream:
            yield _understand(wheel.filename, open_archive(stream))
    except WheelValidationError as exc:
        raise WheelRefusedError(wheel.filename, exc.rule, exc.detail) from exc


def _opened(wheel: VerifiedWheel) -> BinaryIO:
    try:
        return wheel.open()
    except OSError as exc:
        raise InstallError(f"The wheel {wheel.filename} cannot be read: {exc}.") from exc


def _understand(filename: str, archive: Archive) -> Wheel:
    name, version = _from_filename(filename)
    files = tuple(each.name for each in archive.members.values() if not each.is_directory)
    dist_info = _find_dist_info(files, name, version)
    headers = _headers(_required(archive, dist_info, "WHEEL", Rule.NO_WHEEL_FILE), Rule.WHEEL_FILE)
    warnings = (
        *_check_wheel_version(headers),
        *_check_metadata(
            _required(archive, dist_info, "METADATA", Rule.NO_METADATA), name, version
        ),
    )
    record = parse_record(_required(archive, dist_info, "RECORD", Rule.NO_RECORD))
    check_listed(files, record, dist_info)
    pure = _root_is_purelib(headers)
    return Wheel(
        filename,
        name,
        version,
        dist_info,
        pure,
        record,
        _entry_points(archive, dist_info),
        tuple(place(files, name, version, pure=pure)),
        warnings,
        archive,
    )


def _from_filename(filename: str) -> tuple[NormalizedName, Version]:
    try:
        name, version, _, _ = parse_wheel_filename(filename)
    except (InvalidWheelFilename, InvalidVersion) as exc:
        raise WheelValidationError(Rule.FILENAME, str(exc)) from exc
    return name, version


def _find_dist_info(files: tuple[str, ...], name: NormalizedName, version: Version) -> str:
    tops = {file.partition("/")[0] for file in files if "/" in file}
    found = sorted(top for top in tops if top.lower().endswith(".dist-info"))
    if not found:
        raise WheelValidationError(Rule.NO_DIST_INFO)
    if len(found) > 1:
        raise WheelValidationError(Rule.SEVERAL_DIST_INFO, ", ".join(found))
    if not belongs_to(found[0], ".dist-info", name, version):
        raise WheelValidationError(Rule.DIST_INFO_NAME, found[0])
    return found[0]


def _required(archive: Archive, dist_info: str, name: str, rule: Rule) -> bytes:
    path = f"{dist_info}/{name}"
    if path not in archive.members:
        raise WheelValidationError(rule)
    return archive.read(path)


def _headers(content: bytes, rule: Rule) -> Headers:
    """Parse headers strictly: every line of them has to be one, in UTF-8."""
    try:
        headers = parse_headers(content, errors="strict")
    except UnicodeDecodeError as exc:
        raise WheelValidationError(rule, "it is not UTF-8") from exc
    if headers.invalid_line is not None:
        raise WheelValidationError(rule, f"the line {headers.invalid_line.rstrip()[:60]!r}")
    return headers


def _check_wheel_version(headers: Headers) -> Iterator[str]:
    said = headers.get("wheel-version")
    if not said:
        raise WheelValidationError(Rule.NO_WHEEL_VERSION)
    version = _dotted(said, Rule.WHEEL_FILE)
    if version[0] > _WHEEL_VERSION[0]:
        raise WheelValidationError(Rule.WHEEL_VERSION, said)
    if version > _WHEEL_VERSION:
        yield f"its Wheel-Version {said} is newer than this program knows"


def _check_metadata(content: bytes, name: NormalizedName, version: Version) -> Iterator[str]:
    headers = _headers(content, Rule.METADATA)
    said = headers.get("metadata-version")
    metadata_version = _dotted(said, Rule.METADATA)
    if metadata_version[0] > _METADATA_VERSION[0]:
        raise WheelValidationError(Rule.METADATA_VERSION, said)
    if canonicalize_name(headers.get("name")) != name:
        raise WheelValidationError(Rule.METADATA_NAME, headers.get("name", "no name"))
    try:
        same = Version(headers.get("version")) == version
    except InvalidVersion:
        same = False
    if not same:
        raise WheelValidationError(Rule.METADATA_WHEEL_VERSION, headers.get("version", "none"))
    if metadata_version > _METADATA_VERSION:
        yield f"its Metadata-Version {said} is newer than this program knows"


def _dotted(said: str, rule: Rule) -> tuple[int, int]:
    parts = said.split(".")
    if len(parts) != 2 or not all(part.isascii() and part.isdigit() for part in parts):
        raise WheelValidationError(rule, f"the version {said!r}")
    return int(parts[0]), int(parts[1])


def _root_is_purelib(headers: Headers) -> bool:
    said = headers.get("root-is-purelib", "false").lower()
    if said not in {"true", "false"}:
        raise WheelValidationError(Rule.ROOT_IS_PURELIB, said)
    return said == "true"


def _entry_points(archive: Archive, dist_info: str) -> tuple[EntryPoint, ...]:
    path = f"{dist_info}/entry_points.txt"
    return parse_entry_points(archive.read(path)) if path in archive.members else ()
