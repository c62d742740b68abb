"""Writes the archive with shiv's primitives and our launcher; runs in the tools' environment.

docs/adr/0001 explains why it does not call ``shiv.builder.create_archive``.
"""

from __future__ import annotations

import os
import stat
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import deflate
from shiv.builder import write_file_prefix, write_to_zipapp

from tools.zipapp.bytecode import DIRECTORY, compile_for, describe
from tools.zipapp.heads import head

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

INTERPRETER = "/usr/bin/env python3"
_OLDEST_TIME = (1980, 1, 1, 0, 0, 0)
_PLAIN_FILE = os.stat_result((stat.S_IFREG | 0o644, *(0,) * 9))
_UNIX = 3  # "version made by" of the zip format: the system whose modes are in external_attr


class ReproducibleZipFile(zipfile.ZipFile):
    """A zip file that has the same bytes on every machine.

    Deflate streams differ between zlib and its replacements, and Pythons and distributions use
    different ones; a pinned libdeflate always writes the same stream.
    """

    def writestr(self, zinfo_or_arcname: str | zipfile.ZipInfo, *content: Any) -> None:
        """Write one member, as shiv calls it."""
        if isinstance(zinfo_or_arcname, zipfile.ZipInfo):
            zinfo_or_arcname.create_system = _UNIX
        with mock.patch.object(zipfile, "_get_compressor", compressor_for):
            super().writestr(zinfo_or_arcname, *content)


def compressor_for(method: int, _level: int | None = None) -> Deflater | None:
    """Replace the function with which ``zipfile`` chooses a compressor."""
    return Deflater() if method == zipfile.ZIP_DEFLATED else None


class Deflater:
    """A compressor for ``zipfile`` that uses libdeflate."""

    def __init__(self) -> None:
        self._pending = bytearray()

    def compress(self, data: bytes) -> bytes:
        """Keep the data: libdeflate compresses it as a whole."""
        self._pending += data
        return b""

    def flush(self) -> bytes:
        """Return the whole stream."""
        return bytes(deflate.deflate_compress(bytes(self._pending), 12))


def main(checkout: Path, bill: Path, target: Path, *pythons: Path) -> None:
    """Write `target` from the package in `checkout` and the bill of materials `bill`.

    :param pythons: the interpreters whose bytecode goes into it, one for each version
    """
    with target.open("wb") as file:
        write_file_prefix(file, INTERPRETER)
        with ReproducibleZipFile(file, "w") as archive:
            for name, content in members(checkout, bill, pythons):
                write_to_zipapp(
                    archive, name, content, _OLDEST_TIME, compression_of(name), _PLAIN_FILE
                )
    target.chmod(0o755)


def compression_of(name: str) -> int:
    """Return a member's compression method.

    A wheel is compressed already. `__main__.py` is stored so that a Python without zlib can run its
    first lines, which report that zlib is missing.
    """
    is_stored = name.endswith(".whl") or name == "__main__.py"
    return zipfile.ZIP_STORED if is_stored else zipfile.ZIP_DEFLATED


def members(checkout: Path, bill: Path, pythons: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the content of each member, in the archive's order."""
    yield "__main__.py", head("version", "zlib", "from_file")
    yield "sbom.cdx.json", bill.read_bytes()
    names = sorted(path.relative_to(checkout).as_posix() for path in package_files(checkout))
    for name in names:
        yield name, (checkout / name).read_bytes()
    modules = [name for name in names if name.endswith(".py")]
    compiled = [compile_for(python, checkout, modules) for python in pythons]
    yield f"{DIRECTORY}/pythons.json", describe(compiled)
    for bytecode in compiled:
        yield bytecode.name, bytecode.content


def package_files(checkout: Path) -> Iterator[Path]:
    """Yield our own sources and the generated libraries, without bytecode."""
    for path in (checkout / "bootstrap").rglob("*"):
        parts = path.relative_to(checkout).parts[1:]
        is_generated = len(parts) > 2 and parts[0] == "_vendor"
        is_bytecode = "__pycache__" in parts
        if path.is_file() and not is_bytecode and (is_generated or _is_ours(path)):
            yield path


def _is_ours(path: Path) -> bool:
    if path.parent.name in {"_bundled", "_vendor"}:
        return path.suffix in {".json", ".md", ".py", ".txt", ".whl"}
    return path.suffix == ".py"


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
