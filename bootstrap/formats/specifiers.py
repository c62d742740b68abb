"""Versions, version specifiers, markers and requirements (PEP 440 and PEP 508) of limited length.

What exceeds a limit is invalid: the errors are those of `packaging`, without the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TypeVar

from bootstrap._vendor.packaging.markers import (
    InvalidMarker,
    Marker,
    UndefinedComparison,
    UndefinedEnvironmentName,
)
from bootstrap._vendor.packaging.requirements import InvalidRequirement, Requirement
from bootstrap._vendor.packaging.specifiers import InvalidSpecifier, SpecifierSet
from bootstrap._vendor.packaging.version import InvalidVersion, Version
from bootstrap.limits import (
    MARKER_DEPTH,
    REQUIREMENT_LENGTH,
    SPECIFIERS_LENGTH,
    VERSION_LENGTH,
    LimitError,
    require_length,
    shorten,
)

T = TypeVar("T")

_LONG_NUMBER = re.compile(rf"\d{{{VERSION_LENGTH + 1}}}")


def parse_version(text: str) -> Version:
    """Return a version. Raises `InvalidVersion`."""
    return _parse(text, Version, VERSION_LENGTH, InvalidVersion)


def parse_specifiers(text: str) -> SpecifierSet:
    """Return version specifiers. Raises `InvalidSpecifier`."""
    return _parse(text, SpecifierSet, SPECIFIERS_LENGTH, InvalidSpecifier)


def parse_marker(text: str) -> Marker:
    """Return a marker. Raises `InvalidMarker`."""
    return _parse(text, Marker, REQUIREMENT_LENGTH, InvalidMarker)


def parse_requirement(text: str) -> Requirement:
    """Return a requirement. Raises `InvalidRequirement`."""
    return _parse(text, Requirement, REQUIREMENT_LENGTH, InvalidRequirement)


@lru_cache(maxsize=4096)
def parse_shared_requirement(text: str) -> Requirement:
    """Return a requirement that nobody may change. Raises `InvalidRequirement`.

    The versions of a project share most of theirs, and what is installed was resolved before.
    """
    return parse_requirement(text)


def is_true(marker: Marker | None, environment: Mapping[str, str], extra: str = "") -> bool:
    """Evaluate a marker; without one, it is true. Raises `InvalidMarker`.

    That is raised for a comparison that has no meaning, as of names by `~=` (PEP 508).
    """
    if marker is None:
        return True
    try:
        return marker.evaluate({**environment, "extra": extra})
    except (UndefinedComparison, UndefinedEnvironmentName, ValueError) as error:
        raise InvalidMarker(f"{shorten(str(marker))!r}: {shorten(str(error))}") from error


def _parse(text: str, parse: Callable[[str], T], length: int, invalid: type[ValueError]) -> T:
    try:
        check_text(text, length)
    except LimitError as error:
        raise invalid(str(error)) from error
    return parse(text)


def check_text(text: str, length: int) -> None:
    """Raise `LimitError` for a text that is long, deeply nested, or has a number of many digits.

    Converting a long number takes time with the square of its length, and Python refuses it.
    """
    require_length(text, length)
    if len(text) > VERSION_LENGTH and _LONG_NUMBER.search(text):
        raise LimitError(VERSION_LENGTH, "digits in a row")
    if text.count("(") > MARKER_DEPTH:
        depth = 0
        for character in text:
            depth += (character == "(") - (character == ")")
            if depth > MARKER_DEPTH:
                raise LimitError(MARKER_DEPTH, "levels of brackets")
