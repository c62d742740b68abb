"""An installed copy that may be replaced or removed while it runs: its files, held in memory.

What the first lines of the .pyz do for the archive (`_archive`), this does for files: modules, and
the data beside them, are what they were when the run began, so that it never mixes two versions of
itself. A module that still lies on disk as it did is not compiled anew where its bytecode is there.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from importlib.machinery import SourceFileLoader
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from bootstrap._archive import MemoryImporter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from importlib.machinery import ModuleSpec
    from types import CodeType, ModuleType

_BYTECODE = "__pycache__"


class Held(NamedTuple):
    """One file as it was when the run began."""

    content: bytes
    identity: tuple[int, int, int]


class Files:
    """The files of a directory as they were, by their names with slashes.

    Contents, not open files: on Windows one that is open could not be replaced.
    """

    def __init__(self, parent: str, directory: str) -> None:
        self._held = {
            path.removeprefix(os.path.join(parent, "")).replace(os.sep, "/"): held
            for path in _paths(os.path.join(parent, directory))
            if (held := _read(path))
        }

    def __contains__(self, name: str) -> bool:
        return name in self._held

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def read(self, name: str) -> bytes:
        """Return a file's content.

        :raises KeyError: it was not there.
        """
        return self._held[name].content

    def identity(self, name: str) -> tuple[int, int, int]:
        """Return what tells whether it has been changed since."""
        return self._held[name].identity


class Snapshot(MemoryImporter):
    """Finds and loads the modules of a package as they were, and reads its data."""

    def __init__(self, package: str, parent: str) -> None:
        self._files = Files(parent, package)
        super().__init__(self._files, parent, package)

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Answer for modules that are held; what else a package has is found by its path."""
        spec = super().find_spec(fullname)
        if spec and spec.submodule_search_locations is not None:
            spec.submodule_search_locations = [os.path.dirname(str(spec.origin))]
        return spec

    def get_code(self, fullname: str) -> CodeType:
        """Load a module's bytecode where its file is as it was, and compile it where not."""
        name = self._name(fullname)
        file = self._file(name)
        if name in self._files and _identity(file) == self._files.identity(name):
            with suppress(OSError):  # it may vanish right now
                return cast("CodeType", SourceFileLoader(fullname, file).get_code(fullname))
        return super().get_code(fullname)

    def adopt(self, module: ModuleType) -> None:
        """Let a module that is loaded already read its data from memory, too."""
        spec = module.__spec__
        if spec and (held := self.find_spec(spec.name)) and held.origin == spec.origin:
            spec.loader = module.__loader__ = cast("Any", self)


def hold(package: ModuleType) -> None:
    """Keep a package's files as they are now, where they are files, for the rest of the process."""
    file = os.path.abspath(str(package.__file__))
    name = package.__name__
    if not os.path.isfile(file) or _is_held(name):  # in the archive's own memory, or in ours
        return
    snapshot = Snapshot(name, os.path.dirname(os.path.dirname(file)))
    sys.meta_path.insert(0, cast("Any", snapshot))
    for fullname, module in list(sys.modules.items()):
        if fullname.partition(".")[0] == name:
            snapshot.adopt(module)


def _is_held(package: str) -> bool:
    return any(isinstance(each, Snapshot) and each.package == package for each in sys.meta_path)


def _paths(directory: str) -> Iterator[str]:
    for place, directories, names in os.walk(directory):
        directories[:] = [name for name in directories if name != _BYTECODE]
        yield from (os.path.join(place, name) for name in names)


def _read(path: str) -> Held | None:
    try:
        with open(path, "rb", buffering=0) as stream:
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
