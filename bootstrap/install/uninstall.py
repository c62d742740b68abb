"""Which files an installed distribution owns: listed in RECORD, or found as older tools left them.

Paths outside the directories of the scheme are never owned (pip's GHSA-pjjw-68hj-v9mw), nor are the
files that make the environment: its interpreter and `pyvenv.cfg`.
"""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from bootstrap.dataclasses import dataclass, field
from bootstrap.file_changes import patiently
from bootstrap.formats.documents import read_file
from bootstrap.install.errors import CannotUninstallError, UnreadableListError
from bootstrap.install.filesystem import NameSpeller
from bootstrap.install.scheme_paths import SchemePaths
from bootstrap.install.strict_zip.names import find_windows_rule, fold
from bootstrap.install.wheel.entry_points import (
    is_environment_file,
    is_interpreter_name,
    parse_entry_points,
)
from bootstrap.install.wheel.record import parse_record_paths
from bootstrap.install.wheel_rules import WheelValidationError
from bootstrap.limits import RECORD_SIZE, LimitError
from bootstrap.metadata.installed_record import (
    InstalledKind,
    InstalledRecord,
    read_text,
    scan_directory,
)

_EASY_INSTALL = "easy-install.pth"
_NEVER_OWNED = {"", os.curdir, os.pardir, "pyvenv.cfg"}
_CACHE = "__pycache__"
_BYTECODE_SUFFIXES = (".pyc", ".pyo")
_ABSENT = (FileNotFoundError, NotADirectoryError)
_HINT = (
    "Remove it with the program that installed it, or use --ignore-installed to install over it "
    "and clean up yourself."
)


@dataclass(frozen=True)
class InstalledFiles:
    """The files of an installed distribution."""

    files: frozenset[str]
    """Canonical paths: symbolic links resolved in all but the last part, and spelt as the file
    system does, which may differ from what RECORD says."""
    pth_lines: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The lines to remove from .pth files, by the files' paths."""
    outside: tuple[str, ...] = ()
    """Paths that it lists but cannot own; they are not touched."""


def scan_libraries(paths: SchemePaths) -> Iterator[InstalledRecord]:
    """Yield every distribution in the library directories, duplicates and damaged ones included."""
    for library in paths.libraries:
        with suppress(FileNotFoundError):
            yield from scan_directory(Path(library))


def find_installed_files(record: InstalledRecord, paths: SchemePaths) -> InstalledFiles:
    """Return the files of an installed distribution.

    Raises `CannotUninstallError` where they are not known, and `UnreadableListError`.
    """
    if record.kind is InstalledKind.EGG_INFO_FILE:
        raise _cannot_uninstall(record, "distutils installed it without a list of its files")
    try:
        listed, pth_lines = _LISTERS[record.kind](record, paths)
    except (OSError, LimitError) as exc:
        path = getattr(exc, "filename", None) or str(record.path)
        raise UnreadableListError(str(record), path, str(exc)) from exc
    around_interpreters = {paths.directories["scripts"], paths.directories["data"]}
    speller = NameSpeller()
    files, outside = set(), []
    parents: dict[str, str | None] = {}
    for path in listed:
        parent, name = os.path.split(path)
        if os.name == "nt" and find_windows_rule(name):  # a device or a stream is nobody's file
            continue
        if parent not in parents:  # links are resolved once a directory
            is_there = os.path.isdir(parent)
            canonical = os.path.realpath(parent) if is_there else parent
            around = paths.directory_around(os.path.join(canonical, "x")) if is_there else None
            parents[parent] = None if around is None else speller.spell(canonical, around)
        directory = parents[parent]
        file = "" if directory is None else speller.spell_name(directory, name)
        name = os.path.basename(file)
        is_protected = fold(name) in _NEVER_OWNED or (
            directory in around_interpreters
            and (is_environment_file(name) or is_interpreter_name(name))
        )
        if not is_protected:
            files.add(file)
        elif os.path.lexists(path):
            outside.append(path)
    return InstalledFiles(frozenset(files), pth_lines, tuple(outside))


def read_list(path: Path) -> bytes:
    """Return the content of a list of files, also where a scanner has it open for a moment.

    Raises OSError and `LimitError`.
    """
    return patiently(read_file, path, RECORD_SIZE)


_Listed = tuple[Iterable[str], Mapping[str, frozenset[str]]]
"""The paths that a distribution lists, and the lines of .pth files that belong to it."""


def _list_dist_info(record: InstalledRecord, paths: SchemePaths) -> _Listed:
    try:
        rows = parse_record_paths(read_list(record.path / "RECORD"))
    except FileNotFoundError as exc:
        installer = (read_text(record.path, "INSTALLER") or "").strip()
        hint = f"It was installed by {installer}: remove it with that. " if installer else ""
        raise _cannot_uninstall(record, "it has no RECORD, the list of its files", hint) from exc
    except WheelValidationError as exc:
        raise _cannot_uninstall(record, f"its RECORD cannot be read ({exc})") from exc
    # RECORD's paths are relative to the directory as the scheme names it, links not resolved.
    named = (paths.scheme.purelib, paths.scheme.platlib)
    location = str(record.location)
    start = next((str(path) for path in named if os.path.realpath(path) == location), location)
    return (os.path.normpath(os.path.join(start, row)) for row in rows), {}


def _list_egg_info(record: InstalledRecord, paths: SchemePaths) -> _Listed:
    files = [*_walk(str(record.path)), *_find_entry_point_scripts(record.path, paths)]
    if listed := _read_lines(record.path / "installed-files.txt"):
        files += [os.path.normpath(os.path.join(record.path, line)) for line in listed]
        return files, {}
    namespaces = set(_read_lines(record.path / "namespace_packages.txt"))
    for name in set(_read_lines(record.path / "top_level.txt")) - namespaces:
        path = os.path.join(record.location, name)
        files += [*_walk(path), f"{path}.py"]
    return files, {}


def _list_egg(record: InstalledRecord, paths: SchemePaths) -> _Listed:
    scripts = _find_entry_point_scripts(record.path / "EGG-INFO", paths)
    pth = str(record.location / _EASY_INSTALL)
    return [*_walk(str(record.path)), *scripts], {pth: frozenset({f"./{record.path.name}"})}


def _list_egg_link(record: InstalledRecord, paths: SchemePaths) -> _Listed:
    source = next(iter(_read_lines(record.path)), "")
    try:
        names = [name for name in os.listdir(source) if name.endswith(".egg-info")]
    except OSError:
        names = []
    scripts = _find_entry_point_scripts(Path(source, *names[:1]), paths)
    pth = str(record.path.parent / _EASY_INSTALL)
    return [str(record.path), *scripts], {pth: frozenset({source})}


_LISTERS = {
    InstalledKind.DIST_INFO: _list_dist_info,
    InstalledKind.EGG_INFO_DIRECTORY: _list_egg_info,
    InstalledKind.EGG: _list_egg,
    InstalledKind.EGG_LINK: _list_egg_link,
}


def _cannot_uninstall(record: InstalledRecord, reason: str, hint: str = "") -> CannotUninstallError:
    return CannotUninstallError(str(record), str(record.path), reason, hint + _HINT)


def _walk(path: str) -> Iterator[str]:
    """Yield a file, or all files of a directory; links are not followed."""
    if not os.path.isdir(path) or os.path.islink(path):
        yield path
        return
    for directory, subdirectories, names in os.walk(path):
        links = (name for name in subdirectories if os.path.islink(os.path.join(directory, name)))
        yield from (os.path.join(directory, name) for name in (*names, *links))


def _read_lines(path: Path) -> list[str]:
    try:
        text = read_list(path).decode("utf-8")
        return [line for line in map(str.strip, text.split("\n")) if line]
    except (*_ABSENT, UnicodeDecodeError):
        return []


def _find_entry_point_scripts(metadata: Path, paths: SchemePaths) -> Iterator[str]:
    """Yield the scripts that older tools made without listing them."""
    try:
        content = read_list(metadata / "entry_points.txt")
        names = [entry_point.name for entry_point in parse_entry_points(content)]
    except (*_ABSENT, LimitError, WheelValidationError):
        names = []
    with suppress(*_ABSENT):
        names += os.listdir(metadata / "scripts")
    for name in names:
        path = os.path.join(paths.directories["scripts"], name)
        yield from (path, f"{path}.exe", f"{path}-script.py")


def is_bytecode_of(path: str, sources: Container[str]) -> bool:
    """Whether a file is the bytecode of one of the sources, or of a source that is gone."""
    if not path.endswith(_BYTECODE_SUFFIXES):
        return False
    directory, name = os.path.split(path)
    if os.path.basename(directory) != _CACHE:
        return os.path.splitext(path)[0] + ".py" in sources
    source = os.path.join(os.path.dirname(directory), name.partition(".")[0] + ".py")
    return source in sources or not os.path.lexists(source)


def find_bytecode(source: str) -> Iterator[str]:
    """Yield the existing bytecode files of a Python file."""
    stem, suffix = os.path.splitext(source)
    if suffix != ".py":
        return
    yield from (stem + end for end in _BYTECODE_SUFFIXES if os.path.lexists(stem + end))
    directory, module = os.path.split(stem)
    cache = os.path.join(directory, _CACHE)
    with suppress(OSError):
        for name in os.listdir(cache):
            if name.partition(".")[0] == module and name.endswith(_BYTECODE_SUFFIXES):
                yield os.path.join(cache, name)
