"""A lock as it was read: checked against PEP 751, but for no target yet."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bootstrap.lock.errors import LockError
from bootstrap.provenance import Origin

if TYPE_CHECKING:
    from bootstrap._vendor.packaging.pylock import Pylock

_REFERENCE = re.compile(
    r"(?P<place>(?:.*[/\\])?pylock(?:\.[^./\\\[\]]+)?\.toml)(?:\s*\[(?P<extras>[^\[\]]*)\])?"
)


@dataclass(frozen=True)
class LockFile:
    """One lock, and what the user asked of it."""

    place: str
    """An absolute path, or a URL."""
    origin: Origin
    """Who named it."""
    content: Pylock = field(repr=False)
    extras: frozenset[str] = frozenset()

    def __hash__(self) -> int:
        return hash((self.place, self.extras))


def split_reference(text: str) -> tuple[str, frozenset[str]] | None:
    """Return a lock's place and the extras named behind it; None where it is no lock's name.

    A lock is known by its name: `pylock.toml` or `pylock.NAME.toml` (PEP 751).
    """
    bare, _, _ = text.partition("?") if "://" in text else (text, "", "")
    found = _REFERENCE.fullmatch(bare)
    if found is None:
        return None
    extras = (each.strip() for each in (found["extras"] or "").split(","))
    return (found["place"] if bare == text else text), frozenset(filter(None, extras))


def parse_lock(
    text: str, place: str, origin: Origin, extras: frozenset[str] = frozenset()
) -> LockFile:
    """Check a lock's text. Raises `LockError`."""
    # Imported here: most runs read no lock.
    from bootstrap._vendor import tomli
    from bootstrap._vendor.packaging.pylock import (
        Pylock,
        PylockUnsupportedVersionError,
        PylockValidationError,
    )
    from bootstrap._vendor.packaging.utils import canonicalize_name

    try:
        content = Pylock.from_dict(tomli.loads(text))
    except tomli.TOMLDecodeError as error:
        raise LockError(place, f"it is no TOML ({error})") from error
    except PylockUnsupportedVersionError as error:
        raise LockError(place, f"{error}; this program knows 1.0", "Use an older tool.") from error
    except PylockValidationError as error:
        raise LockError(place, f"it is no lock as PEP 751 describes it ({error})") from error
    asked = frozenset(map(canonicalize_name, extras))
    unknown = asked.difference(content.extras or ())
    if unknown:
        there = ", ".join(content.extras or ()) or "none"
        why = f"it has no extra {', '.join(sorted(unknown))} (it has: {there})"
        raise LockError(place, why, "Leave the extra out, or lock it.")
    return LockFile(place, origin, content, asked)
