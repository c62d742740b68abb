"""Makes the indexes that need no network; `python -m tests.benchmarks.indexes NAME DIRECTORY`.

It runs as a process of its own: a process that has held a large wheel would lend its memory to
every process that it measures.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.benchmarks.served_index import metadata_of
from tests.servers.wheels import make_wheel

RECORDED = "recorded"
"""The index that `recording.py` fills; all others are made here."""
_MODULE = "".join(f"def function_{n}(value):\n    return value + {n}\n\n\n" for n in range(40))
_FOREIGN = [
    f"cp3{minor}-cp3{minor}-win{bits}" for minor in range(10, 20) for bits in ("32", "_amd64")
]


class IndexWriter:
    """Writes wheels and pages in the form that `ServedIndex` reads."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._pages: dict[str, list[dict[str, object]]] = {}
        (root / "simple").mkdir(parents=True)
        (root / "files").mkdir()

    def wheel(
        self, name: str, version: str, requires: Sequence[str] = (), **details: object
    ) -> None:
        """Offer a wheel with its metadata."""
        files = self._root / "files"
        path = make_wheel(files, name, version, requires=requires, **details)  # type: ignore[arg-type]  # theirs
        (files / f"{path.name}.metadata").write_bytes(metadata_of(path))
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        self.entry(name, path.name, digest, path.stat().st_size)

    def entry(self, project: str, filename: str, digest: str, size: int) -> None:
        """Put a file on a project's page, whether it is there or not."""
        url = f"https://files.invalid/packages/{digest[:2]}/{digest[2:4]}/{digest[4:]}/{filename}"
        entry: dict[str, object] = {"filename": filename, "requires-python": ">=3.8"}
        entry |= {
            "hashes": {"sha256": digest},
            "size": size,
            "upload-time": "2024-01-01T00:00:00.000000Z",
            "url": url,
        }
        self._pages.setdefault(project, []).append({**entry, "yanked": False})

    def close(self) -> None:
        """Write the pages."""
        for name, files in self._pages.items():
            page = {"meta": {"api-version": "1.1"}, "name": name, "files": files}
            (self._root / "simple" / f"{name}.json").write_text(json.dumps(page), "utf-8")


def ensure_index(name: str, root: Path) -> Path:
    """Return the directory of an index, made if it is not there."""
    directory = root / name
    if name != RECORDED and not directory.exists():
        partial = root / f"{name}.{os.getpid()}"
        command = [sys.executable, "-m", "tests.benchmarks.indexes", name, str(partial)]
        subprocess.run(command, check=True, cwd=Path(__file__).parents[2])
        partial.replace(directory)
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def _many_wheels(count: int) -> Callable[[IndexWriter], None]:
    def write(index: IndexWriter) -> None:
        names = [f"part-{number:03}" for number in range(count)]
        for name in names:
            package = name.replace("-", "_")
            files = {f"{package}/module_{number}.py": _MODULE for number in range(20)}
            index.wheel(name, "1.0", files=files)
        index.wheel("whole", "1.0", names)

    return write


def _large_wheel(megabytes: int) -> Callable[[IndexWriter], None]:
    def write(index: IndexWriter) -> None:
        blocks = random.Random(megabytes)
        content = b"".join(blocks.randbytes(1 << 20) for _ in range(megabytes))
        index.wheel("large", "1.0", files={"large/data.bin": content})

    return write


def _many_files(count: int) -> Callable[[IndexWriter], None]:
    """One wheel of each version is for everybody; the others, most files, are for Windows."""

    def write(index: IndexWriter) -> None:
        versions = count // (len(_FOREIGN) + 1)
        for number in range(versions):
            for tag in _FOREIGN:
                filename = f"many-1.{number}-{tag}.whl"
                digest = hashlib.sha256(filename.encode()).hexdigest()
                index.entry("many", filename, digest, 100_000)
            index.wheel("many", f"1.{number}")

    return write


def _backtracking(end: str, width: int) -> Callable[[IndexWriter], None]:
    """The newest of `front` needs the newest `core`; the end of a chain, seen late, another.

    Each link of the chain has as many versions as the width says, all alike.
    """

    def write(index: IndexWriter) -> None:
        versions, length = 100, 12
        index.wheel("core", "0.5")
        for number in range(1, versions + 1):
            index.wheel("core", f"{number}.0")
            index.wheel("front", f"{number}.0", [f"core=={number}.0"])
        for position in range(length):
            after = f"link-{position + 1}" if position + 1 < length else end
            for number in range(1, width + 1):
                index.wheel(f"link-{position}", f"{number}.0", [after])

    return write


_INDEXES: dict[str, Callable[[IndexWriter], None]] = {
    "backtracking": _backtracking("core<4", width=1),
    "backtracking-wide": _backtracking("core<4", width=5),
    "conflict": _backtracking("core<1", width=1),
    **{f"wheels-{count}": _many_wheels(count) for count in (1, 10, 100, 500)},
    **{f"large-{size}": _large_wheel(size) for size in (5, 50, 500)},
    **{f"files-{count}": _many_files(count) for count in (100, 1_000, 10_000)},
}


def main() -> None:
    """Make one index."""
    name, directory = sys.argv[1:]
    index = IndexWriter(Path(directory))
    _INDEXES[name](index)
    index.close()


if __name__ == "__main__":
    main()
