"""Extracting a kit into a directory, from which pip and uv install the same."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bootstrap.atomic_file import temporary_beside
from bootstrap.errors import UsageError
from bootstrap.file_changes import remove_tree, rename
from bootstrap.kit.errors import UnwritableKitError
from bootstrap.kit.lock import check_lock

if TYPE_CHECKING:
    from bootstrap._vendor.packaging.pylock import Package
    from bootstrap.kit.reader import Kit

REQUIREMENTS = "requirements.txt"


class DirectoryExistsError(UsageError):
    """The directory to extract into has something in it.

    Causes: extract never mixes a kit with other files.

    Next: name a new directory:
        python3 get-installer.pyz extract KIT.pyz new
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(
            f"{path} exists already and is not an empty directory.", hint="Name a new directory."
        )


def extract(kit: Kit, directory: Path) -> None:
    """Write all files of a kit into a new directory, and requirements for pip's hash-checking.

    There is nothing of it unless all of it was intact. Raises `DirectoryExistsError`,
    `DamagedKitError`, `LockError` and `UnwritableKitError`.
    """
    requirements = "".join(_requirement_lines(kit))
    try:
        if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
            raise DirectoryExistsError(directory)
        directory.parent.mkdir(parents=True, exist_ok=True)
        with temporary_beside(directory) as temporary:
            try:
                temporary.mkdir()
                for member in kit.manifest.members:
                    path = temporary / member.name
                    path.parent.mkdir(parents=True, exist_ok=True)
                    with path.open("xb") as stream:
                        stream.writelines(kit.chunks(member))
                (temporary / REQUIREMENTS).write_bytes(requirements.encode())
                if directory.is_dir():
                    directory.rmdir()
                rename(temporary, directory)
            finally:
                if os.path.isdir(temporary):  # noqa: PTH112  # never raises
                    remove_tree(temporary)
    except OSError as error:
        raise UnwritableKitError(directory, error) from error


def _requirement_lines(kit: Kit) -> Iterator[str]:
    yield "# pip install --no-index --find-links wheels --require-hashes -r requirements.txt\n"
    yield from map(_requirement_line, check_lock(kit))


def _requirement_line(package: Package) -> str:
    marker = f" ; {package.marker}" if package.marker is not None else ""
    digests = sorted(wheel.hashes["sha256"] for wheel in package.wheels or ())
    hashes = "".join(f" \\\n    --hash=sha256:{digest}" for digest in digests)
    return f"{package.name}=={package.version}{marker}{hashes}\n"
