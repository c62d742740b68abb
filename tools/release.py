"""Makes a release: everything is built twice, in different places and ways, and compared."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

CHECKSUMS = "SHA256SUMS"
_CONDITIONS = (
    {"TZ": "UTC", "PYTHONHASHSEED": "1", "LC_ALL": "C"},
    {"TZ": "Pacific/Auckland", "PYTHONHASHSEED": "2", "LC_ALL": "C.UTF-8"},
)
_UMASKS = (0o022, 0o077)


class ReleaseError(Exception):
    """There is no release to publish."""


def write_release(checkout: Path, output: Path, build: Iterable[str | Path]) -> list[Path]:
    """Write the files of a release and their checksums into a directory, and return their paths.

    :param build: the options of build_zipapp.py, but for the directory
    :raises ReleaseError: two builds differ, or the checkout has changes that are not committed
    :raises subprocess.CalledProcessError: a build failed; its output explains why
    """
    _require_clean(checkout)
    with tempfile.TemporaryDirectory(prefix="release-") as directory:
        places = Path(directory, "one"), Path(directory, "another, deeper", "place")
        built = []
        for place, environ, umask in zip(places, _CONDITIONS, _UMASKS, strict=True):
            clone = ["git", "clone", "--quiet", "--no-hardlinks", str(checkout), str(place)]
            subprocess.run(clone, check=True)
            program = (sys.executable, "build_zipapp.py", "--distributions", *build)
            command = [*program, "--output", place / "release"]
            subprocess.run(command, cwd=place, env={**os.environ, **environ}, umask=umask,
                           check=True, stdout=subprocess.DEVNULL)  # fmt: skip
            shutil.copyfile(place / "CHANGELOG.md", place / "release/CHANGELOG.md")
            built.append({path.name: path for path in (place / "release").iterdir()})
        first, second = built
        _require_equal(first, second)
        output.mkdir(parents=True, exist_ok=True)
        files = [Path(shutil.copy(path, output)) for _, path in sorted(first.items())]
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    (output / CHECKSUMS).write_text("".join(lines), encoding="ascii", newline="\n")
    return [*files, output / CHECKSUMS]


def _require_clean(checkout: Path) -> None:
    command = ["git", "status", "--porcelain", "--untracked-files=no"]
    changed = subprocess.check_output(command, cwd=checkout, text=True).splitlines()
    if changed:
        raise ReleaseError(f"Commit or undo {changed[0][3:]} first: a release is of a commit.")


def _require_equal(first: dict[str, Path], second: dict[str, Path]) -> None:
    differing = [
        name
        for name in sorted(first.keys() | second.keys())
        if name not in first
        or name not in second
        or first[name].read_bytes() != second[name].read_bytes()
    ]
    if differing:
        names = ", ".join(differing)
        raise ReleaseError(f"Two builds of the same commit differ in {names}.")
