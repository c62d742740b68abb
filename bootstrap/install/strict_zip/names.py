"""Names of archive members: they must mean one file below a directory, and not collide.

What only Windows forbids is checked for Windows only, when it is known where a file goes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

from bootstrap.install.wheel_rules import Rule, WheelValidationError
from bootstrap.limits import ARCHIVE_DEPTH

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# What Windows forbids, anywhere in a path: one search for each is much faster than one for each
# part of each path.
_TRAILING_DOT = re.compile(r"[. ](?:/|\Z)")
_RESERVED = re.compile(
    r'[<>"|?*]|'
    r"(?:\A|/)(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])\s*(?:[./]|\Z)",
    re.I,
)
_MAX_PART_LENGTH = 255
_PLAIN = re.compile(r"(?:[a-z0-9_][a-z0-9_.+-]{0,199}(?:/|\Z))+", re.I | re.A)
"""A name that breaks no rule but maybe that of the depth: nearly all of them, found by one search
instead of several for each part."""


def check_name(name: str) -> None:
    """Refuse a member's name that is not a plain relative path.

    A directory's name ends with a slash. Raises `WheelValidationError`.
    """
    if _PLAIN.fullmatch(name) and name.count("/") < ARCHIVE_DEPTH:
        return
    path = name.removesuffix("/")
    if _CONTROL.search(path):
        raise WheelValidationError(Rule.NUL_NAME, ascii(name))
    if "\\" in path:
        raise WheelValidationError(Rule.BACKSLASH, name)
    if path.startswith("/"):
        raise WheelValidationError(Rule.ABSOLUTE, name)
    if (depth := path.count("/")) > ARCHIVE_DEPTH:
        raise WheelValidationError(Rule.DEEP_NAME, f"{depth}, the limit is {ARCHIVE_DEPTH}: {name}")
    for part in path.split("/"):
        _check_part(part, name)


def _check_part(part: str, name: str) -> None:
    if not part:
        raise WheelValidationError(Rule.EMPTY_NAME, name)
    if part in {".", ".."}:
        raise WheelValidationError(Rule.PARENT, name)
    if len(part) > _MAX_PART_LENGTH or len(part.encode()) > _MAX_PART_LENGTH:
        raise WheelValidationError(Rule.LONG_NAME, f"{part[:40]}...")


def find_windows_rule(path: str) -> Rule | None:
    """Return the rule of Windows that a path with `/` breaks, if it breaks one."""
    if ":" in path:
        return Rule.DRIVE
    if _TRAILING_DOT.search(path):
        return Rule.TRAILING_DOT
    return Rule.RESERVED_NAME if _RESERVED.search(path) else None


def check_collisions(names: Iterable[str]) -> None:
    """Refuse names that are equal, and a file whose name is also that of a directory.

    Which other names are the same is for the target's file system to say, when they are unpacked.
    Raises `WheelValidationError`.
    """
    # NUL is in no name and sorts first: what is in a directory directly follows its name.
    keys = sorted((name.removesuffix("/").replace("/", "\0"), name) for name in names)
    for (key, name), (next_key, next_name) in pairwise(keys):
        if name == next_name:
            raise WheelValidationError(Rule.DUPLICATE, name)
        if not name.endswith("/") and (next_key == key or next_key.startswith(f"{key}\0")):
            raise WheelValidationError(Rule.FILE_AND_DIRECTORY, name)


def fold(name: str) -> str:
    """Return the key under which a case-insensitive, normalising file system finds a name."""
    if name.isascii():
        return name.lower()
    composed = unicodedata.normalize("NFC", name).casefold()
    return unicodedata.normalize("NFC", composed)
