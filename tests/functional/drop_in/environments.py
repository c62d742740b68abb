"""What installing left in a directory, in a form in which two installers can be compared."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path

_BY_EACH_ITS_OWN = {"INSTALLER", "RECORD"}
"""Files of a dist-info whose content says who installed."""


def contents(directory: Path) -> Mapping[str, bytes]:
    """Return the files below a directory, bytecode apart, as if it lay at `/<here>`.

    Of a RECORD, the paths and the hashes of what the wheel brought; of INSTALLER nothing.
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
    return Path(path).name in _BY_EACH_ITS_OWN or "/bin/" in path or path.startswith("bin/")


def _script(text: bytes) -> bytes:
    """Return a script without the wording of its body, which is each installer's own."""
    lines = text.splitlines()
    return b"\n".join(line for line in lines if line.startswith((b"#!", b"from ", b"'''exec'")))
