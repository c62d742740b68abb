"""A lock as it was read: checked against PEP 751, but for no target yet."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bootstrap.location import Location
from bootstrap.lock.errors import LockError
from bootstrap.network.urls import is_remote

if TYPE_CHECKING:
    from bootstrap._vendor.packaging.pylock import Pylock
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.environment.model import TargetEnvironment
from bootstrap.index.settings import FormatControl

if TYPE_CHECKING:
    from bootstrap._vendor.packaging.markers import Environment
    from bootstrap._vendor.packaging.pylock import (
        Package,
        PackageArchive,
        PackageDirectory,
        PackageSdist,
        PackageVcs,
        PackageWheel,
    )

    Entry = PackageVcs | PackageDirectory | PackageArchive | PackageSdist | PackageWheel


_REFERENCE = re.compile(
    r"(?P<place>(?:.*[/\\])?pylock(?:\.[^./\\\[\]]+)?\.toml)(?:\s*\[(?P<extras>[^\[\]]*)\])?"
)


@dataclass(frozen=True)
class Choice:
    """What is asked of a lock, of all that it may name."""

    extras: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    """Dependency groups."""
    default_groups: bool = True
    """Whether those count, too, that the lock names as its default."""

    def with_(self, other: Choice) -> Choice:
        """Return what both ask for."""
        return Choice(
            self.extras | other.extras,
            self.groups | other.groups,
            self.default_groups or other.default_groups,
        )


@dataclass(frozen=True)
class LockFile:
    """One lock, and what the user asked of it."""

    location: Location
    content: Pylock = field(repr=False)
    choice: Choice = field(default_factory=Choice)

    def __hash__(self) -> int:
        return hash((self.location, self.choice))


def split_reference(text: str) -> tuple[str, frozenset[str]] | None:
    """Return a lock's place and the extras named behind it; None where it is no lock's name.

    A lock is known by its name: `pylock.toml` or `pylock.NAME.toml` (PEP 751).
    """
    bare, _, _ = text.partition("?") if is_remote(text) else (text, "", "")
    found = _REFERENCE.fullmatch(bare)
    if found is None:
        return None
    extras = (each.strip() for each in (found["extras"] or "").split(","))
    return (found["place"] if bare == text else text), frozenset(filter(None, extras))


def parse_lock(text: str, location: Location, choice: Choice | None = None) -> LockFile:
    """Check a lock's text, and that it has what is asked of it. Raises `LockError`."""
    # Imported here: most runs read no lock.
    from bootstrap._vendor import tomli
    from bootstrap._vendor.packaging.pylock import (
        Pylock,
        PylockUnsupportedVersionError,
        PylockValidationError,
    )

    try:
        content = Pylock.from_dict(tomli.loads(text))
    except tomli.TOMLDecodeError as error:
        raise LockError(location, f"it is no TOML ({error})") from error
    except PylockUnsupportedVersionError as error:
        raise LockError(
            location, f"{error}; this program knows 1.0", "Use an older tool."
        ) from error
    except PylockValidationError as error:
        raise LockError(location, f"it is no lock as PEP 751 describes it ({error})") from error
    asked = choice or Choice()
    found = replace(
        asked,
        extras=_known("extra", asked.extras, content.extras, location),
        groups=_known("dependency group", asked.groups, content.dependency_groups, location),
    )
    return LockFile(location, content, found)


def _known(
    kind: str, asked: Iterable[str], offered: Iterable[str] | None, location: Location
) -> frozenset[str]:
    from bootstrap._vendor.packaging.utils import canonicalize_name

    names = frozenset[str](map(canonicalize_name, asked))
    there = {canonicalize_name(each): each for each in offered or ()}
    unknown = names - there.keys()
    if unknown:
        listed = ", ".join(there.values()) or "none"
        why = f"it has no {kind} {', '.join(sorted(unknown))} (it has: {listed})"
        raise LockError(location, why, f"Leave the {kind} out, or lock it.")
    return names


# FOLDED from bootstrap/lock/selection.py
_OTHER_TARGET = (
    "It was made for another Python or platform: make one for this target "
    "(--lock FILE), or name the Python it is for (--python)."
)


def selected(
    lock: LockFile, target: TargetEnvironment, formats: FormatControl
) -> Iterator[tuple[Package, Entry]]:
    """Yield what the lock names for the target, each with the entry to take it from.

    Raises `LockError` where the lock is not for this target, or does not agree with itself.
    """
    from bootstrap._vendor.packaging.pylock import PylockSelectError

    defaults = lock.content.default_groups or () if lock.choice.default_groups else ()
    try:
        yield from lock.content.select(
            environment=cast("Environment", dict(target.markers)),
            tags=target.tags,
            extras=lock.choice.extras,
            dependency_groups=lock.choice.groups.union(defaults),
            prefer_sdist_predicate=lambda name: not formats.allows_wheel(name),
        )
    except PylockSelectError as error:
        why = f"{error} (the target is {_described(target)})"
        raise LockError(lock.location, why, _OTHER_TARGET) from error


def check_format(
    lock: LockFile, name: NormalizedName, formats: FormatControl, *, is_wheel: bool
) -> None:
    """Raise `LockError` where only a kind of file is left that the user excludes."""
    if is_wheel and not formats.allows_wheel(name):
        raise LockError(
            lock.location, f"it has a wheel of {name} only, and --no-binary excludes it"
        )
    if not is_wheel and not formats.allows_sdist(name):
        why = f"it has no wheel of {name} for this target, and --only-binary excludes its source"
        raise LockError(lock.location, why, _OTHER_TARGET)


def _described(target: TargetEnvironment) -> str:
    best = target.tags[0] if target.tags else "no tag"
    return f"Python {target.markers['python_full_version']}, {best}"
