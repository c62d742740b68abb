"""An installed copy that may be replaced or removed while it runs: its modules, held in memory.

What the first lines of the .pyz do for the archive (`_archive`), this does for files. A module that
still lies on disk as it did is imported as ever, compiled as it is; one that has changed or
vanished since is imported from memory, so that a run never mixes two versions of itself.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import ModuleSpec
from typing import TYPE_CHECKING, Any, NamedTuple, cast

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import ModuleType


class Held(NamedTuple):
    """One source file as it was when the run began."""

    source: bytes
    identity: tuple[int, int, int]


class Snapshot:
    """Finds and loads the modules of a package that are no longer on disk as they were."""

    def __init__(self, package: str, directory: str) -> None:
        self._package = package
        self._parent = os.path.dirname(directory)
        self._held = {path: held for path in _sources(directory) if (held := _read(path))}

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Answer for what has changed; the usual finders have the rest."""
        if fullname.partition(".")[0] != self._package:
            return None
        stem = os.path.join(self._parent, *fullname.split("."))
        package = os.path.join(stem, "__init__.py")
        file = package if package in self._held else f"{stem}.py"
        if file not in self._held or _identity(file) == self._held[file].identity:
            return None
        spec = ModuleSpec(fullname, cast("Any", self), origin=file, is_package=file == package)
        spec.has_location = True
        return spec

    def create_module(self, _spec: ModuleSpec) -> ModuleType | None:
        """Leave it to the import system."""
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Run the module's code."""
        file = str(module.__file__)
        exec(compile(self._held[file].source, file, "exec", dont_inherit=True), module.__dict__)


def hold(package: ModuleType) -> None:
    """Keep a package's modules as they are now, where they are files."""
    file = os.path.abspath(str(package.__file__))
    if os.path.isfile(file):  # else it is in the archive's own memory
        snapshot = Snapshot(package.__name__, os.path.dirname(file))
        sys.meta_path.insert(0, cast("Any", snapshot))


def _sources(directory: str) -> Iterator[str]:
    for place, _, names in os.walk(directory):
        yield from (os.path.join(place, name) for name in names if name.endswith(".py"))


def _read(path: str) -> Held | None:
    try:
        with open(path, "rb") as stream:
            status = os.fstat(stream.fileno())
            return Held(stream.read(), (status.st_ino, status.st_size, status.st_mtime_ns))
    except OSError:
        return None


def _identity(path: str) -> tuple[int, int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns
