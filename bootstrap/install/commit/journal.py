"""The journal: the operations of a commit, on disk before the first one is carried out.

While the journal exists, the commit has to be undone. Its removal completes the commit: after that,
everything in the staging directories is rubbish.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from bootstrap.atomic_file import write_atomically
from bootstrap.install.commit.operations import (
    Exchange,
    ExchangeFunction,
    LostBackupError,
    MakeDir,
    Move,
    Operation,
    Remove,
    RemoveDir,
)
from bootstrap.install.commit.rename_exchange import exchange
from bootstrap.install.errors import JournalError

NAME = "journal"
_MAGIC = "get-installer journal"
_FORMAT = 2
_KINDS: Mapping[str, type[Operation]] = {
    kind.__name__: kind for kind in (MakeDir, Move, Exchange, Remove, RemoveDir)
}


@dataclass(frozen=True)
class Journal:
    """All operations of one commit, in their order."""

    operations: tuple[Operation, ...]
    mtimes: Mapping[str, int]
    """Modification times, in nanoseconds, of the directories whose entries change."""
    staging_directories: tuple[str, ...] = ()
    """The staging directories that the operations use, this journal's own among them."""
    created: tuple[str, ...] = ()
    """Directories that were created for the staging directories."""

    def do(self, exchange: ExchangeFunction = exchange) -> None:
        """Carry out every operation."""
        for operation in self.operations:
            operation.do(exchange)

    def undo(self, exchange: ExchangeFunction = exchange) -> None:
        """Restore everything; may be called again after an interruption."""
        for operation in reversed(self.operations):
            operation.undo(exchange)


def write(journal: Journal, directory: str) -> None:
    """Write a journal into its staging directory, atomically, and wait until it is on the disk."""
    body = json.dumps(
        {
            "operations": [
                {"kind": type(operation).__name__, **asdict(operation)}
                for operation in journal.operations
            ],
            "mtimes": dict(journal.mtimes),
            "staging_directories": journal.staging_directories,
            "created": journal.created,
        },
    ).encode("ascii")  # JSON's escapes preserve undecodable file names
    head = f"{_MAGIC} {_FORMAT} {hashlib.sha256(body).hexdigest()}\n".encode("ascii")
    path = Path(directory, NAME)
    write_atomically(path, head + body, mode=0o600, sync=True, prefix=f"{NAME}.")


def exists(directory: str) -> bool:
    """Whether a staging directory has a journal: its owner has begun to change the target then."""
    return os.path.lexists(os.path.join(directory, NAME))


def read(directory: str) -> Journal | None:
    """Read a staging directory's journal; None where there is none.

    Raises `JournalError` where it is damaged or of another version.
    """
    path = os.path.join(directory, NAME)
    try:
        with open(path, "rb") as stream:
            content = stream.read()
    except FileNotFoundError:
        return None
    except OSError as exc:
        raise JournalError(path, str(exc)) from exc
    first, _, body = content.partition(b"\n")
    words = first.decode("ascii", "replace").rsplit(" ", 2)
    if len(words) != 3 or words[0] != _MAGIC:
        raise JournalError(path, "it is not a journal of this program")
    if words[1] != str(_FORMAT):
        raise JournalError(path, f"it is in format {words[1]}, this program writes {_FORMAT}")
    if hashlib.sha256(body).hexdigest() != words[2]:
        raise JournalError(path, "it is damaged")
    data = json.loads(body)
    return Journal(
        tuple(_KINDS[fields.pop("kind")](**fields) for fields in data["operations"]),
        data["mtimes"],
        tuple(data["staging_directories"]),
        tuple(data["created"]),
    )


def remove(directory: str) -> None:
    """Complete a commit, or its undoing: after this, everything staged is rubbish."""
    with suppress(FileNotFoundError):
        os.unlink(os.path.join(directory, NAME))


def undo(journal: Journal, directory: str, exchange: ExchangeFunction = exchange) -> None:
    """Undo an interrupted commit. Raises `JournalError` where that is impossible."""
    try:
        journal.undo(exchange)
    except LostBackupError as exc:
        raise JournalError(directory, f"the backup of {exc} is missing") from exc
