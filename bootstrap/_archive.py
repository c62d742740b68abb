"""Imports `bootstrap` from an archive in memory, so that its file may be replaced during the run.

`zipimport` fails at the next import if its zip file is replaced (cpython#63281). The first lines of
the .pyz therefore read the file once and import from those bytes. So do those of the .py, which has
no file when it is piped. `_snapshot` does the same for an installed copy.

This file is run before `bootstrap` can be imported, so it imports nothing from it.
"""

from __future__ import annotations

import errno
import io
import marshal
import os
import struct
import sys
import zlib
from importlib.machinery import ModuleSpec
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import CodeType, ModuleType

# The zip format (APPNOTE 4.3): where a record's fields begin, and how long its fixed part is.
_END = struct.Struct("<4s4H2LH")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL_SIZE = 30


class MemoryFiles(Protocol):
    """Files in memory, by their names with slashes."""

    def __contains__(self, name: str) -> bool:
        """Return whether there is a file of that name."""

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""

    def read(self, name: str) -> bytes:
        """Return a file's content. Raises KeyError."""


class MemoryArchive:
    """The members of a zip file in memory.

    It reads only what our own build writes (stored or deflated, not encrypted, no ZIP64) and checks
    nothing, as Python does not check the program that it runs.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._members = dict(self._directory())

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def read(self, name: str) -> bytes:
        """Return the content of the member `name`. Raises KeyError."""
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
    """Finds and loads a package and its submodules from files in memory.

    :param path: what the names are relative to: the archive, or the parent of the package
    :param bytecode: marshalled code of modules, compiled for this Python
    """

    def __init__(
        self,
        files: MemoryFiles,
        path: str,
        package: str = "bootstrap",
        bytecode: Mapping[str, bytes] | None = None,
    ) -> None:
        self.files = files
        self.path = path
        self.package = package
        self.bytecode = bytecode or {}
        self.kit: BinaryIO | None = None
        """The open file that ends with the archive, where it is a kit."""

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of a module that is in memory."""
        if fullname.partition(".")[0] != self.package:
            return None
        name = self._name(fullname)
        if name not in self.files:
            return None
        spec = ModuleSpec(
            fullname,
            cast("Any", self),
            origin=self._file(name),
            is_package=self.is_package(fullname),
        )
        spec.has_location = True  # a package's path stays empty: it has no other modules
        return spec

    def create_module(self, _spec: ModuleSpec) -> ModuleType | None:
        """Return None, so that the import system makes the module."""
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Run the module's code."""
        exec(self.get_code(module.__name__), module.__dict__)

    def get_code(self, fullname: str) -> CodeType:
        """Load a module's bytecode, or compile it (PEP 302; `runpy` calls this)."""
        if (compiled := self.bytecode.get(fullname)) is not None:
            # As trusted as the sources: it is in the same archive, made by the same build.
            return cast("CodeType", marshal.loads(compiled))  # noqa: S302
        return compile(
            self._source(fullname), self._file(self._name(fullname)), "exec", dont_inherit=True
        )

    def get_source(self, fullname: str) -> str:
        """Return a module's source (PEP 302; tracebacks call this)."""
        return self._source(fullname).decode()

    def is_package(self, fullname: str) -> bool:
        """Return whether a module is a package (PEP 302)."""
        return f"{fullname.replace('.', '/')}/__init__.py" in self.files

    def get_data(self, path: str) -> bytes:
        """Return the content of the file at `path`, which begins with the importer's own path.

        PEP 302; `pkgutil` calls this. Raises OSError.
        """
        name = path.removeprefix(self._file("")).replace(os.sep, "/")
        return Resource(self.files, name).read_bytes()

    def get_resource_reader(self, fullname: str) -> Resources | None:
        """Return the reader of a package's files for `importlib.resources`."""
        if not self.is_package(fullname):
            return None
        return Resources(Resource(self.files, fullname.replace(".", "/")))

    def _source(self, fullname: str) -> bytes:
        try:
            return self.files.read(self._name(fullname))
        except KeyError as exc:
            raise ImportError(f"{fullname} is not in memory", name=fullname) from exc

    def _name(self, fullname: str) -> str:
        ending = "/__init__.py" if self.is_package(fullname) else ".py"
        return fullname.replace(".", "/") + ending

    def _file(self, name: str) -> str:
        return os.path.join(self.path, name.replace("/", os.sep))


class Resource:
    """A file or a directory in memory (the methods of `Traversable`)."""

    def __init__(self, files: MemoryFiles, path: str) -> None:
        self._files = files
        self._path = path

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self._path.rpartition("/")[2]

    def is_file(self) -> bool:
        """Return whether it is a file."""
        return self._path in self._files

    def is_dir(self) -> bool:
        """Return whether there is a file below it."""
        return any(name.startswith(f"{self._path}/") for name in self._files)

    def iterdir(self) -> Iterator[Resource]:
        """Iterate over the directory."""
        inside = f"{self._path}/"
        below = (name.removeprefix(inside) for name in self._files if name.startswith(inside))
        return map(self.joinpath, sorted({name.partition("/")[0] for name in below if name}))

    def joinpath(self, *descendants: str) -> Resource:
        """Return the file or directory at a path below it."""
        return Resource(self._files, "/".join((self._path, *descendants)))

    __truediv__ = joinpath

    def read_bytes(self) -> bytes:
        """Return the file's content. Raises FileNotFoundError."""
        try:
            return self._files.read(self._path)
        except KeyError as exc:
            raise FileNotFoundError(errno.ENOENT, "not in memory", self._path) from exc

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
    """The files of a package (the methods of `TraversableResources`)."""

    def __init__(self, root: Resource) -> None:
        self._root = root

    def files(self) -> Resource:
        """Return the package's directory."""
        return self._root

    def open_resource(self, resource: str) -> io.BytesIO:
        """Open a file to read bytes."""
        return io.BytesIO(self._root.joinpath(resource).read_bytes())

    def resource_path(self, resource: str) -> str:
        """Raise FileNotFoundError: no file has a path of its own."""
        raise FileNotFoundError(resource)

    def is_resource(self, name: str) -> bool:
        """Return whether a name is a file."""
        return self._root.joinpath(name).is_file()

    def contents(self) -> Iterator[str]:
        """Iterate over the names of files and directories."""
        return (resource.name for resource in self._root.iterdir())


def start(
    data: bytes,
    path: str,
    kit: BinaryIO | None = None,
    bytecode: Mapping[str, bytes] | None = None,
) -> None:
    """Let `bootstrap` be imported from the archive `data`, which its modules show as `path`.

    :param kit: the open file, where the archive is the end of a kit
    :param bytecode: marshalled code of modules, compiled for this Python, if there is any
    """
    importer = MemoryImporter(MemoryArchive(data), path, bytecode=bytecode)
    importer.kit = kit
    sys.meta_path.insert(0, cast("Any", importer))
