"""The running archive, held in memory: imports and reads outlive the file they came from.

A zip that is replaced while it runs makes `zipimport` fail at the next import (cpython#63281). The
first lines of the .pyz therefore read the file once and import from those bytes, and those of the
.py, which has no file when it is piped, do the same. `_snapshot` imports an installed copy so, too.

This file is run before `bootstrap` can be imported, so it imports nothing of it.
"""

from __future__ import annotations

import errno
import io
import os
import struct
import sys
import zlib
from importlib.machinery import ModuleSpec
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import CodeType, ModuleType

# The zip format (APPNOTE 4.3): where a record's fields begin, and how long its fixed part is.
_END = struct.Struct("<4s4H2LH")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL_SIZE = 30


class Source(Protocol):
    """Files that are held in memory, by their names with slashes."""

    def __contains__(self, name: str) -> bool:
        """Tell whether there is a file of that name."""

    def __iter__(self) -> Iterator[str]:
        """Name them all."""

    def read(self, name: str) -> bytes:
        """Return a file's content.

        :raises KeyError: there is none.
        """


class Archive:
    """The members of a zip file that is held in memory.

    It reads what our own build writes (stored or deflated, nothing encrypted, no ZIP64), and
    trusts it as Python trusts the program that it runs.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._members = dict(self._directory())

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def read(self, name: str) -> bytes:
        """Return the content of the member `name`.

        :raises KeyError: there is none.
        """
        compressed, size, header = self._members[name]
        name_size, extra_size = struct.unpack_from("<2H", self.data, header + _LOCAL_SIZE - 4)
        start = header + _LOCAL_SIZE + name_size + extra_size
        content = self.data[start : start + size]
        return zlib.decompress(content, -zlib.MAX_WBITS) if compressed else content

    def _directory(self) -> Iterator[tuple[str, tuple[bool, int, int]]]:
        end = self.data.rindex(b"PK\5\6")
        _, _, _, _, count, size, _, _ = _END.unpack_from(self.data, end)
        position = end - size
        for _ in range(count):
            entry = _ENTRY.unpack_from(self.data, position)
            method, size, name_size, header = entry[4], entry[8], entry[10], entry[16]
            position += _ENTRY.size
            name = self.data[position : position + name_size].decode()
            position += name_size + entry[11] + entry[12]
            yield name, (method != 0, size, header)


class MemoryImporter:
    """Finds and loads a package and all below it, from what is held in memory.

    :param path: where the source's names begin: the archive, or the directory of the package.
    """

    def __init__(self, source: Source, path: str, package: str = "bootstrap") -> None:
        self.source = source
        self.path = path
        self.package = package

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Answer for modules that are held."""
        if fullname.partition(".")[0] != self.package:
            return None
        name = self._name(fullname)
        if name not in self.source:
            return None
        spec = ModuleSpec(
            fullname,
            cast("Any", self),
            origin=self._file(name),
            is_package=self.is_package(fullname),
        )
        spec.has_location = True  # a package's path stays empty: there is nowhere else to look
        return spec

    def create_module(self, _spec: ModuleSpec) -> ModuleType | None:
        """Leave it to the import system."""
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Run the module's code."""
        exec(self.get_code(module.__name__), module.__dict__)

    def get_code(self, fullname: str) -> CodeType:
        """Compile a module (PEP 302, as `runpy` asks for it)."""
        return compile(
            self._source(fullname), self._file(self._name(fullname)), "exec", dont_inherit=True
        )

    def get_source(self, fullname: str) -> str:
        """Return a module's source (PEP 302, as tracebacks ask for it)."""
        return self._source(fullname).decode()

    def is_package(self, fullname: str) -> bool:
        """Tell a package from a module (PEP 302)."""
        return f"{fullname.replace('.', '/')}/__init__.py" in self.source

    def get_data(self, path: str) -> bytes:
        """Return what lies at `path`, which begins with the importer's (PEP 302, for `pkgutil`).

        :raises OSError: nothing does.
        """
        name = path.removeprefix(self._file("")).replace(os.sep, "/")
        return Resource(self.source, name).read_bytes()

    def get_resource_reader(self, fullname: str) -> Resources | None:
        """Return what `importlib.resources` reads a package's files by."""
        if not self.is_package(fullname):
            return None
        return Resources(Resource(self.source, fullname.replace(".", "/")))

    def _source(self, fullname: str) -> bytes:
        try:
            return self.source.read(self._name(fullname))
        except KeyError as exc:
            raise ImportError(f"{fullname} is not held in memory", name=fullname) from exc

    def _name(self, fullname: str) -> str:
        ending = "/__init__.py" if self.is_package(fullname) else ".py"
        return fullname.replace(".", "/") + ending

    def _file(self, name: str) -> str:
        return os.path.join(self.path, name.replace("/", os.sep))


class Resource:
    """A file or a directory that is held in memory (the methods of `Traversable`)."""

    def __init__(self, source: Source, at: str) -> None:
        self._source = source
        self._at = at

    @property
    def name(self) -> str:
        """Return the last part of its path."""
        return self._at.rpartition("/")[2]

    def is_file(self) -> bool:
        """Tell whether it is a file that is held."""
        return self._at in self._source

    def is_dir(self) -> bool:
        """Tell whether a file below it is held."""
        return any(name.startswith(f"{self._at}/") for name in self._source)

    def iterdir(self) -> Iterator[Resource]:
        """Return what is in the directory."""
        inside = f"{self._at}/"
        below = (name.removeprefix(inside) for name in self._source if name.startswith(inside))
        return map(self.joinpath, sorted({name.partition("/")[0] for name in below if name}))

    def joinpath(self, *descendants: str) -> Resource:
        """Return what is called so below it."""
        return Resource(self._source, "/".join((self._at, *descendants)))

    __truediv__ = joinpath

    def read_bytes(self) -> bytes:
        """Return the file's content.

        :raises FileNotFoundError: there is none.
        """
        try:
            return self._source.read(self._at)
        except KeyError as exc:
            raise FileNotFoundError(errno.ENOENT, "not held in memory", self._at) from exc

    def read_text(self, encoding: str | None = None, errors: str | None = None) -> str:
        """Return the file's text."""
        with self.open("r", encoding, errors) as stream:
            return str(stream.read())

    def open(
        self, mode: str = "r", encoding: str | None = None, errors: str | None = None
    ) -> io.BytesIO | io.TextIOWrapper:
        """Open the file to read its bytes or its text."""
        stream = io.BytesIO(self.read_bytes())
        return stream if "b" in mode else io.TextIOWrapper(stream, encoding, errors)


class Resources:
    """The files beside a package's modules (the methods of `TraversableResources`)."""

    def __init__(self, root: Resource) -> None:
        self._root = root

    def files(self) -> Resource:
        """Return the package's directory."""
        return self._root

    def open_resource(self, resource: str) -> io.BytesIO:
        """Open a file to read bytes."""
        return io.BytesIO(self._root.joinpath(resource).read_bytes())

    def resource_path(self, resource: str) -> str:
        """Say that no file has a path of its own.

        :raises FileNotFoundError: always.
        """
        raise FileNotFoundError(resource)

    def is_resource(self, name: str) -> bool:
        """Tell a file from a directory."""
        return self._root.joinpath(name).is_file()

    def contents(self) -> Iterator[str]:
        """Name what is there."""
        return (each.name for each in self._root.iterdir())


def start(data: bytes, path: str) -> None:
    """Let `bootstrap` be imported from the archive `data`, which says that it lies at `path`."""
    sys.meta_path.insert(0, cast("Any", MemoryImporter(Archive(data), path)))
