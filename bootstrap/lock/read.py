"""Reading locks: a lock checked against PEP 751, and its packages for one target."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote

from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap.dataclasses import dataclass, field, replace
from bootstrap.environment.model import TargetEnvironment
from bootstrap.formats.documents import iter_strings, parse_toml
from bootstrap.formats.filenames import check_wheel_tags
from bootstrap.formats.specifiers import check_text
from bootstrap.index.settings import FormatControl
from bootstrap.limits import LOCK_SIZE, REQUIREMENT_LENGTH, LimitError
from bootstrap.location import Location
from bootstrap.lock.errors import LockError
from bootstrap.network.urls import is_remote

if TYPE_CHECKING:
    from bootstrap._vendor.packaging.markers import Environment
    from bootstrap._vendor.packaging.pylock import (
        Package,
        PackageArchive,
        PackageDirectory,
        PackageSdist,
        PackageVcs,
        PackageWheel,
        Pylock,
    )

    Entry = PackageVcs | PackageDirectory | PackageArchive | PackageSdist | PackageWheel


_REFERENCE = re.compile(
    r"(?P<location>(?:.*[/\\])?pylock(?:\.[^./\\\[\]]+)?\.toml)(?:\s*\[(?P<extras>[^\[\]]*)\])?"
)
_OTHER_TARGET = (
    "It was created for another Python or platform: create one for this target "
    "(--lock FILE), or name the Python that it is for (--python)."
)


@dataclass(frozen=True)
class LockSelection:
    """The extras and dependency groups to install from a lock."""

    extras: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    default_groups: bool = True
    """Whether the default groups of the lock are installed, too."""

    def union(self, other: LockSelection) -> LockSelection:
        """Return the selection of everything in either."""
        return LockSelection(
            self.extras | other.extras,
            self.groups | other.groups,
            self.default_groups or other.default_groups,
        )


@dataclass(frozen=True)
class PylockFile:
    """A lock, and what to install from it."""

    location: Location
    content: Pylock = field(repr=False)
    selection: LockSelection = field(default_factory=LockSelection)

    def __hash__(self) -> int:
        return hash((self.location, self.selection))


def split_reference(text: str) -> tuple[str, frozenset[str]] | None:
    """Return the location of a lock and the extras in brackets; None where it is not a lock.

    The file name decides: `pylock.toml` or `pylock.NAME.toml` (PEP 751).
    """
    bare, _, _ = text.partition("?") if is_remote(text) else (text, "", "")
    match = _REFERENCE.fullmatch(bare)
    if match is None:
        return None
    extras = (extra.strip() for extra in (match["extras"] or "").split(","))
    return (match["location"] if bare == text else text), frozenset(filter(None, extras))


def parse_lock(text: str, location: Location, selection: LockSelection | None = None) -> PylockFile:
    """Parse a lock, and check that it has the selected extras and groups. Raises `LockError`."""
    # Imported here: most runs read no lock.
    from bootstrap._vendor.packaging.pylock import (
        Pylock,
        PylockUnsupportedVersionError,
        PylockValidationError,
    )

    try:
        document = parse_toml(text.encode(), LOCK_SIZE)
        _check_strings(document)
    except LimitError as error:
        raise LockError(location, f"it has {error}") from error
    except ValueError as error:
        raise LockError(location, f"it is not valid TOML ({error})") from error
    try:
        content = Pylock.from_dict(document)
    except PylockUnsupportedVersionError as error:
        raise LockError(
            location,
            f"{error}; get-installer supports version 1.0",
            "Create it with an older version of its tool.",
        ) from error
    except (PylockValidationError, ValueError) as error:
        raise LockError(location, f"it is not a valid lock by PEP 751 ({error})") from error
    selection = selection or LockSelection()
    extras, groups = content.extras, content.dependency_groups
    checked = replace(
        selection,
        extras=_check_names("extra", selection.extras, extras, location),
        groups=_check_names("dependency group", selection.groups, groups, location),
    )
    return PylockFile(location, content, checked)


def _check_strings(document: Mapping[str, Any]) -> None:
    """Raise `LimitError` for a string that `packaging` should not parse as what it may be."""
    for text in iter_strings({key: document[key] for key in document.keys() - {"tool"}}):
        check_text(text, REQUIREMENT_LENGTH)
        if ".whl" in text:
            check_wheel_tags(unquote(text))


def _check_names(
    kind: str, selected: Iterable[str], existing: Iterable[str] | None, location: Location
) -> frozenset[str]:
    """Return the selected names, normalised; refuse names that the lock does not have."""
    names = frozenset[str](map(canonicalize_name, selected))
    known = {canonicalize_name(name): name for name in existing or ()}
    if unknown := names - known.keys():
        listed = ", ".join(known.values()) or "none"
        reason = f"it has no {kind} {', '.join(sorted(unknown))} (it has: {listed})"
        raise LockError(location, reason, f"Leave out the {kind}, or add it to the lock.")
    return names


def select_packages(
    lock: PylockFile, target: TargetEnvironment, formats: FormatControl
) -> Iterator[tuple[Package, Entry]]:
    """Yield the lock's packages for the target, each with the entry to install it from.

    Raises `LockError` where the lock is not for this target, or contradicts itself.
    """
    from bootstrap._vendor.packaging.markers import UndefinedComparison, UndefinedEnvironmentName
    from bootstrap._vendor.packaging.pylock import PylockSelectError

    defaults = lock.content.default_groups or () if lock.selection.default_groups else ()
    try:
        yield from lock.content.select(
            environment=cast("Environment", dict(target.markers)),
            tags=target.tags,
            extras=lock.selection.extras,
            dependency_groups=lock.selection.groups.union(defaults),
            prefer_sdist_predicate=lambda name: not formats.allows_wheel(name),
        )
    except PylockSelectError as error:
        tag = target.tags[0] if target.tags else "no tag"
        python = f"Python {target.markers['python_full_version']}, {tag}"
        reason = f"{error} (the target is {python})"
        raise LockError(lock.location, reason, _OTHER_TARGET) from error
    except (UndefinedComparison, UndefinedEnvironmentName, ValueError) as error:
        raise LockError(lock.location, f"it is not a valid lock by PEP 751 ({error})") from error


def check_format(
    lock: PylockFile, name: NormalizedName, formats: FormatControl, *, is_wheel: bool
) -> None:
    """Raise `LockError` where the lock has only a kind of file that the user excludes."""
    if is_wheel and not formats.allows_wheel(name):
        raise LockError(
            lock.location, f"it has only a wheel of {name}, and --no-binary excludes wheels"
        )
    if not is_wheel and not formats.allows_sdist(name):
        reason = f"it has no wheel of {name} for this target, and --only-binary excludes sdists"
        raise LockError(lock.location, reason, _OTHER_TARGET)
