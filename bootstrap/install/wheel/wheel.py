"""An open wheel (PEP 427): all its rules are checked, except the hashes of its files."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Literal, get_args

from bootstrap._vendor.packaging.utils import (
    InvalidName,
    InvalidWheelFilename,
    NormalizedName,
    canonicalize_name,
)
from bootstrap._vendor.packaging.version import InvalidVersion, Version
from bootstrap.dataclasses import dataclass, replace
from bootstrap.formats.filenames import parse_wheel_filename
from bootstrap.formats.specifiers import parse_version
from bootstrap.install.errors import InstallError
from bootstrap.install.model import WheelToInstall
from bootstrap.install.strict_zip.reader import Archive, open_archive, read_member
from bootstrap.install.wheel.entry_points import EntryPoint, parse_entry_points
from bootstrap.install.wheel.record import ParsedRecord, find_incomplete, parse_record
from bootstrap.install.wheel_rules import Rule, WheelRefusedError, WheelValidationError
from bootstrap.limits import (
    METADATA_SIZE,
    RECORD_SIZE,
    SMALL_FILE_SIZE,
    VERSION_LENGTH,
    LimitError,
    shorten,
)
from bootstrap.metadata.core import (
    LATEST_VERSION,
    Headers,
    Metadata,
    MetadataError,
    parse_headers,
    parse_metadata,
)

SchemeKey = Literal["purelib", "platlib", "scripts", "headers", "data"]
_KEYS: dict[str, SchemeKey] = {key: key for key in get_args(SchemeKey)}
_LATEST_WHEEL_VERSION = (1, 0)
_SMALL = 1 << 21
"""Bytes of a wheel that is held in memory while it is unpacked."""


@dataclass(frozen=True)
class WheelFile:
    """A file of the wheel, and where it goes: a path with `/` below a directory of the scheme."""

    member: str
    key: SchemeKey
    path: str


@dataclass(frozen=True)
class Wheel:
    """A wheel, open for unpacking."""

    filename: str
    name: NormalizedName
    version: Version
    dist_info: str
    """The directory's name as it is spelt in the wheel."""
    pure: bool
    record: ParsedRecord
    entry_points: tuple[EntryPoint, ...]
    files: tuple[WheelFile, ...]
    warnings: tuple[str, ...]
    archive: Archive


@contextmanager
def open_wheel(source: WheelToInstall) -> Iterator[Wheel]:
    """Open a wheel. Raises `WheelRefusedError`, also for rules that are broken in the block."""
    filename = source.wheel.filename
    try:
        stream = source.wheel.open()
    except OSError as exc:
        raise InstallError(f"The wheel {filename} cannot be read: {exc}.") from exc
    try:
        with stream:
            yield _read_wheel(filename, open_archive(_hold_small(stream)))
    except WheelValidationError as exc:
        error = WheelRefusedError(filename, exc.rule, exc.detail, is_built=source.is_built)
        raise error from exc


def _hold_small(stream: BinaryIO) -> BinaryIO:
    """Return a small wheel in memory: a file needs four system calls for each of its members."""
    size = stream.seek(0, os.SEEK_END)
    if size > _SMALL:
        return stream
    stream.seek(0)
    return io.BytesIO(stream.read())


def read_metadata(stream: BinaryIO, filename: str, *, is_built: bool = False) -> bytes:
    """Return a wheel's METADATA; nothing else is checked, so that little of the wheel is read.

    Raises `WheelRefusedError`.
    """

    def choose(names: list[str]) -> str:
        pattern = re.compile(r"[^/]+\.dist-info/METADATA")
        found = [name for name in names if pattern.fullmatch(name)]
        if len(found) > 1:
            raise WheelValidationError(Rule.SEVERAL_DIST_INFO, ", ".join(found))
        if not found:
            raise WheelValidationError(Rule.NO_METADATA)
        return found[0]

    try:
        return read_member(
            stream, ".dist-info/METADATA", choose, METADATA_SIZE, Rule.LARGE_METADATA
        )
    except WheelValidationError as exc:
        raise WheelRefusedError(filename, exc.rule, exc.detail, is_built=is_built) from exc


def _read_wheel(filename: str, archive: Archive) -> Wheel:
    try:
        name, version, _, _ = parse_wheel_filename(filename)
    except (InvalidWheelFilename, InvalidVersion) as exc:
        raise WheelValidationError(Rule.FILENAME, str(exc)) from exc
    members = tuple(each.name for each in archive.members.values() if not each.is_directory)
    dist_info = _find_dist_info(members, name, version)

    def read(file: str, missing: Rule, limit: int, too_large: Rule) -> bytes:
        path = f"{dist_info}/{file}"
        if path not in archive.members:
            raise WheelValidationError(missing)
        return archive.read(path, limit, too_large)

    wheel_file = read("WHEEL", Rule.NO_WHEEL_FILE, SMALL_FILE_SIZE, Rule.LARGE_WHEEL_FILE)
    headers = _parse_wheel_file(wheel_file)
    content = read("METADATA", Rule.NO_METADATA, METADATA_SIZE, Rule.LARGE_METADATA)
    metadata = _parse_metadata(content, filename, name, version)
    if not headers.get("wheel-version"):
        raise WheelValidationError(Rule.NO_WHEEL_VERSION)
    warnings = _check_wheel_version(headers.get("wheel-version"))
    warnings += tuple(_iter_warnings(metadata, archive))
    record = parse_record(read("RECORD", Rule.NO_RECORD, RECORD_SIZE, Rule.LARGE_RECORD))
    incomplete = find_incomplete(members, record, dist_info)
    record = replace(record, problems=(*record.problems, *incomplete))
    root_is_purelib = headers.get("root-is-purelib", "false").lower()
    if root_is_purelib not in {"true", "false"}:
        raise WheelValidationError(Rule.ROOT_IS_PURELIB, root_is_purelib)
    pure = root_is_purelib == "true"
    entry_points = b""
    if (path := f"{dist_info}/entry_points.txt") in archive.members:
        entry_points = archive.read(path, SMALL_FILE_SIZE, Rule.LARGE_ENTRY_POINTS)
    return Wheel(
        filename,
        name,
        version,
        dist_info,
        pure,
        record,
        parse_entry_points(entry_points),
        tuple(_find_destinations(members, metadata, pure=pure)),
        warnings,
        archive,
    )


def _find_dist_info(members: tuple[str, ...], name: NormalizedName, version: Version) -> str:
    tops = {member.partition("/")[0] for member in members if "/" in member}
    found = sorted(top for top in tops if top.lower().endswith(".dist-info"))
    if not found:
        raise WheelValidationError(Rule.NO_DIST_INFO)
    if len(found) > 1:
        raise WheelValidationError(Rule.SEVERAL_DIST_INFO, ", ".join(found))
    if not _is_directory_of(found[0], ".dist-info", name, version):
        raise WheelValidationError(Rule.DIST_INFO_NAME, found[0])
    return found[0]


def _is_directory_of(directory: str, suffix: str, name: NormalizedName, version: Version) -> bool:
    """Whether a directory's name is `NAME-VERSION.suffix`, in any spelling of name and version."""
    its_name, dash, its_version = directory.removesuffix(suffix).rpartition("-")
    if not dash or canonicalize_name(its_name) != name:
        return False
    try:
        return parse_version(its_version.replace("_", "-")) == version
    except InvalidVersion:
        return False


def _parse_wheel_file(content: bytes) -> Headers:
    try:
        return parse_headers(content, errors="strict")
    except UnicodeDecodeError as exc:
        raise WheelValidationError(Rule.WHEEL_FILE, "it is not UTF-8") from exc
    except LimitError as exc:
        raise WheelValidationError(Rule.WHEEL_FILE, f"it has {exc}") from exc


def _check_wheel_version(text: str) -> tuple[str, ...]:
    """Check the version of the format; return a warning where it is newer but compatible."""
    parts = text.split(".")
    is_version = len(parts) == 2 and all(part.isascii() and part.isdigit() for part in parts)
    if not is_version or len(text) > VERSION_LENGTH:
        raise WheelValidationError(Rule.WHEEL_FILE, f"the version {shorten(text)!r}")
    version = int(parts[0]), int(parts[1])
    if version[0] > _LATEST_WHEEL_VERSION[0]:
        raise WheelValidationError(Rule.WHEEL_VERSION, text)
    return (_newer("Wheel-Version", text),) if version > _LATEST_WHEEL_VERSION else ()


def _newer(field: str, version: str) -> str:
    return f"its {field} {version} is newer than this program knows"


def _parse_metadata(
    content: bytes, filename: str, name: NormalizedName, version: Version
) -> Metadata:
    """Parse METADATA as the resolver does; refuse that of another distribution or version."""
    try:
        metadata = parse_metadata(content, filename)
    except MetadataError as exc:
        raise WheelValidationError(Rule.METADATA, exc.why) from exc
    if metadata.name != name:
        raise WheelValidationError(Rule.METADATA_NAME, shorten(metadata.raw_name))
    if metadata.version != version:
        raise WheelValidationError(Rule.METADATA_WHEEL_VERSION, str(metadata.version))
    return metadata


def _iter_warnings(metadata: Metadata, archive: Archive) -> Iterator[str]:
    if metadata.metadata_version > LATEST_VERSION:
        major, minor = metadata.metadata_version
        yield _newer("Metadata-Version", f"{major}.{minor}")
    links = [member.name for member in archive.members.values() if member.is_link]
    if links:
        more = f" and {len(links) - 1} more" if len(links) > 1 else ""
        yield (
            f"it contains symbolic links ({shorten(links[0])}{more}). As by pip, a file with the "
            "text of the link is installed in place of each"
        )


def _find_destinations(
    members: tuple[str, ...], metadata: Metadata, *, pure: bool
) -> Iterator[WheelFile]:
    """Yield where each file goes. Raises `WheelValidationError`."""
    root: SchemeKey = "purelib" if pure else "platlib"
    for member in members:
        top, _, rest = member.partition("/")
        if not (top.endswith(".data") and rest):
            yield WheelFile(member, root, member)
            continue
        if not _is_directory_of(top, ".data", metadata.name, metadata.version):
            raise WheelValidationError(Rule.DATA_NAME, top)
        key, slash, path = rest.partition("/")
        if not slash:
            raise WheelValidationError(Rule.DATA_FILE, member)
        if key not in _KEYS:
            raise WheelValidationError(Rule.DATA_KEY, member)
        if key == "headers":
            path = f"{_headers_directory(metadata)}/{path}"
        yield WheelFile(member, _KEYS[key], path)


def _headers_directory(metadata: Metadata) -> str:
    """Return the name of the directory of headers: that of METADATA, as in pip (`zope.proxy`)."""
    try:
        canonicalize_name(metadata.raw_name, validate=True)
    except InvalidName:  # `..`, for example
        return metadata.name
    return metadata.raw_name
