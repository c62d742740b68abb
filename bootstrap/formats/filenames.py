"""The file names of wheels and source distributions, of limited length and with limited tags."""

from __future__ import annotations

from math import prod

from bootstrap._vendor.packaging.tags import Tag
from bootstrap._vendor.packaging.tags import parse_tag as _parse_tag
from bootstrap._vendor.packaging.utils import (
    BuildTag,
    InvalidSdistFilename,
    InvalidWheelFilename,
    NormalizedName,
)
from bootstrap._vendor.packaging.utils import parse_sdist_filename as _parse_sdist_filename
from bootstrap._vendor.packaging.utils import parse_wheel_filename as _parse_wheel_filename
from bootstrap._vendor.packaging.version import Version
from bootstrap.limits import FILENAME_LENGTH, TAGS_PER_WHEEL, LimitError, require_length


def parse_wheel_filename(filename: str) -> tuple[NormalizedName, Version, BuildTag, frozenset[Tag]]:
    """Return name, version, build tag and tags. Raises `InvalidWheelFilename`."""
    try:
        require_length(filename, FILENAME_LENGTH)
        check_wheel_tags(filename)
    except LimitError as error:
        raise InvalidWheelFilename(str(error)) from error
    return _parse_wheel_filename(filename)


def parse_sdist_filename(filename: str) -> tuple[NormalizedName, Version]:
    """Return name and version. Raises `InvalidSdistFilename`."""
    try:
        require_length(filename, FILENAME_LENGTH)
    except LimitError as error:
        raise InvalidSdistFilename(str(error)) from error
    return _parse_sdist_filename(filename)


def parse_tags(text: str) -> frozenset[Tag]:
    """Return the tags of a compressed tag set (PEP 425). Raises `ValueError`."""
    require_length(text, FILENAME_LENGTH)
    check_wheel_tags(text)
    return frozenset(_parse_tag(text))


def check_wheel_tags(text: str) -> None:
    """Refuse a wheel's name, or its tags, that stand for very many tags: all combinations.

    Raises `LimitError`.
    """
    parts = text.rpartition("/")[2].rsplit("-", 3)[-3:]
    if prod(part.count(".") + 1 for part in parts) > TAGS_PER_WHEEL:
        raise LimitError(TAGS_PER_WHEEL, "tags")
