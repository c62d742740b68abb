"""Which entries of a lock are for one target, as PEP 751 says how to select them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.environment.environment import TargetEnvironment
from bootstrap.index.settings import FormatControl
from bootstrap.lock.errors import LockError
from bootstrap.lock.file import LockFile

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
        raise LockError(lock.place, why, _OTHER_TARGET) from error


def check_format(
    lock: LockFile, name: NormalizedName, formats: FormatControl, *, is_wheel: bool
) -> None:
    """Raise `LockError` where only a kind of file is left that the user excludes."""
    if is_wheel and not formats.allows_wheel(name):
        raise LockError(lock.place, f"it has a wheel of {name} only, and --no-binary excludes it")
    if not is_wheel and not formats.allows_sdist(name):
        why = f"it has no wheel of {name} for this target, and --only-binary excludes its source"
        raise LockError(lock.place, why, _OTHER_TARGET)


def _described(target: TargetEnvironment) -> str:
    best = target.tags[0] if target.tags else "no tag"
    return f"Python {target.markers['python_full_version']}, {best}"
