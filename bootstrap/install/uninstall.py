"""Which files an installed distribution owns: told by RECORD, or by what older tools left.

Nothing outside the directories of the scheme is ever named (pip's GHSA-pjjw-68hj-v9mw), nor what
makes the environment what it is: its interpreter, `pyvenv.cfg`.
"""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.install.errors import CannotUninstallError
from bootstrap.install.scheme_paths import SchemePaths
from bootstrap.install.wheel.entry_points import check_interpreter_name, parse_entry_points
from bootstrap.install.wheel.record import recorded_paths
from bootstrap.install.wheel_rules import WheelValidationError
from bootstrap.metadata.installed import InstalledKind, InstalledRecord, scan_directory

_EASY_INSTALL = "easy-install.pth"


@dataclass(frozen=True)
class InstalledFiles:
    """What belongs to a distribution."""

    files: frozenset[str]
    """Canonical paths: symbolic links resolved in all but the last part."""
    lines: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Lines to take out of .pth files, by the files' paths."""
    outside: tuple[str, ...] = ()
    """What it claims but cannot own; it is left alone."""


def installed_records(places: SchemePaths) -> Iterator[InstalledRecord]:
    """Yield every distribution in the library directories, duplicates and damaged ones included."""
    for library in places.libraries:
        with suppress(FileNotFoundError):
            yield from scan_directory(Path(library))


def owned_by(present: InstalledRecord, places: SchemePaths) -> InstalledFiles:
    """Return what belongs to an installed distribution.

    Raises `CannotUninstallError` where that is not known.
    """
    paths, lines = _CLAIMS[present.kind](present, places)
    files, outside = set(), []
    canonical = _Canonical(places)
    for path in paths:
        resolved = canonical(path)
        if resolved is not None:
            files.add(resolved)
        elif os.path.lexists(path):
            outside.append(path)
    return InstalledFiles(frozenset(files), lines, tuple(outside))


class _Canonical:
    """Resolves the parents of paths, each once, and refuses what must not be touched."""

    def __init__(self, places: SchemePaths) -> None:
        self._places = places
        self._parents: dict[str, str | None] = {}

    def __call__(self, path: str) -> str | None:
        parent, name = os.path.split(path)
        if parent not in self._parents:
            self._parents[parent] = self._resolve(parent)
        resolved = self._parents[parent]
        if resolved is None or name in {"", os.curdir, os.pardir, "pyvenv.cfg"}:
            return None
        if resolved == self._places.directories["scripts"] and _is_interpreter(name):
            return None
        return os.path.join(resolved, name)

    def _resolve(self, parent: str) -> str | None:
        resolved = os.path.realpath(parent)
        return resolved if self._places.contains(os.path.join(resolved, "x")) else None


def _is_interpreter(name: str) -> bool:
    try:
        check_interpreter_name(name)
    except WheelValidationError:
        return True
    return False


_Claims = tuple[Iterable[str], Mapping[str, frozenset[str]]]


def _dist_info(present: InstalledRecord, places: SchemePaths) -> _Claims:
    record = os.path.join(present.path, "RECORD")
    try:
        with open(record, "rb") as stream:
            rows = recorded_paths(stream.read())
    except FileNotFoundError as exc:
        raise _without_record(present) from exc
    except (OSError, WheelValidationError) as exc:
        reason = f"its RECORD cannot be read ({exc})"
        raise CannotUninstallError(str(present), str(present.path), reason, _WAY_OUT) from exc
    # RECORD's paths start from the directory as it is named, not from where links lead.
    start = _nominal(str(present.location), places)
    return (os.path.normpath(os.path.join(start, row)) for row in rows), {}


def _nominal(library: str, places: SchemePaths) -> str:
    for named in (places.scheme.purelib, places.scheme.platlib):
        if os.path.realpath(named) == library:
            return str(named)
    return library


_WAY_OUT = (
    "Remove it with the program that installed it, or say --ignore-installed to install over it "
    "and leave the rest to you."
)


def _without_record(present: InstalledRecord) -> CannotUninstallError:
    try:
        with open(os.path.join(present.path, "INSTALLER"), encoding="utf-8") as stream:
            installer = stream.read().strip()
    except (OSError, UnicodeDecodeError):
        installer = ""
    hint = f"It was installed by {installer}: remove it with that. " if installer else ""
    reason = "it has no RECORD, so that nobody knows which files are its own"
    return CannotUninstallError(str(present), str(present.path), reason, hint + _WAY_OUT)


def _egg_info(present: InstalledRecord, places: SchemePaths) -> _Claims:
    files = [*_below(str(present.path)), *_entry_point_scripts(str(present.path), places)]
    if listed := _lines(str(present.path), "installed-files.txt"):
        files += [os.path.normpath(os.path.join(present.path, line)) for line in listed]
        return files, {}
    namespaces = set(_lines(str(present.path), "namespace_packages.txt"))
    for top in set(_lines(str(present.path), "top_level.txt")) - namespaces:
        path = os.path.join(present.location, top)
        files += [*_below(path), f"{path}.py"]
    return files, {}


def _distutils(present: InstalledRecord, _: SchemePaths) -> _Claims:
    reason = "distutils installed it without a list of its files"
    raise CannotUninstallError(str(present), str(present.path), reason, _WAY_OUT)


def _egg(present: InstalledRecord, places: SchemePaths) -> _Claims:
    info = os.path.join(present.path, "EGG-INFO")
    files = [*_below(str(present.path)), *_entry_point_scripts(info, places)]
    line = f"./{os.path.basename(present.path)}"
    return files, {os.path.join(present.location, _EASY_INSTALL): frozenset({line})}


def _egg_link(present: InstalledRecord, places: SchemePaths) -> _Claims:
    directory, name = os.path.split(present.path)
    source = next(iter(_lines(directory, name)), "")
    scripts = _entry_point_scripts(_egg_info_in(source), places)
    pth = os.path.join(directory, _EASY_INSTALL)
    return [str(present.path), *scripts], {pth: frozenset({source})}


def _egg_info_in(source: str) -> str:
    try:
        found = [name for name in os.listdir(source) if name.endswith(".egg-info")]
    except OSError:
        found = []
    return os.path.join(source, found[0]) if found else source


_CLAIMS = {
    InstalledKind.DIST_INFO: _dist_info,
    InstalledKind.EGG_INFO_DIRECTORY: _egg_info,
    InstalledKind.EGG_INFO_FILE: _distutils,
    InstalledKind.EGG: _egg,
    InstalledKind.EGG_LINK: _egg_link,
}


def _below(path: str) -> Iterator[str]:
    """Yield a file, or all files of a directory; links are not followed."""
    if not os.path.isdir(path) or os.path.islink(path):
        yield path
        return
    for directory, subdirectories, names in os.walk(path):
        links = (name for name in subdirectories if os.path.islink(os.path.join(directory, name)))
        yield from (os.path.join(directory, name) for name in (*names, *links))


def _lines(directory: str, name: str) -> list[str]:
    try:
        with open(os.path.join(directory, name), encoding="utf-8") as stream:
            return [line.strip() for line in stream if line.strip()]
    except (OSError, UnicodeDecodeError):
        return []


def _entry_point_scripts(metadata: str, places: SchemePaths) -> Iterator[str]:
    """Yield the scripts older tools made without listing them."""
    directory = places.directories["scripts"]
    try:
        with open(os.path.join(metadata, "entry_points.txt"), "rb") as stream:
            names = [each.name for each in parse_entry_points(stream.read())]
    except (OSError, WheelValidationError):
        names = []
    with suppress(OSError):
        names += os.listdir(os.path.join(metadata, "scripts"))
    for name in names:
        yield from (os.path.join(directory, name + end) for end in ("", ".exe", "-script.py"))


# FOLDED from bootstrap/install/environment/bytecode_files.py
CACHE = "__pycache__"
_SUFFIXES = (".pyc", ".pyo")


def is_bytecode_of(path: str, owned: Container[str]) -> bool:
    """Whether a file is the bytecode of an owned source, or a cache whose source is gone."""
    if not path.endswith(_SUFFIXES):
        return False
    directory, name = os.path.split(path)
    if os.path.basename(directory) != CACHE:
        return os.path.splitext(path)[0] + ".py" in owned
    source = os.path.join(os.path.dirname(directory), name.partition(".")[0] + ".py")
    return source in owned or not os.path.lexists(source)


def bytecode_of(source: str) -> Iterator[str]:
    """Yield the bytecode files there are of one Python file."""
    stem, suffix = os.path.splitext(source)
    if suffix != ".py":
        return
    directory, module = os.path.split(stem)
    cache = os.path.join(directory, CACHE)
    yield from (stem + each for each in _SUFFIXES if os.path.lexists(stem + each))
    try:
        names = os.listdir(cache)
    except OSError:
        return
    for name in names:
        if name.partition(".")[0] == module and name.endswith(_SUFFIXES):
            yield os.path.join(cache, name)


# FOLDED from bootstrap/install/environment/owners.py
class Owners:
    """The owners of the target's files, those that are about to be replaced left out."""

    def __init__(self, places: SchemePaths, leaving: Container[NormalizedName]) -> None:
        self._places, self._leaving = places, leaving

    @cached_property
    def _by_path(self) -> dict[str, str]:
        owners: dict[str, str] = {}
        for present in installed_records(self._places):
            if present.name in self._leaving:
                continue
            try:
                files = owned_by(present, self._places).files
            except CannotUninstallError:
                continue
            owners.update(dict.fromkeys(files, str(present)))
        return owners

    def __getitem__(self, path: str) -> str | None:
        return self._by_path.get(path)
