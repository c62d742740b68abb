"""Files that somebody has created in a new directory between a kill and its undoing.

A plugin that pip installed into a package, or what a program wrote there. They are not of the
installation that is undone, so they go to the same place in the old directory.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress

from bootstrap.file_changes import rename
from bootstrap.install.commit.entries import is_bytecode
from bootstrap.install.commit.operations import Exchange, Move, Operation


def keep_newer_files(operations: Sequence[Operation], since: int) -> None:
    """Move files back whose directory has been undone; may be called again after an interruption.

    :param since: when the last file was staged, in nanoseconds. Where a rename does not change the
        time of a file's status (the time of its creation, on Windows), all later ones are newer
    """
    for operation in operations:
        if isinstance(operation, (Move, Exchange)):
            displaced = operation.displaced()
            if displaced is not None and not os.path.islink(displaced):
                _keep_newer(displaced, operation.path, since)


def _keep_newer(displaced: str, place: str, since: int) -> None:
    for path in list(_find_newer(displaced, since)):
        destination = place + path[len(displaced) :]
        if not os.path.lexists(destination):
            with suppress(FileExistsError):
                os.makedirs(os.path.dirname(destination))
            rename(path, destination)


def _find_newer(directory: str, since: int) -> Iterator[str]:
    for around, _, names in os.walk(directory):
        for name in names:
            path = os.path.join(around, name)
            if not is_bytecode(path) and os.lstat(path).st_ctime_ns > since:
                yield path
