"""Core metadata: METADATA and PKG-INFO files, versions 1.0 to 2.6 of the format.

The only parser of such files: of a wheel's WHEEL file, too. It reads what the standard library's
`email` reads, as the specification asks, but its import costs nothing (`email` takes 25 ms, and
`packaging.metadata` as much again).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice

from bootstrap._vendor.packaging.requirements import InvalidRequirement, Requirement
from bootstrap._vendor.packaging.specifiers import InvalidSpecifier, SpecifierSet
from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap._vendor.packaging.version import InvalidVersion, Version
from bootstrap.dataclasses import dataclass, field
from bootstrap.errors import BootstrapError
from bootstrap.formats.specifiers import (
    parse_shared_requirement,
    parse_specifiers,
    parse_version,
)
from bootstrap.limits import (
    METADATA_FIELDS,
    METADATA_HEADER_SIZE,
    VERSION_LENGTH,
    LimitError,
    require_length,
    shorten,
)
from bootstrap.ui import Ui

LATEST_VERSION = (2, 6)
"""The latest version of the format whose fields we know."""
_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")
_HEADER = re.compile(r"[!-9;-~]+:")
_IGNORED_LINE = re.compile(r":|From ")
_FOLD = re.compile(r"[\r\n]+[ \t]+")


class MetadataError(BootstrapError):
    """Core metadata that cannot be used.

    Causes: the project's metadata is invalid, often in old releases.

    Next: use a newer version, and tell the project:
        python3 get-installer.pyz --venv demo --upgrade NAME
    """

    def __init__(self, of: str, why: str) -> None:
        self.of, self.why = of, why
        super().__init__(
            f"The metadata of {of} is not valid: {why}.",
            hint="Try another version of it, and report this to its maintainers.",
        )


class InvalidHeaderError(ValueError):
    """A line is neither a header nor the continuation of one."""

    def __init__(self, line: str) -> None:
        self.line = line
        super().__init__(line)


@dataclass(frozen=True)
class Headers:
    """A parsed file of headers; names of fields are in lower case."""

    fields: tuple[tuple[str, str], ...]
    body: str
    """The text below the headers: the description."""
    invalid_line: str | None = None
    """The line that ended the headers in place of an empty one; it belongs to the body."""

    def get(self, name: str, default: str = "") -> str:
        """Return a field's first value, unfolded."""
        return next(iter(self.get_unfolded(name)), default)

    def get_unfolded(self, name: str) -> list[str]:
        """Return all values of a field, each in one line, without white space around it."""
        return [unfold(value) for value in self.get_all(name)]

    def get_all(self, name: str) -> list[str]:
        """Return all values of a field as they are written: folded ones have several lines."""
        return [value for key, value in self.fields if key == name]


def unfold(value: str) -> str:
    """Return a field's value in one line; it may begin on a continuation line."""
    return _FOLD.sub(" ", value).strip()


def iter_headers(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield (name in lower case, value) up to the first empty line; a folded value is kept folded.

    Takes no line from `lines` that comes after that. Raises `InvalidHeaderError`.
    """
    name, value = "", ""
    for line in lines:
        if line[0] in " \t":
            value += line
            continue
        if name:
            yield name, value.rstrip("\r\n")
            name = ""
        if not line.rstrip("\r\n"):
            return
        if _IGNORED_LINE.match(line):
            continue
        if not _HEADER.match(line):
            raise InvalidHeaderError(line)
        name, _, value = line.partition(":")
        name, value = name.lower(), value.lstrip(" \t")
    if name:
        yield name, value.rstrip("\r\n")


def parse_headers(content: bytes, errors: str = "replace") -> Headers:
    """Parse a METADATA, PKG-INFO or WHEEL file; empty lines before the first header are skipped.

    Raises `LimitError` for headers that are too long or too many.

    :param errors: what to do with bytes that are not UTF-8, as in `bytes.decode`
    """
    text = content.decode("utf-8-sig", errors).lstrip("\r\n")
    lines = io.StringIO(text, newline="")  # splits as a file does, and keeps the ends of lines
    fields: list[tuple[str, str]] = []
    try:
        fields.extend(islice(iter_headers(_limit_headers(lines)), METADATA_FIELDS + 1))
    except InvalidHeaderError as error:
        return Headers(tuple(fields), error.line + lines.read(), error.line)
    if len(fields) > METADATA_FIELDS:
        raise LimitError(METADATA_FIELDS, "fields")
    return Headers(tuple(fields), lines.read())


def without_body(content: bytes) -> bytes:
    """Return the headers of a file without the description, which may be long."""
    return _END_OF_HEADERS.split(content.lstrip(b"\r\n"), maxsplit=1)[0]


def _limit_headers(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines of a file. Raises `LimitError` where its headers are too long."""
    length = 0
    for line in lines:
        length += len(line)
        if length > METADATA_HEADER_SIZE:
            raise LimitError(METADATA_HEADER_SIZE, "characters of headers")
        yield line


@dataclass(frozen=True)
class Metadata:
    """The fields of core metadata that resolving needs."""

    name: NormalizedName
    version: Version
    requires: tuple[Requirement, ...] = ()
    requires_python: SpecifierSet | None = None
    extras: frozenset[NormalizedName] = frozenset()
    metadata_version: tuple[int, int] = (2, 1)
    content: bytes = field(default=b"", repr=False, compare=False)
    """The whole file, for reports."""
    raw_name: str = field(default="", compare=False)
    """The name as it is spelt in the file."""


def parse_metadata(content: bytes, of: str, ui: Ui | None = None) -> Metadata:
    """Parse a METADATA or PKG-INFO file, as tolerantly as pip.

    An invalid Requires-Python is ignored, and so are unknown fields; a later minor version of the
    format gives a warning. A line that is no header ends the headers. Bytes that are not UTF-8 are
    an error: `importlib.metadata` could not read the installed file. Raises `MetadataError`.

    :param of: what the file belongs to, for messages
    """
    try:
        content.decode()
    except UnicodeDecodeError as error:
        raise MetadataError(of, "it is not UTF-8") from error
    try:
        headers = parse_headers(without_body(content))
    except LimitError as error:
        raise MetadataError(of, f"it has {error}") from error
    metadata_version = _parse_metadata_version(_get_required(headers, "Metadata-Version", of), of)
    if ui is not None and metadata_version > LATEST_VERSION:
        ui.warn(
            f"{of} has metadata version {_format(metadata_version)}, later than "
            f"{_format(LATEST_VERSION)}, the latest that get-installer supports.",
            code="unusual-metadata",
        )
    name = _get_required(headers, "Name", of)
    version = _get_required(headers, "Version", of)
    try:
        parsed_version = parse_version(version)
    except InvalidVersion as error:
        why = f"its version is {shorten(version)!r}, not valid by PEP 440"
        raise MetadataError(of, why) from error
    requires_python = None
    specifiers = headers.get_unfolded("requires-python")
    # An invalid one is ignored as in pip: installing is better than refusing for a typing error.
    with suppress(InvalidSpecifier):
        if len(specifiers) == 1 and specifiers[0]:
            requires_python = parse_specifiers(specifiers[0])
    return Metadata(
        canonicalize_name(name),
        parsed_version,
        tuple(_read_requirement(line, of) for line in headers.get_unfolded("requires-dist")),
        requires_python,
        frozenset(canonicalize_name(extra) for extra in headers.get_unfolded("provides-extra")),
        metadata_version,
        content,
        name,
    )


def _parse_metadata_version(text: str, of: str) -> tuple[int, int]:
    try:
        require_length(text, VERSION_LENGTH)
        major, minor = (*map(int, text.split(".")), 0)[:2]
    except ValueError as error:
        raise MetadataError(of, f"its Metadata-Version is {shorten(text)!r}") from error
    if major > LATEST_VERSION[0]:
        why = f"its Metadata-Version is {shorten(text)}; supported are 1.0 to 2.6"
        raise MetadataError(of, why)
    return major, minor


def _get_required(headers: Headers, name: str, of: str) -> str:
    """Return the value of a field that has to be there, once."""
    values = headers.get_unfolded(name.lower())
    if len(values) != 1 or not values[0]:
        raise MetadataError(of, f"it has no {name}, or several")
    return values[0]


def _read_requirement(line: str, of: str) -> Requirement:
    try:
        return parse_shared_requirement(line)
    except InvalidRequirement as error:
        reason = shorten(str(error).splitlines()[0])
        why = f"it requires {shorten(line)!r}, not valid by PEP 508 ({reason})"
        raise MetadataError(of, why) from error


def _format(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"
