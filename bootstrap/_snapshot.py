"""Keeps the files of an installed copy in memory, since it may be replaced or removed as it runs.

`_archive` does this for the .pyz, and this module for files: modules and their data stay as they
were at the start of the run, so that it never mixes two versions of itself. For a module whose file
has not changed, the bytecode on disk is used.
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


class HeldFile(NamedTuple):
    """A file as it was at the start of the run."""

    content: bytes
    identity: tuple[int, int, int]
    """Inode, size and modification time: they differ if the file was changed."""


class HeldFiles:
    """The files of a directory as they were, by their names with slashes.

    Their contents are kept, not open files, which could not be replaced on Windows.
    """

    def __init__(self, parent: str, directory: str) -> None:
        self._held: dict[str, HeldFile] = {}
        for folder, directories, names in os.walk(os.path.join(parent, directory)):
            directories[:] = [name for name in directories if name != _BYTECODE]
            for path in (os.path.join(folder, name) for name in names):
                if held := _read(path):
                    relative = path.removeprefix(os.path.join(parent, ""))
                    self._held[relative.replace(os.sep, "/")] = held

    def __contains__(self, name: str) -> bool:
        return name in self._held

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def read(self, name: str) -> bytes:
        """Return a file's content. Raises KeyError."""
        return self._held[name].content

    def identity(self, name: str) -> tuple[int, int, int]:
        """Return the identity of a file at the start of the run. Raises KeyError."""
        return self._held[name].identity


class Snapshot(MemoryImporter):
    """Finds and loads the modules of a package, and its data, as they were."""

    def __init__(self, package: str, parent: str) -> None:
        self._held_files = HeldFiles(parent, package)
        super().__init__(self._held_files, parent, package)

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of a module that is held; others of a package are found by its path."""
        spec = super().find_spec(fullname)
        if spec and spec.submodule_search_locations is not None:
            spec.submodule_search_locations = [os.path.dirname(str(spec.origin))]
        return spec

    def get_code(self, fullname: str) -> CodeType:
        """Load a module's bytecode if its file is unchanged, else compile it."""
        name = self._name(fullname)
        file = self._file(name)
        if name in self._held_files and _identity(file) == self._held_files.identity(name):
            with suppress(OSError):  # it may be removed right now
                return cast("CodeType", SourceFileLoader(fullname, file).get_code(fullname))
        return super().get_code(fullname)

    def adopt(self, module: ModuleType) -> None:
        """Let a module that was imported before read its data from memory too."""
        spec = module.__spec__
        if spec and (held := self.find_spec(spec.name)) and held.origin == spec.origin:
            spec.loader = module.__loader__ = cast("Any", self)


def hold(package: ModuleType) -> None:
    """Keep a package's files as they are now until the process ends, unless it is in an archive."""
    file = os.path.abspath(str(package.__file__))
    name = package.__name__
    is_held = any(isinstance(f, Snapshot) and f.package == name for f in sys.meta_path)
    if is_held or not os.path.isfile(file):
        return
    snapshot = Snapshot(name, os.path.dirname(os.path.dirname(file)))
    sys.meta_path.insert(0, cast("Any", snapshot))
    for fullname, module in list(sys.modules.items()):
        if fullname.partition(".")[0] == name:
            snapshot.adopt(module)


def _read(path: str) -> HeldFile | None:
    try:
        with open(path, "rb", buffering=0) as stream:
            status = os.fstat(stream.fileno())
            return HeldFile(stream.read(), (status.st_ino, status.st_size, status.st_mtime_ns))
    except OSError:
        return None


def _identity(path: str) -> tuple[int, int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns
