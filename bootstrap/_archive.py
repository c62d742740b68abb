"""The running archive, held in memory: imports and reads outlive the file they came from.

A zip that is replaced while it runs makes `zipimport` fail at the next import (cpython#63281). The
first lines of the .pyz therefore read the file once and import from those bytes, and those of the
.py, which has no file when it is piped, do the same.
"""

from __future__ import annotations

import io
import os
import struct
import sys
import zlib
from importlib.machinery import ModuleSpec
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator, Sequence
    from types import CodeType, ModuleType

# The zip format (APPNOTE 4.3): where a record's fields begin, and how long its fixed part is.
_END = struct.Struct("<4s4H2LH")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL_SIZE = 30


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


class ArchiveImporter:
    """Finds and loads `bootstrap` and all below it, from an archive and from nowhere else."""

    def __init__(self, archive: Archive, path: str) -> None:
        self.archive = archive
        self.path = path

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Answer for modules of the archive."""
        if fullname.partition(".")[0] != "bootstrap":
            return None
        package = self._member(fullname, package=True)
        member = package if package in self.archive else self._member(fullname)
        if member not in self.archive:
            return None
        spec = ModuleSpec(
            fullname, cast("Any", self), origin=self._file(member), is_package=member == package
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
        source, file = self._source(fullname)
        return compile(source, file, "exec", dont_inherit=True)

    def get_source(self, fullname: str) -> str:
        """Return a module's source (PEP 302, as tracebacks ask for it)."""
        return self._source(fullname)[0].decode()

    def is_package(self, fullname: str) -> bool:
        """Tell a package from a module (PEP 302)."""
        return self._member(fullname, package=True) in self.archive

    def get_data(self, path: str) -> bytes:
        """Return what lies at `path`, below the path of the archive (PEP 302, for `pkgutil`).

        :raises OSError: nothing does.
        """
        try:
            return self.archive.read(path.removeprefix(self._file("")).replace(os.sep, "/"))
        except KeyError as exc:
            raise FileNotFoundError(0, "not in the archive", path) from exc

    def get_resource_reader(self, fullname: str) -> ArchiveResources | None:
        """Return what `importlib.resources` reads a package's files by."""
        if not self.is_package(fullname):
            return None
        import zipfile

        file = zipfile.ZipFile(io.BytesIO(self.archive.data))
        return ArchiveResources(zipfile.Path(file, fullname.replace(".", "/") + "/"))

    def _source(self, fullname: str) -> tuple[bytes, str]:
        member = self._member(fullname, package=self.is_package(fullname))
        try:
            return self.archive.read(member), self._file(member)
        except KeyError as exc:
            raise ImportError(f"{fullname} is not in the archive", name=fullname) from exc

    def _member(self, fullname: str, *, package: bool = False) -> str:
        return fullname.replace(".", "/") + ("/__init__.py" if package else ".py")

    def _file(self, member: str) -> str:
        return os.path.join(self.path, member.replace("/", os.sep))


class ArchiveResources:
    """The files beside a package's modules (the methods of `TraversableResources`)."""

    def __init__(self, root: zipfile.Path) -> None:
        self._root = root

    def files(self) -> zipfile.Path:
        """Return the package's directory."""
        return self._root

    def open_resource(self, resource: str) -> Any:
        """Open a file to read bytes."""
        return self._root.joinpath(resource).open("rb")

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
        return (path.name for path in self._root.iterdir())


def start(data: bytes, path: str) -> None:
    """Let `bootstrap` be imported from the archive `data`, which says that it lies at `path`."""
    sys.meta_path.insert(0, cast("Any", ArchiveImporter(Archive(data), path)))
