"""What was installed into a directory, in a form that allows to compare two installers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path

_GENERATED = {"INSTALLER", "RECORD"}
"""Files of a dist-info whose content depends on the installer."""


def contents(directory: Path) -> Mapping[str, bytes]:
    """Return the files below a directory without bytecode, as if its path were `/<here>`.

    A RECORD is reduced to the paths and the hashes of the wheel's own files, INSTALLER to nothing.
    """
    return dict(_contents(directory))


def _contents(directory: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(directory.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            name = path.relative_to(directory).as_posix().replace(str(directory), "/<here>")
            yield name, _content(path).replace(bytes(directory), b"/<here>")


def _content(path: Path) -> bytes:
    if path.name == "RECORD":
        return b"\n".join(_rows(path))
    if path.name == "INSTALLER" or path.is_symlink():
        return b""
    return _script(path.read_bytes()) if path.parent.name == "bin" else path.read_bytes()


def _rows(record: Path) -> list[bytes]:
    rows = csv.reader(io.StringIO(record.read_text("utf-8")))
    return sorted(
        f"{path} {'' if _is_generated(path) else digest}".encode()
        for path, digest, _ in rows
        if "__pycache__" not in path
    )


def _is_generated(path: str) -> bool:
    return Path(path).name in _GENERATED or "/bin/" in path or path.startswith("bin/")


def _script(text: bytes) -> bytes:
    """Return a script without the text of its body, which depends on the installer."""
    lines = text.splitlines()
    return b"\n".join(line for line in lines if line.startswith((b"#!", b"from ", b"'''exec'")))
